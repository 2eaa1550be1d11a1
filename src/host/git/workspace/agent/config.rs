//! The configuration of a workspace: what the project has that work needs, and nothing that runs or reaches out.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::host::git::plumbing::configuration::{self, ConfigEntry};
use crate::host::git::plumbing::run::Git;

/// One entry of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// It stands in the repository, and not with the user or the system.
    pub(crate) local: bool,
    /// Section and name are lower-case, what stands between them is as it was written.
    key: String,
    /// `None` for a name without a value, which means true.
    value: Option<String>,
}

/// Sections that concern remotes; they come along only with a remote.
const REMOTE: [&str; 6] = ["credential", "http", "https", "protocol", "ssh", "url"];

/// Sections and names of the project that its workspaces do not get.
const LEFT_OUT: [&str; 27] = [
    "branch",
    "core.alternaterefscommand",
    "core.askpass",
    "core.bare",
    "core.fsmonitor",
    "core.gitproxy",
    "core.hookspath",
    "core.logallrefupdates",
    "core.repositoryformatversion",
    "core.sharedrepository",
    "core.splitindex",
    "core.sshcommand",
    "core.untrackedcache",
    "core.worktree",
    "extensions",
    "gc",
    "github",
    "gitlab",
    "include",
    "includeif",
    "maintenance",
    "receive",
    "remote",
    "sendemail",
    "submodule",
    "transfer",
    "uploadpack",
];

/// What the configuration of a workspace says besides what the project says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    /// `sha256` where the project has it.
    pub(crate) object_format: Option<String>,
    /// `reftable` where the project has it.
    pub(crate) ref_format: Option<String>,
    /// Remotes of the project that come along.
    pub(crate) remotes: Vec<String>,
    /// For a user that git does not know.
    pub(crate) identity: Option<(String, String)>,
    /// Top of the working files of a submodule, relative to its git directory.
    pub(crate) worktree: Option<String>,
    /// Submodules that are there, by name, with their addresses.
    pub(crate) modules: Vec<(String, String)>,
}

/// Reads the configuration of a repository, what it includes and that of the user too.
pub(crate) fn read(git: Git) -> Result<Vec<Setting>> {
    configuration::list(git).map(|entries| settings(&entries))
}

/// Takes from a configuration what does not come with a command of ours.
pub(crate) fn settings(entries: &[ConfigEntry]) -> Vec<Setting> {
    let kept = entries.iter().filter(|entry| entry.scope != "command");
    let setting = |ConfigEntry { scope, key, value }: &ConfigEntry| {
        let local = matches!(scope.as_str(), "local" | "worktree");
        Setting { local, key: key.clone(), value: value.clone() }
    };
    kept.map(setting).collect()
}

/// Returns the last value of a name, wherever it stands.
pub(crate) fn value<'a>(settings: &'a [Setting], key: &str) -> Option<&'a str> {
    settings.iter().rev().find(|setting| setting.key == key).map(|setting| setting.value.as_deref().unwrap_or("true"))
}

/// Tells whether a name stands for true.
pub(crate) fn is_true(settings: &[Setting], key: &str) -> bool {
    value(settings, key).is_some_and(|value| matches!(value.to_lowercase().as_str(), "true" | "yes" | "on" | "1"))
}

/// Returns the remotes from which git fetches missing objects of a partial clone.
pub(crate) fn promisors(settings: &[Setting]) -> BTreeSet<String> {
    let named = settings.iter().filter_map(|setting| {
        let name = setting.key.strip_prefix("remote.")?.strip_suffix(".promisor")?;
        is_true(settings, &setting.key).then(|| name.to_owned())
    });
    named.chain(value(settings, "extensions.partialclone").map(str::to_owned)).collect()
}

/// Writes the configuration of a workspace.
pub(crate) fn text(settings: &[Setting], own: &Own) -> String {
    let promisors = promisors(settings);
    let remotes: BTreeSet<&str> = own.remotes.iter().chain(&promisors).map(String::as_str).collect();
    let mut text = Text::default();
    let extended = own.object_format.is_some() || own.ref_format.is_some() || !promisors.is_empty();
    text.set("core.repositoryformatversion", Some(if extended { "1" } else { "0" }));
    text.set("core.bare", Some("false"));
    text.set("core.logallrefupdates", Some("true"));
    text.set("gc.auto", Some("0"));
    text.set("maintenance.auto", Some("false"));
    let extensions = [("objectformat", own.object_format.as_deref()), ("refstorage", own.ref_format.as_deref())];
    for (name, value) in extensions.into_iter().filter(|(_, value)| value.is_some()) {
        text.set(&format!("extensions.{name}"), value);
    }
    if let Some(first) = promisors.first() {
        text.set("extensions.partialclone", value(settings, "extensions.partialclone").or(Some(first)));
    }
    if settings.iter().any(|setting| !setting.local && setting.key == "core.hookspath") {
        // The hooks of the user are for what the user commits.
        text.set("core.hookspath", Some("/dev/null"));
    }
    if let Some(worktree) = &own.worktree {
        text.set("core.worktree", Some(worktree));
    }
    for (at, setting) in settings.iter().enumerate().filter(|(_, setting)| comes_along(setting, &remotes)) {
        // Who somebody is has one answer, and may be changed there as such.
        if is_identity(setting) && settings[at + 1..].iter().any(|later| later.key == setting.key) {
            continue;
        }
        text.set(&setting.key, setting.value.as_deref());
    }
    if let Some((name, email)) = &own.identity {
        text.set("user.name", Some(name));
        text.set("user.email", Some(email));
    }
    for (name, address) in &own.modules {
        text.set(&format!("submodule.{name}.active"), Some("true"));
        text.set(&format!("submodule.{name}.url"), Some(address));
    }
    text.lines
}

