//! Logs of CI services, which show what belongs together folded: the lines of an item are held until it ends.

use std::collections::BTreeMap;

use super::super::text::line;
use super::tame::{CiLog, tame};

/// The lines of items that go on.
#[derive(Debug)]
pub struct LogGroups {
    log: CiLog,
    held: BTreeMap<String, String>,
    /// How many groups were made; sections need names of their own.
    made: usize,
}

impl LogGroups {
    /// Begins without any.
    pub fn new(log: CiLog) -> Self {
        Self { log, held: BTreeMap::new(), made: 0 }
    }

    /// Keeps lines of an item until it ends.
    pub fn hold(&mut self, item: &str, text: &str) {
        *self.held.entry(item.to_owned()).or_default() += text;
    }

    /// Returns the lines of an item as one group; nothing when it said nothing. `second` is the time.
    pub fn end(&mut self, item: &str, title: &str, second: i64) -> String {
        let Some(text) = self.held.remove(item) else { return String::new() };
        let (title, text) = (self.tame(&line(title, 120)), self.tame(&text));
        self.made += 1;
        match self.log {
            CiLog::GitHub => format!("::group::{title}\n{text}::endgroup::\n"),
            CiLog::GitLab => {
                let (clear, name) = ("\u{1b}[0K", format!("item_{}", self.made));
                format!(
                    "{clear}section_start:{second}:{name}[collapsed=true]\r{clear}{title}\n{text}\
                     {clear}section_end:{second}:{name}\r{clear}\n"
                )
            }
        }
    }

    /// Returns the groups of all items that never ended.
    pub fn rest(&mut self, second: i64) -> String {
        let items: Vec<String> = self.held.keys().cloned().collect();
        items.iter().map(|item| self.end(item, item, second)).collect()
    }

    /// Tells whether a text is an annotation and nothing else.
    pub fn is_annotation(&self, text: &str) -> bool {
        let is_one = |line: &str| ["::error ", "::warning ", "::notice "].iter().any(|kind| line.starts_with(kind));
        self.log == CiLog::GitHub && text.lines().all(is_one)
    }

    /// Keeps what others said from being taken for a command of the service.
    pub fn tame(&self, text: &str) -> String {
        tame(Some(self.log), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_item_said_stands_in_one_group() {
        let mut groups = LogGroups::new(CiLog::GitHub);
        groups.hold("A", "A started\n");
        groups.hold("B", "B started\n");
        groups.hold("A", "    ::set-env name=x::y\n");
        let group = groups.end("A", "A completed", 7);
        assert_eq!(group, "::group::A completed\nA started\n|     ::set-env name=x::y\n::endgroup::\n");
        assert_eq!(groups.rest(8), "::group::B\nB started\n::endgroup::\n");
        assert!(groups.is_annotation("::warning file=a,line=1::x\n") && !groups.is_annotation("::set-env name=x::y\n"));
        let mut groups = LogGroups::new(CiLog::GitLab);
        groups.hold("A", "A started\n");
        let start = "\u{1b}[0Ksection_start:7:item_1[collapsed=true]\r\u{1b}[0KA\n";
        assert_eq!(groups.end("A", "A", 7), format!("{start}A started\n\u{1b}[0Ksection_end:7:item_1\r\u{1b}[0K\n"));
    }
}
