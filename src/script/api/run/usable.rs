//! What a role needs, looked for before anything is made: an agent that exists, its program, the files that it names.

use std::path::Path;

use crate::bridge::ShowFile;
use crate::config::{Role, Size, Source, Wish};
use crate::error::{Error, ExitCode};

use super::agent_settings::{KNOWN, detected, first_installed, flags, none_installed};
use crate::script::adapter::AdapterScript;
use crate::script::api::native::{Call, Fault};
use crate::script::suggest;

/// Stands for the project's folder in `argv`.
pub(crate) const ROOT: &str = "{root}";

/// Ends of names that are files and nothing else.
const SCRIPTS: [&str; 10] = [".py", ".sh", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".php", ".lua"];

/// Requires that the agent of a role can be started, and returns its name. With a commit its files must be in that
/// commit: an agent that carries out work starts in a worktree made from it.
pub(crate) fn require(call: &Call, role: &str, base: Option<&str>) -> Result<String, Fault> {
    let (flags, nothing) = (flags(call), Wish::default());
    let role = Role { name: role, script: &nothing, flags: &flags, config: &call.state.config, template: &nothing };
    let (name, said) = match role.agent() {
        Some(named) => named,
        None => (first_installed(call)?.ok_or_else(none_installed)?, Source::Found),
    };
    let adapter = AdapterScript::load(&call.state, &name).map_err(|error| with_origin(error, &said))?;
    if detected(call, &adapter)?.is_none() {
        return Err(no_program(call, &adapter, &said).into());
    }
    model(&role)?;
    if let Some(base) = base {
        files(call, &name, base)?;
    }
    Ok(name)
}

/// Adds who named the agent, when it is the agent that is wrong and not its file.
fn with_origin(mut error: Error, said: &Source) -> Error {
    if error.code == ExitCode::AgentMissing {
        error.message = format!("{} ({said})", error.message);
    }
    error
}

fn no_program(call: &Call, adapter: &AdapterScript, said: &Source) -> Error {
    let name = adapter.name.as_str();
    let key = format!("adapter.{name}.argv");
    let refuse = |text: String| Error::new(ExitCode::AgentMissing, text);
    if let Some(program) = adapter.spoken_to() {
        let text = format!("the program `{program}` of the agent `{name}` ({said}) was not found");
        return refuse(text).help(format!("install it, or say where it is: `adapter.{name}.acp = [\"PATH\", …]`"));
    }
    match call.state.setting_texts(&key).as_deref() {
        Some([program, ..]) => {
            let origin = call.state.config.entries().get(&key).map(|entry| format!(" ({key} in {})", entry.origin));
            let help = match program.contains('/') {
                true => format!("`{program}` is looked for in the project's folder and must be executable: `chmod +x`"),
                false => "install it, or name it with its path: `./agent.sh` is looked for in the project's folder"
                    .to_owned(),
            };
            refuse(format!("there is no program `{program}`{}", origin.unwrap_or_default())).help(help)
        }
        _ if name == "command" => refuse(format!("the agent `command` ({said}) has no program: `{key}` is not set"))
            .help(format!("batchprp config set {key} '[\"python3\", \"{ROOT}/agent.py\"]'")),
        _ => refuse(format!("the program of the agent `{name}` ({said}) was not found"))
            .help(format!("install it, set `adapter.{name}.program`, or choose another agent: {}", KNOWN.join(", "))),
    }
}

/// Refuses a slip in the name of a size. What else models are called is for the agent to know.
fn model(role: &Role<'_>) -> Result<(), Error> {
    let Some((model, said)) = role.model_named() else { return Ok(()) };
    let words = Size::ALL.map(Size::as_str);
    let is_word = model.len() > 3 && model.chars().all(|c| c.is_ascii_lowercase());
    match suggest::nearest(&model, words).filter(|_| is_word && !words.contains(&model.as_str())) {
        Some(near) => Err(Error::new(ExitCode::AgentMissing, format!("there is no model `{model}` ({said})"))
            .help(format!("did you mean `{near}`?"))),
        None => Ok(()),
    }
}

/// Requires that the commit has the files that the command line of the agent names.
fn files(call: &Call, name: &str, base: &str) -> Result<(), Fault> {
    let key = format!("adapter.{name}.argv");
    let argv = call.state.setting_texts(&key).unwrap_or_default();
    let origin = call.state.config.entries().get(&key).map(|entry| entry.origin.to_string()).unwrap_or_default();
    for word in argv.iter().skip(1) {
        let path = word.trim_start_matches("./");
        let relative =
            !word.starts_with(['-', '/', '~']) && !word.contains(ROOT) && !path.split('/').any(|part| part == "..");
        let there = relative && !path.is_empty() && call.state.root.join(path).is_file();
        if !(there || relative && SCRIPTS.iter().any(|end| path.ends_with(end))) {
            continue;
        }
        let show = ShowFile { revision: base.to_owned(), path: Path::new(path).to_owned() };
        if call.ask(show)?.is_none() {
            return Err(not_in_base(path, there, base, &key, &origin).into());
        }
    }
    Ok(())
}

fn not_in_base(path: &str, there: bool, base: &str, key: &str, origin: &str) -> Error {
    let text = format!("`{path}` ({key} in {origin}) is not in {base}, the commit that agents start from");
    let help = match there {
        true => format!(
            "commit it: git add {path} && git commit -m 'Add the agent'\nor use the file of your checkout: `{ROOT}/{path}` in {origin}"
        ),
        false => {
            format!("there is no such file in the project either: correct `{key}`, or write the file and commit it")
        }
    };
    Error::new(ExitCode::AgentMissing, text).help(help)
}
