//! What a role may do through an agent that asks before it acts.

use serde_json::Value;

use super::place::Bounds;

/// The tools of a role, as rules about the kinds of acts that the protocol knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Policy {
    tools: Vec<String>,
}

/// Something that the agent is about to do.
#[derive(Clone, Debug, Default)]
pub(super) struct Act<'a> {
    pub(super) kind: &'a str,
    /// Files that it is about.
    pub(super) places: Vec<&'a str>,
    /// Command line, where it is known.
    pub(super) command: Option<&'a str>,
}

/// Signs by which one command line holds another one.
const JOINTS: [char; 10] = [';', '&', '|', '`', '$', '(', ')', '<', '>', '\n'];

impl Policy {
    pub(super) fn new(tools: &[String]) -> Self {
        Self { tools: tools.to_vec() }
    }

    fn has(&self, names: &[&str]) -> bool {
        self.tools.is_empty() || self.tools.iter().any(|tool| names.contains(&tool.as_str()))
    }

    /// Tells whether the role may change files.
    pub(super) fn edits(&self) -> bool {
        self.has(&["Edit", "Write", "MultiEdit", "NotebookEdit"])
    }

    /// Tells whether the role may run commands of any kind.
    pub(super) fn runs(&self) -> bool {
        self.has(&["Bash"])
    }

    /// Tells whether the role may run a command line: `Bash`, or `Bash(cargo:*)` for what begins with that word.
    pub(super) fn may_run(&self, command: &str) -> bool {
        let begins = |rule: &str| {
            let rule = rule.trim_end_matches('*').trim_end_matches([':', ' ']);
            command.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        self.runs()
            || self.tools.iter().any(|tool| {
                let rule = tool.strip_prefix("Bash(").and_then(|rule| rule.strip_suffix(')'));
                rule.is_some_and(begins) && !command.contains(JOINTS)
            })
    }

    /// Says why an act is refused.
    pub(super) fn judge(&self, act: &Act<'_>, bounds: &Bounds) -> Result<(), String> {
        let allow = |allowed: bool| if allowed { Ok(()) } else { Err("the role may not do that".to_owned()) };
        match act.kind {
            "think" => Ok(()),
            "read" | "search" => allow(self.has(&["Read", "Grep", "Glob"])),
            "edit" | "delete" | "move" => {
                allow(self.edits())?;
                act.places.iter().try_for_each(|place| bounds.writable(place).map(drop))
            }
            "execute" => allow(act.command.map_or_else(|| self.runs(), |command| self.may_run(command))),
            "fetch" => allow(self.has(&["WebFetch", "WebSearch"])),
            // Leaving the mode in which it only plans.
            "switch_mode" => allow(self.edits()),
            // What no kind describes could be anything, and so can a command.
            _ => allow(self.runs()),
        }
    }
}

/// Chooses the answer among the options that the agent offers. Once is enough: what holds for ever, some agents write
/// into the workspace.
pub(super) fn option(options: &Value, allowed: bool) -> Option<&str> {
    let kinds = if allowed { ["allow_once", "allow_always"] } else { ["reject_once", "reject_always"] };
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    kinds.iter().find_map(|kind| options.iter().find(|option| option["kind"] == *kind)?["optionId"].as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(tools: &[&str], kind: &str, place: &str, command: Option<&str>) -> bool {
        let temp = tempfile::tempdir().unwrap();
        let tools: Vec<String> = tools.iter().map(|tool| (*tool).to_owned()).collect();
        let act = Act { kind, places: Some(place).filter(|place| !place.is_empty()).into_iter().collect(), command };
        Policy::new(&tools).judge(&act, &Bounds::new(temp.path(), "").unwrap()).is_ok()
    }

    #[test]
    fn a_role_does_what_its_tools_say_and_stays_inside() {
        let (reader, writer) = (["Read", "Grep", "Glob"], ["Read", "Edit", "Bash"]);
        for (kind, reads, writes) in [
            ("read", true, true),
            ("search", true, true),
            ("think", true, true),
            ("edit", false, true),
            ("delete", false, true),
            ("move", false, true),
            ("execute", false, true),
            ("switch_mode", false, true),
            ("fetch", false, false),
            ("other", false, true),
            ("unheard_of", false, true),
        ] {
            assert_eq!(judged(&reader, kind, "", None), reads, "{kind} by a reader");
            assert_eq!(judged(&writer, kind, "", None), writes, "{kind} by a writer");
            assert!(judged(&[], kind, "", None), "{kind} by everybody");
        }
        assert!(judged(&writer, "edit", "a.rs", None) && !judged(&writer, "edit", "/etc/passwd", None));
        assert!(!judged(&[], "delete", "../x", None));
    }

    #[test]
    fn a_rule_about_a_command_is_about_its_first_words_only() {
        let runs = |tools: &[&str], command| judged(tools, "execute", "", Some(command));
        assert!(runs(&["Bash"], "rm x; ls") && runs(&["Bash(cargo:*)"], "cargo test") && runs(&["Bash(ls)"], "ls"));
        for command in ["cargo test; rm x", "cargo $(rm x)", "cargotest", "rm x", ""] {
            assert!(!runs(&["Bash(cargo:*)"], command), "{command}");
        }
        assert!(!judged(&["Bash(cargo:*)"], "execute", "", None));
    }

    #[test]
    fn once_goes_before_for_ever() {
        let options = json!([
            { "optionId": "a", "kind": "allow_always" }, { "optionId": "b", "kind": "allow_once" },
            { "optionId": "c", "kind": "reject_always" },
        ]);
        assert_eq!((option(&options, true), option(&options, false)), (Some("b"), Some("c")));
        assert_eq!(option(&json!([]), true), None);
    }
}
