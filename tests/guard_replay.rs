//! Replays the history of a repository through the guard: each commit is an item that declares the files that it changes.
//! Whatever is found then is a false alarm, or a commit that really takes something away.
//!
//! ```sh
//! BATCHPRP_REPLAY=~/src/ripgrep cargo test --test guard_replay -- --ignored --nocapture
//! ```
//!
//! `BATCHPRP_REPLAY_COMMITS` is the number of commits, 300 when it is not set; `BATCHPRP_REPLAY_FROM` the commit to begin
//! with, `HEAD` when it is not; `BATCHPRP_REPLAY_TRUE` lists the findings that were looked at and are true, as
//! `commit:rule` with commas between. With `BATCHPRP_REPLAY_REVERSE` each commit is undone instead, to see that the guard
//! sees: whatever added a test takes it away then.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a harness that people look at")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use batchprp::evidence::guard::{Change, Commit, File, Input, Policy, inspect};
use batchprp::model::guard::Level;

/// So many bytes of what is no text are looked at.
const LARGEST: usize = 1 << 20;

struct Repository {
    path: String,
    /// `git cat-file --batch`.
    reader: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Repository {
    fn open(path: &str) -> Self {
        let mut command = Command::new("git");
        command.args(["-C", path, "cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut reader = command.spawn().expect("git starts");
        let (ask, answer) = (reader.stdin.take().unwrap(), BufReader::new(reader.stdout.take().unwrap()));
        Self { path: path.to_owned(), reader, ask, answer }
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git").args(["-C", &self.path]).args(arguments).output().expect("git starts");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn blob(&mut self, id: &str) -> Vec<u8> {
        writeln!(self.ask, "{id}").unwrap();
        let mut head = String::new();
        self.answer.read_line(&mut head).unwrap();
        // A snapshot may lack objects; nothing follows the answer then.
        let Some(size) = head.trim().rsplit(' ').next().and_then(|size| size.parse().ok()) else { return Vec::new() };
        let mut bytes = vec![0; size];
        self.answer.read_exact(&mut bytes).unwrap();
        self.answer.read_exact(&mut [0]).unwrap();
        bytes
    }

    fn file(&mut self, mode: &str, id: &str) -> Option<File> {
        match mode {
            "000000" => None,
            "160000" => Some(File::Module { commit: id.to_owned(), there: true }),
            "120000" => {
                let target = String::from_utf8_lossy(&self.blob(id)).into_owned();
                Some(File::Link { target, ignored: false })
            }
            _ => Some(File::of(self.blob(id), LARGEST)),
        }
    }

    fn changes(&mut self, commit: &str) -> Vec<Change> {
        let raw = self.git(&[
            "diff-tree",
            "-r",
            "-z",
            "--root",
            "--no-renames",
            "--no-commit-id",
            "--raw",
            "--abbrev=64",
            commit,
        ]);
        let parts: Vec<String> = raw.split('\0').map(str::to_owned).collect();
        let mut changes = Vec::new();
        for pair in parts.chunks(2).filter(|pair| pair.len() == 2) {
            let words: Vec<&str> = pair[0].trim_start_matches(':').split(' ').collect();
            let [old_mode, new_mode, old_id, new_id, _] = words[..] else { continue };
            let (old, new) = (self.file(old_mode, old_id), self.file(new_mode, new_id));
            changes.push(Change { path: pair[1].clone(), old, new });
        }
        changes
    }
}

#[test]
#[ignore = "needs a repository: BATCHPRP_REPLAY=PATH cargo test --test guard_replay -- --ignored --nocapture"]
fn the_last_commits_of_a_repository_raise_no_false_alarm() {
    let variable = |name: &str, otherwise: &str| std::env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let path = std::env::var("BATCHPRP_REPLAY").expect("BATCHPRP_REPLAY names a repository");
    let (count, from) = (variable("BATCHPRP_REPLAY_COMMITS", "300"), variable("BATCHPRP_REPLAY_FROM", "HEAD"));
    let known = variable("BATCHPRP_REPLAY_TRUE", "");
    let reverse = std::env::var_os("BATCHPRP_REPLAY_REVERSE").is_some();
    let mut repository = Repository::open(&path);
    let list = repository.git(&["rev-list", "--no-merges", "-n", &count, &from]);
    let mut found: BTreeMap<(&str, Level), usize> = BTreeMap::new();
    let mut open = Vec::new();
    for id in list.lines() {
        let message = repository.git(&["show", "-s", "--format=%B", id]);
        let author = repository.git(&["show", "-s", "--format=%an <%ae>", id]).trim().to_owned();
        let mut changes = repository.changes(id);
        if reverse {
            for change in &mut changes {
                std::mem::swap(&mut change.old, &mut change.new);
            }
        }
        let input = Input {
            item: "PRP-1.1.1".to_owned(),
            state: ".ce".to_owned(),
            declared: changes.iter().map(|change| change.path.clone()).collect(),
            changes,
            commits: vec![Commit { id: id.to_owned(), message: message.clone(), author, ..Commit::default() }],
            gates: vec![
                "cargo test && cargo clippy".to_owned(),
                "pytest".to_owned(),
                "npm test".to_owned(),
                "make check".to_owned(),
            ],
            ..Input::default()
        };
        for finding in inspect(&input, &Policy::default()).findings() {
            *found.entry((finding.rule, finding.level)).or_default() += 1;
            let place = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
            let subject = message.lines().next().unwrap_or_default();
            let (level, rule) = (finding.level.as_str(), finding.rule);
            println!("{} {level:7} {rule:12} {}{place} {} [{subject}]", &id[..9], finding.path, finding.reason);
            if let Some(excerpt) = &finding.excerpt {
                println!("          {excerpt}");
            }
            let is_known = known.split(',').any(|known| {
                known.split_once(':').is_some_and(|(commit, rule)| id.starts_with(commit) && rule == finding.rule)
            });
            if finding.level >= Level::Approve && !is_known {
                open.push(format!("{}:{rule}", &id[..9]));
            }
        }
    }
    drop(repository.reader.kill());
    drop(repository.reader.wait());
    for ((rule, level), count) in &found {
        println!("{rule} {}: {count}", level.as_str());
    }
    assert!(open.is_empty(), "{} commits, alarms: {}", list.lines().count(), open.join(","));
}
