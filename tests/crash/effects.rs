//! Every function that touches the world has fail points before and after its effect; the few that have none say why.

use std::fs;
use std::path::Path;

/// Calls by which our own code changes files, references, processes or other machines.
const EFFECTS: [&str; 33] = [
    "fs::write(",
    "fs::rename(",
    "fs::copy(",
    "fs::copy,",
    "fs::hard_link(",
    "fs::remove_file(",
    "fs::remove_dir(",
    "fs::remove_dir_all(",
    "fs::create_dir(",
    "fs::create_dir_all(",
    "fs::create_dir_all)",
    "fs::set_permissions(",
    "symlink(",
    ".create_new(true)",
    ".create(true)",
    ".append(true)",
    ".truncate(true)",
    ".set_len(",
    ".sync_data(",
    "File::create(",
    "DirBuilder::new(",
    "AtomicWriteFile::open(",
    ".tempdir_in(",
    ".tempfile_in(",
    ".write_all(",
    "write_all(&mut",
    "rename_new(",
    "kill(",
    "killpg(",
    ".spawn()",
    "Command::new(\"sh\")",
    ".run(prepared)",
    "store().write_",
];

/// Functions with an effect and without a fail point of their own, each with the reason.
const EXEMPT: [(&str, &str, &str); 34] = [
    ("src/host/process/age.rs", "started_at", "asks whether a process is there, and sends it no signal"),
    ("src/host/failpoint.rs", "pass", "the fail points themselves"),
    ("src/host/failpoint.rs", "orders", "the fail points themselves"),
    ("src/host/files.rs", "put", "called between the places of `file.write` and `file.create`"),
    ("src/host/files.rs", "stage", "called between the places of `file.write` and `file.create`"),
    ("src/host/files.rs", "staged", "called between the places of `file.write` and `file.create`"),
    ("src/host/files.rs", "settled", "called between the places of `file.write` and `file.create`"),
    ("src/host/files.rs", "rename_once", "called between the places of `file.move`"),
    ("src/host/files.rs", "rename_new", "called between the places of `file.create`"),
    (
        "src/host/git/plumbing/run.rs",
        "start",
        "every command that writes passes `git.<command>`; this starts readers too",
    ),
    ("src/host/git/plumbing/run.rs", "kill", "ends a git that overran its time, after which the run is refused anyway"),
    ("src/host/journal/signs.rs", "put", "called between the places of `signs.write`"),
    ("src/host/agent/home.rs", "drop", "a private file of one attempt: one that stays is made anew by the next phase"),
    ("src/host/git/workspace/agent/lfs.rs", "copy", "called between the places of `lfs.keep`"),
    ("src/host/git/workspace/agent/own.rs", "fill", "called between the places of `workspace.repository`"),
    (
        "src/host/git/workspace/objects/quarantine.rs",
        "remove",
        "called between the places of `objects.settle`, which comes last",
    ),
    ("src/host/git/workspace/objects/quarantine.rs", "keep", "called between the places of `objects.publish`"),
    ("src/host/git/workspace/objects/quarantine.rs", "make_folder", "called between the places of `objects.publish`"),
    ("src/host/git/workspace/objects/quarantine.rs", "copy", "called between the places of `objects.publish`"),
    ("src/host/git/workspace/place/record.rs", "is_left_over", "signal 0 changes nothing"),
    ("src/host/owner.rs", "is_gone", "signal 0 changes nothing"),
    ("src/host/owner.rs", "is_alive", "signal 0 changes nothing"),
    ("src/host/git/plumbing/intent.rs", "writer_is_gone", "signal 0 changes nothing"),
    ("src/host/process/spawn.rs", "once", "called between the places of `process.spawn`"),
    ("src/host/process/spawn.rs", "drop", "runs while the program unwinds"),
    ("src/host/process/system.rs", "give_up_first", "a wish to the kernel about memory, without consequences"),
    ("src/host/process/system.rs", "go_first", "a wish to the kernel about memory, without consequences"),
    ("src/host/process/namespace.rs", "enter", "in the helper of one program, about that helper alone"),
    ("src/host/process/namespace.rs", "be_first", "a pipe to the helper, whose death is tested as such"),
    ("src/host/process/namespace.rs", "become_program", "a pipe to the helper, whose death is tested as such"),
    ("src/host/process/namespace.rs", "not_made", "a pipe to the helper, whose death is tested as such"),
    ("src/host/process/pipes.rs", "take", "the pipe belongs to the agent, whose death is tested as such"),
    ("src/host/process/kill.rs", "kill_blocking", "elsewhere than on Linux; there `agent.kill` is passed for each"),
    ("src/host/state.rs", "write_private", "its parts pass `private.create` and `private.rename`"),
];

/// One function of the program.
struct Function {
    file: String,
    name: String,
    line: usize,
    text: String,
}

fn functions(file: &str, text: &str) -> Vec<Function> {
    let mut found: Vec<Function> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start() == "#[cfg(test)]" && text.lines().nth(number + 1).is_some_and(|next| next.contains("mod "))
        {
            break;
        }
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        let words: Vec<&str> = code.split_whitespace().collect();
        let is_head =
            words.iter().take_while(|word| !word.contains('(') || word.starts_with("pub(")).any(|w| *w == "fn")
                || words.first() == Some(&"fn");
        if let Some(name) = is_head.then(|| words.iter().skip_while(|word| **word != "fn").nth(1)).flatten() {
            let name = name.split(['(', '<']).next().unwrap_or_default().to_owned();
            found.push(Function { file: file.to_owned(), name, line: number + 1, text: String::new() });
        }
        if let Some(function) = found.last_mut() {
            function.text += code;
            function.text.push('\n');
        }
    }
    found
}

/// Tells whether a text names a call; `kill(` must not be the end of a longer name.
fn names(text: &str, effect: &str) -> bool {
    text.match_indices(effect).any(|(at, _)| {
        effect.starts_with('.') || !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.')
    })
}

#[test]
fn every_effectful_function_has_fail_points() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut lacking, mut used) = (Vec::new(), vec![false; EXEMPT.len()]);
    for folder in ["src/host", "src/run"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).sort_by_file_name().into_iter().flatten() {
            if entry.path().extension().is_none_or(|end| end != "rs") {
                continue;
            }
            let file = entry.path().strip_prefix(root).expect("below").display().to_string();
            let text = fs::read_to_string(entry.path()).expect("UTF-8");
            for Function { file, name, line, text } in functions(&file, &text) {
                let body = text.split_once('{').map_or("", |(_, body)| body);
                let Some(effect) = EFFECTS.iter().find(|effect| names(body, effect)) else { continue };
                let exempt = EXEMPT.iter().position(|(f, n, _)| *f == file && *n == name);
                if let Some(at) = exempt {
                    used[at] = true;
                } else if !text.contains("failpoint::") && !text.contains("fail_point") {
                    lacking.push(format!("{file}:{line}: `{name}` has the effect `{effect}` without a fail point"));
                }
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
    let stale = EXEMPT.iter().zip(used).filter(|(_, used)| !used).map(|((file, name, _), _)| format!("{file} {name}"));
    assert_eq!(stale.collect::<Vec<_>>(), Vec::<String>::new(), "exemptions that are not needed");
}

#[test]
fn the_check_finds_an_effect_without_a_fail_point() {
    let text = "fn bare(path: &Path) {\n    std::fs::write(path, \"x\").ok();\n}\n";
    let found = functions("src/host/x.rs", text);
    assert!(found.iter().any(|f| f.name == "bare" && EFFECTS.iter().any(|effect| names(&f.text, effect))));
}
