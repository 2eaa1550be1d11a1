//! Text of others in the log of a service that takes commands from what it logs.

/// Whose log it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CiLog {
    GitHub,
    GitLab,
}

/// What begins a command of GitHub wherever it stands in a line.
const ANYWHERE: &str = "##[";

/// Keeps what others said from being taken for a command of the service. GitHub looks at the beginning of a line behind
/// its blanks, and for an older form of its commands anywhere.
pub fn tame(log: Option<CiLog>, text: &str) -> String {
    if log != Some(CiLog::GitHub) {
        return text.to_owned();
    }
    let mut tame = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with("::") {
            tame.push_str("| ");
        }
        tame.push_str(&line.replace(ANYWHERE, "## ["));
    }
    tame
}

/// Does the same for a document that programs read: it means the same afterwards.
pub fn tame_json(log: Option<CiLog>, text: &str) -> String {
    if log == Some(CiLog::GitHub) { text.replace(ANYWHERE, "#\\u0023[") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_quoted_is_a_command() {
        let tame = |text: &str| tame(Some(CiLog::GitHub), text);
        assert_eq!(tame("a ::b::c\n"), "a ::b::c\n");
        assert_eq!(tame("      ::stop-commands::tok\n"), "|       ::stop-commands::tok\n");
        assert_eq!(tame("said ##[error]x\n::add-mask::x"), "said ## [error]x\n| ::add-mask::x");
        assert_eq!(super::tame(Some(CiLog::GitLab), "::x"), "::x");
        let json = tame_json(Some(CiLog::GitHub), r###"{"a":"##[x]"}"###);
        let read: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert!(!json.contains("##[") && read["a"] == "##[x]", "{json}");
    }
}
