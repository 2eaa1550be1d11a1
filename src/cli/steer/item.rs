//! The item that a command is about, and the `exe` that goes on with it.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode, Result};
use crate::model::id::{BatchId, PrpId};

/// An item, and the batch that it belongs to.
pub(crate) struct Item {
    pub(crate) id: PrpId,
    pub(crate) batch: Option<BatchId>,
}

impl Item {
    /// Reads the id that was typed; `batch` is for ids that do not name theirs.
    pub(crate) fn read(text: &str, batch: Option<u32>) -> Result<Self> {
        let id: PrpId = text
            .parse()
            .map_err(|error| Error::new(ExitCode::Usage, format!("{error}")).help("such as `PRP-47.2.1`"))?;
        let batch = batch.map(BatchId).or_else(|| id.batch());
        Ok(Self { id, batch })
    }

    /// Returns the number of the batch.
    pub(crate) fn number(&self) -> Option<u32> {
        self.batch.map(|batch| batch.0)
    }

    /// Returns the words that go on with the item.
    pub(crate) fn next(&self) -> Vec<String> {
        let mut words = vec!["exe".to_owned(), "--prps".to_owned(), self.id.to_string()];
        words.extend(self.batch.iter().flat_map(|batch| ["--batch".to_owned(), batch.to_string()]));
        words
    }

    /// Lets `exe` do what is left: the merge into the batch.
    pub(crate) fn go_on(&self, context: &Context) -> CommandResult {
        let failed =
            |error: std::io::Error| Error::new(ExitCode::Internal, format!("cannot start this program: {error}"));
        let program = std::env::current_exe().map_err(failed)?;
        // In the place of this process: whatever ends it ends the run, and what the run says last is the last word.
        let error = Command::new(program).arg("-C").arg(&context.root).args(self.next()).exec();
        Err(failed(error).into())
    }
}
