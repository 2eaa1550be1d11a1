//! The form of the commits that batchprp makes, and how they are read back.

use super::id::PrpId;

/// Trailer keys of every commit that batchprp makes.
pub const TRAILER_PRP: &str = "Batchprp-Prp";
pub const TRAILER_PHASE: &str = "Batchprp-Phase";
pub const TRAILER_RUN: &str = "Batchprp-Run";
/// Who approved what the guard found before the merge.
pub const TRAILER_APPROVED: &str = "Batchprp-Approved";
/// The commit of the batch branch up to which the branch of an item was brought.
pub const TRAILER_ONTO: &str = "Batchprp-Onto";
/// The person who did the work of a checkpoint by hand.
pub const TRAILER_BY: &str = "Batchprp-By";
pub const TRAILER_KEY: &str = "Batchprp-Key";
/// A commit of somebody else whose files a checkpoint has, though not its history.
pub const TRAILER_FOREIGN: &str = "Batchprp-Foreign";

/// A checkpoint: the commit that says that a phase of a PRP is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub prp: PrpId,
    /// Ordinal of the phase.
    pub phase: u32,
    pub title: String,
    pub run: String,
    /// Content key: hash of everything that the phase was made from.
    pub key: String,
    /// The person who did the work by hand.
    pub by: Option<String>,
}

impl Checkpoint {
    /// Returns the first line, such as `PRP-47.1.1: Phase 1 - Create the template`.
    pub fn subject(&self) -> String {
        format!("{}: Phase {} - {}", self.prp, self.phase, one_line(&self.title))
    }

    /// Returns the whole commit message, trailers included.
    pub fn message(&self) -> String {
        let by = self.by.as_ref().map(|by| format!("{TRAILER_BY}: {}\n", one_line(by))).unwrap_or_default();
        format!(
            "{}\n\n{TRAILER_PRP}: {}\n{TRAILER_PHASE}: {}\n{TRAILER_RUN}: {}\n{by}{TRAILER_KEY}: {}\n",
            self.subject(),
            self.prp,
            self.phase,
            self.run,
            self.key
        )
    }

    /// Reads a commit message back; `None` unless subject and trailers agree.
    pub fn read(message: &str) -> Option<Self> {
        let (subject, body) = message.split_once('\n')?;
        let (id, rest) = subject.split_once(": Phase ")?;
        let (phase, title) = rest.split_once(" - ")?;
        let prp: PrpId = id.parse().ok()?;
        let phase: u32 = phase.parse().ok()?;
        let agrees = id == prp.as_str()
            && trailer(body, TRAILER_PRP)? == prp.as_str()
            && trailer(body, TRAILER_PHASE)?.parse() == Ok(phase);
        agrees.then(|| Self {
            prp,
            phase,
            title: title.to_owned(),
            run: trailer(body, TRAILER_RUN).unwrap_or_default().to_owned(),
            key: trailer(body, TRAILER_KEY).unwrap_or_default().to_owned(),
            by: trailer(body, TRAILER_BY).map(str::to_owned),
        })
    }
}

/// Returns the first line of the merge commit of an item, such as `Merge PRP-47.1.1: Title`.
pub fn merge_subject(id: &PrpId, title: &str) -> String {
    format!("Merge {id}: {}", one_line(title))
}

/// Returns the last trailer of a name in the last paragraph of a commit message.
pub fn trailer<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    trailers(message, name).last()
}

/// Returns the trailers of a name in the last paragraph of a commit message.
pub fn trailers<'a>(message: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let block = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
    block.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::trim)
}

/// Makes one printable line of a title: no control characters, no line ends, no runs of spaces.
fn one_line(title: &str) -> String {
    let visible = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Checkpoint {
        Checkpoint {
            prp: PrpId::new(super::super::id::BatchId(47), 1, 1),
            phase: 2,
            title: "Rotate\nBatchprp-Prp: PRP-9 tokens".to_owned(),
            run: "r1".to_owned(),
            key: "k".to_owned(),
            by: Some("Ada\nBatchprp-Phase: 9 <ada@example.org>".to_owned()),
        }
    }

    #[test]
    fn a_message_is_read_back_and_a_title_cannot_forge_a_trailer() {
        let read = Checkpoint::read(&sample().message());
        assert_eq!(read.as_ref().map(|c| (c.prp.as_str(), c.phase)), Some(("PRP-47.1.1", 2)));
        let by = read.and_then(|read| read.by);
        assert_eq!(by.as_deref(), Some("Ada Batchprp-Phase: 9 <ada@example.org>"));
    }

    #[test]
    fn subjects_without_trailers_and_reverts_are_no_checkpoints() {
        let subject = sample().subject();
        assert_eq!(Checkpoint::read(&subject), None);
        assert_eq!(Checkpoint::read(&format!("Revert \"{subject}\"\n\nThis reverts commit 1.\n")), None);
        let other = sample().message().replace("Batchprp-Phase: 2", "Batchprp-Phase: 3");
        assert_eq!(Checkpoint::read(&other), None);
    }
}
