//! What agents differ in, as adapters declare it: each once, in words from a table. What nobody declared is unknown.

use std::collections::BTreeMap;

/// One thing that agents differ in.
pub struct Capability {
    pub name: &'static str,
    /// What it is about, as the head of a row.
    pub about: &'static str,
    /// What an adapter may declare, and how it is told.
    pub words: &'static [(&'static str, &'static str)],
}

const YES_OR_NO: &[(&str, &str)] = &[("yes", "yes"), ("no", "no")];

/// All of them, in the order in which they are told.
pub const CAPABILITIES: [Capability; 10] = [
    Capability {
        name: "tokens",
        about: "tokens are told",
        words: &[("session", "per session"), ("run", "per run"), ("step", "per step"), ("no", "no")],
    },
    Capability {
        name: "cost",
        about: "cost is told",
        words: &[("yes", "yes"), ("priced", "where it knows the price"), ("no", "no")],
    },
    Capability {
        name: "limits",
        about: "usage limits are told",
        words: &[("until", "yes, with their end"), ("yes", "yes"), ("no", "no")],
    },
    Capability { name: "resume", about: "phases of a PRP share a session", words: YES_OR_NO },
    Capability { name: "schema", about: "answer by schema", words: YES_OR_NO },
    Capability { name: "turns", about: "cap on turns", words: YES_OR_NO },
    Capability { name: "money", about: "cap on money", words: YES_OR_NO },
    Capability { name: "retries", about: "retries are visible", words: YES_OR_NO },
    Capability {
        name: "permissions",
        about: "tools of the role hold",
        words: &[("tools", "tool by tool"), ("calls", "call by call"), ("edits", "may edit or not"), ("no", "no")],
    },
    Capability { name: "sandbox", about: "sandbox of its own", words: YES_OR_NO },
];

/// Returns what is wrong with the capabilities that an adapter declares.
pub(super) fn mistake(declared: &BTreeMap<String, String>) -> Option<String> {
    declared.iter().find_map(|(name, word)| {
        let Some(capability) = CAPABILITIES.iter().find(|known| known.name == name) else {
            let names: Vec<&str> = CAPABILITIES.iter().map(|known| known.name).collect();
            return Some(format!("there is no capability `{name}`: they are {}", names.join(", ")));
        };
        let words: Vec<&str> = capability.words.iter().map(|(word, _)| *word).collect();
        (!words.contains(&word.as_str()))
            .then(|| format!("`{name}` is `{word}`, which is none of {}", words.join(", ")))
    })
}

impl Capability {
    /// Says for people what was declared.
    pub fn told(&self, word: Option<&str>) -> &'static str {
        let known = word.and_then(|word| self.words.iter().find(|(known, _)| *known == word));
        known.map_or("unknown", |(_, told)| told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_the_table_are_declared() {
        let of = |name: &str, word: &str| mistake(&BTreeMap::from([(name.to_owned(), word.to_owned())]));
        assert_eq!(of("tokens", "session"), None);
        assert!(of("tokens", "often").is_some_and(|text| text.contains("session, run, step, no")));
        assert!(of("magic", "yes").is_some_and(|text| text.contains("permissions")));
        assert_eq!(CAPABILITIES[0].told(Some("run")), "per run");
        assert_eq!(CAPABILITIES[0].told(None), "unknown");
    }
}
