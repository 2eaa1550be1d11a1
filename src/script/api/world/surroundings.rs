//! What lies around the PRPs that are reviewed: other ids, existing files.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::bridge::{Failure, FindPrps, ListFiles, Selection};
use crate::model::id::PrpId;
use crate::model::read::id_of_file_name;

use super::files;
use crate::script::api::native::{Call, Fault};

/// Returns the files of a folder; none when it cannot be read.
fn files_of(call: &Call, folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    match call.ask(ListFiles(folder.to_owned())) {
        Ok(files) => Ok(files),
        Err(Fault::Bridge(Failure::Error(_))) => Ok(Vec::new()),
        Err(fault) => Err(fault),
    }
}

/// Returns the ids of all PRPs of the project: those that stand in them, and those of the names of their files.
pub(crate) fn known_ids(call: &Call) -> Result<Vec<PrpId>, Fault> {
    let everything = Selection { executed: true, lenient: true, ..Selection::default() };
    let mut ids = match call.ask(FindPrps(everything)) {
        Ok(prps) => prps.into_iter().filter_map(|prp| prp.id).collect::<BTreeSet<_>>(),
        // There is none, or they cannot be read now: the names are left.
        Err(Fault::Bridge(Failure::Error(_))) => BTreeSet::new(),
        Err(fault) => return Err(fault),
    };
    for key in ["paths.requests", "paths.executed"] {
        let Some(folder) = call.state.setting_text(key) else { continue };
        ids.extend(files_of(call, Path::new(&folder))?.iter().filter_map(|file| id_of_file_name(file)));
    }
    Ok(ids.into_iter().collect())
}

/// Tells which files exist, asking once for every folder.
pub(crate) struct Existing<'a> {
    call: &'a Call,
    folders: RefCell<BTreeMap<PathBuf, BTreeSet<OsString>>>,
    fault: RefCell<Option<Fault>>,
}

impl<'a> Existing<'a> {
    pub(crate) fn new(call: &'a Call) -> Self {
        Self { call, folders: RefCell::default(), fault: RefCell::default() }
    }

    /// Tells whether a file is there; a path that leaves the project is not.
    pub(crate) fn has(&self, path: &str) -> bool {
        let Ok(path) = files::inside(path) else { return false };
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return false };
        let mut folders = self.folders.borrow_mut();
        let names = folders.entry(folder.to_owned()).or_insert_with(|| self.names(folder));
        names.contains(name)
    }

    fn names(&self, folder: &Path) -> BTreeSet<OsString> {
        match files_of(self.call, folder) {
            Ok(files) => files.iter().filter_map(|file| file.file_name().map(ToOwned::to_owned)).collect(),
            Err(fault) => {
                *self.fault.borrow_mut() = Some(fault);
                BTreeSet::new()
            }
        }
    }

    /// Returns what went wrong meanwhile, such as that the run was stopped.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        self.fault.into_inner().map_or(Ok(()), Err)
    }
}
