//! Readers that a project brings along, beside those that are built in.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::format::Format;
use super::source::Source;
use super::told::Told;

/// A reader from outside of this program. It sees a document and says what it holds; places in the text, marks and
/// everything that follows are worked out here.
pub trait Reader: Send + Sync {
    /// Returns the format that it reads.
    fn format(&self) -> Format;

    /// Says how sure it is that a document is one of its own, out of 100.
    fn recognise(&self, source: &Source) -> Result<u8, String>;

    /// Says what the document holds.
    fn read(&self, source: &Source) -> Result<Told, String>;
}

/// The readers of a project.
#[derive(Clone, Default)]
pub struct Readers {
    pub(super) own: Vec<Arc<dyn Reader>>,
}

impl Readers {
    /// Takes the readers that a project brings along.
    pub fn new(own: Vec<Arc<dyn Reader>>) -> Self {
        Self { own }
    }

    /// Returns all formats, the built-in ones first.
    pub fn formats(&self) -> Vec<Format> {
        Format::ALL.into_iter().chain(self.own.iter().map(|reader| reader.format())).collect()
    }

    /// Reads the name of a format.
    pub fn named(&self, name: &str) -> Option<Format> {
        self.formats().into_iter().find(|format| format.as_str() == name)
    }

    /// Returns the names by which documents are found in a folder.
    pub fn file_names(&self) -> Vec<&'static str> {
        self.described().flat_map(|format| format.files.iter().map(String::as_str)).collect()
    }

    /// Returns which files beside a document its readers want to know about.
    pub fn companions_of(&self, path: &Path) -> Vec<PathBuf> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut wanted = super::source::companions_of(path);
        for name in self.described().flat_map(|format| &format.beside) {
            let beside = folder.join(name);
            if !wanted.contains(&beside) {
                wanted.push(beside);
            }
        }
        wanted
    }

    fn described(&self) -> impl Iterator<Item = &'static super::format::DropInFormat> {
        self.own.iter().filter_map(|reader| match reader.format() {
            Format::DropIn(format) => Some(format),
            _ => None,
        })
    }

    pub(super) fn of(&self, format: Format) -> Option<&dyn Reader> {
        self.own.iter().find(|reader| reader.format() == format).map(AsRef::as_ref)
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.own.iter().map(|reader| reader.format())).finish()
    }
}