fn is_identity(setting: &Setting) -> bool {
    matches!(setting.key.split('.').next(), Some("user" | "author" | "committer"))
}

fn comes_along(setting: &Setting, remotes: &BTreeSet<&str>) -> bool {
    let key = setting.key.as_str();
    let section = key.split('.').next().unwrap_or_default();
    if is_identity(setting) {
        // Also what the user's configuration says of this repository alone, by its place.
        return true;
    }
    if !setting.local {
        return false;
    }
    if section == "remote" {
        let name = key.strip_prefix("remote.").and_then(|rest| rest.rsplit_once('.')).map(|(name, _)| name);
        return name.is_some_and(|name| remotes.contains(name)) && !key.ends_with(".mirror");
    }
    if REMOTE.contains(&section) || key == "core.sshcommand" {
        return !remotes.is_empty();
    }
    !LEFT_OUT.contains(&section) && !LEFT_OUT.contains(&key)
}

#[derive(Debug, Default)]
struct Text {
    lines: String,
}

impl Text {
    fn set(&mut self, key: &str, value: Option<&str>) {
        let Some((section, rest)) = key.split_once('.') else { return };
        let (middle, name) = rest.rsplit_once('.').map_or((None, rest), |(middle, name)| (Some(middle), name));
        let header = match middle {
            Some(middle) => format!("[{section} \"{}\"]\n", escaped(middle, false)),
            None => format!("[{section}]\n"),
        };
        let line = match value {
            Some(value) => format!("\t{name} = \"{}\"\n", escaped(value, true)),
            None => format!("\t{name}\n"),
        };
        self.lines.push_str(&header);
        self.lines.push_str(&line);
    }
}

fn escaped(text: &str, is_value: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    if is_value { text.replace('\n', "\\n").replace('\t', "\\t") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(lines: &[(bool, &str, &str)]) -> Vec<Setting> {
        lines
            .iter()
            .map(|(local, key, value)| Setting {
                local: *local,
                key: (*key).to_owned(),
                value: Some((*value).to_owned()),
            })
            .collect()
    }

    #[test]
    fn filters_and_line_ends_come_along_and_remotes_hooks_and_secrets_do_not() {
        let all = settings(&[
            (false, "core.hookspath", "/home/u/hooks"),
            (false, "core.autocrlf", "input"),
            (false, "user.name", "U"),
            (true, "core.bare", "true"),
            (true, "core.worktree", "/elsewhere"),
            (true, "core.fsmonitor", "/bin/evil"),
            (true, "core.autocrlf", "true"),
            (true, "filter.lfs.clean", "git-lfs clean -- %f"),
            (true, "merge.union2.driver", "x \"%A\" \\ %B"),
            (true, "remote.origin.url", "https://token@example.com/x"),
            (true, "http.https://example.com/.extraheader", "AUTHORIZATION: basic x"),
            (true, "branch.main.remote", "origin"),
            (true, "submodule.s.url", "x"),
        ]);
        let text = text(&all, &Own::default());
        for expected in [
            "[core]\n\thookspath = \"/dev/null\"\n",
            "[core]\n\tautocrlf = \"true\"\n",
            "[filter \"lfs\"]\n\tclean = \"git-lfs clean -- %f\"\n",
            "[merge \"union2\"]\n\tdriver = \"x \\\"%A\\\" \\\\ %B\"\n",
            "[user]\n\tname = \"U\"\n",
            "[core]\n\trepositoryformatversion = \"0\"\n",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        for absent in ["token", "AUTHORIZATION", "evil", "elsewhere", "branch", "submodule", "input", "extensions"] {
            assert!(!text.contains(absent), "{absent} in {text}");
        }
    }

    #[test]
    fn a_promisor_comes_along_with_what_reaching_it_needs() {
        let all = settings(&[
            (true, "extensions.partialclone", "origin"),
            (true, "remote.origin.promisor", "true"),
            (true, "remote.origin.url", "file:///x"),
            (true, "remote.other.url", "file:///y"),
            (true, "core.sshcommand", "ssh -i key"),
            (true, "url.file:///z.insteadof", "z:"),
        ]);
        let text = text(&all, &Own { object_format: Some("sha256".to_owned()), ..Own::default() });
        for expected in [
            "repositoryformatversion = \"1\"",
            "objectformat = \"sha256\"",
            "partialclone = \"origin\"",
            "[remote \"origin\"]\n\turl = \"file:///x\"",
            "[url \"file:///z\"]\n\tinsteadof = \"z:\"",
            "sshcommand",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
        assert!(!text.contains("other"), "{text}");
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let odd = "a \"b\" \\ c\n\td # ; e ";
        let all = settings(&[(true, "alias.odd", odd), (true, "diff.a.b \"c\\.textconv", odd)]);
        let file = folder.path().join("config");
        std::fs::write(&file, text(&all, &Own::default())).expect("a file");
        for key in ["alias.odd", "diff.a.b \"c\\.textconv"] {
            let output = std::process::Command::new("git").args(["config", "-z", "-f"]).arg(&file).arg(key).output();
            let output = output.expect("git starts").stdout;
            assert_eq!(String::from_utf8_lossy(&output).trim_end_matches('\0'), odd, "{key}");
        }
    }
}
