//! `process::…`: other programs, by argument list and never through a shell.

use std::path::PathBuf;

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};

use crate::bridge::{RunProgram, StartDetached};

use super::env::variable;
use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, Thrown, invalid, native};
use crate::script::api::run::current;
use crate::script::api::run::elsewhere::job;
use crate::script::api::shape::{Key, Kind, Shape, key, required};
use crate::script::value::convert::optional;

/// Seconds that a program gets where the script says nothing.
const TIMEOUT: f64 = 60.0;

/// Options of `process::run`.
pub(crate) const RUN: Shape = Shape::closed(
    "process::run",
    0,
    &[
        required("argv", Kind::Texts),
        key("cwd", Kind::Text),
        key("stdin", Kind::Text),
        key("timeout", Kind::Number),
        key("env", Kind::Map),
        key("pass", Kind::Texts),
    ],
);

/// Options of `process::detach`.
pub(crate) const DETACH: Shape =
    Shape::closed("process::detach", 0, &[required("argv", Kind::Texts), key("stdin", Kind::Text)]);

/// What `process::run` returns.
pub(crate) const OUTPUT: &[Key] = &[
    key("code", Kind::Optional(&Kind::Int)),
    key("signal", Kind::Optional(&Kind::Int)),
    key("stdout", Kind::Text),
    key("stderr", Kind::Text),
    key("timed_out", Kind::Flag),
];

fn start(call: &Call, options: Map) -> Result<Map, Fault> {
    let fields = Fields::new(&RUN, options)?;
    let argv = fields.texts("argv")?.unwrap_or_default();
    if argv.is_empty() {
        return Err(invalid("`process::run` needs `argv` with the program and its arguments").into());
    }
    let order = RunProgram {
        argv,
        cwd: fields.text("cwd")?.map(PathBuf::from),
        stdin: fields.text("stdin")?.unwrap_or_default(),
        timeout: fields.number("timeout")?.unwrap_or(TIMEOUT),
        env: fields.pairs("env")?,
        pass: match call.state.needs("environment") {
            true => vec!["*".to_owned()],
            false => fields.texts("pass")?.unwrap_or_default(),
        },
        outside: call.state.needs("outside"),
    };
    let output = call.ask(order)?;
    let mut map = Map::new();
    map.insert("code".into(), optional(output.code.map(i64::from)));
    map.insert("signal".into(), optional(output.signal.map(i64::from)));
    map.insert("stdout".into(), output.stdout.into());
    map.insert("stderr".into(), output.stderr.into());
    map.insert("timed_out".into(), output.timed_out.into());
    Ok(map)
}

fn start_detached(call: &Call, options: Map) -> Result<i64, Fault> {
    if !current::in_executor() && call.state.fake.is_none() {
        let error = invalid("`process::detach` belongs to executors: nothing else outlives a run");
        return Err(error.help("start what belongs to the run with `process::run`").into());
    }
    let fields = Fields::new(&DETACH, options)?;
    let argv = fields.texts("argv")?.unwrap_or_default();
    let stdin = fields.text("stdin")?.unwrap_or_default();
    Ok(call.ask(StartDetached { argv, stdin })?.into())
}

/// Looks a program up like the shell does, without one.
pub(crate) fn find(call: &Call, name: &str) -> Result<Option<String>, Fault> {
    if let Some(fake) = &call.state.fake
        && let Some(path) = fake.world().found.get(name)
    {
        return Ok(Some(path.clone()));
    }
    let candidates: Vec<PathBuf> = if name.contains('/') {
        vec![call.state.root.join(name)]
    } else {
        let path = variable(call, "PATH")?.unwrap_or_default();
        std::env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).collect()
    };
    let found = candidates.into_iter().find(|path| is_program(path));
    Ok(found.map(|path| path.display().to_string()))
}

#[cfg(unix)]
fn is_program(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &std::path::Path) -> bool {
    path.is_file()
}

#[export_module]
pub(crate) mod module {
    /// Runs a program to its end: `argv`, and optionally `cwd`, `stdin`, `timeout` in seconds, `env`. It gets the variables
    /// that are known to be harmless, those that `pass` names, and the values of `env`, and works below the project or in
    /// the worktree of its item. Returns `#{ code, signal, stdout, stderr, timed_out }`; `code` or `signal` is `()`.
    ///
    /// ```rhai
    /// let answer = process::run(#{ argv: ["cargo", "--version"], timeout: 30 });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn run(context: NativeCallContext, options: Map) -> Thrown<Map> {
        native(&context, |call| start(call, options))
    }

    /// For executors: starts a program that goes on when this one ends, with `argv` and optionally `stdin`, and returns
    /// its process. It gets the environment of this program.
    ///
    /// ```rhai
    /// let pid = process::detach(#{ argv: job.argv, stdin: job.stdin });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn detach(context: NativeCallContext, options: Map) -> Thrown<i64> {
        native(&context, |call| start_detached(call, options))
    }

    /// For executors: returns the beginning of the command line of `batchprp worker` on the machines of the engine.
    ///
    /// ```rhai
    /// let jobs = process::run(#{ argv: process::worker() + ["--list", run] });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn worker(context: NativeCallContext) -> Thrown<Array> {
        native(&context, |call| Ok(job::worker(&call.state).into_iter().map(Dynamic::from).collect()))
    }

    /// Returns the path of a program on the search path, or `()`.
    ///
    /// ```rhai
    /// if process::which("gh") == () { throw "`gh` is not installed"; }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn which(context: NativeCallContext, name: &str) -> Thrown<Dynamic> {
        native(&context, |call| Ok(optional(find(call, name)?)))
    }

    /// Returns the path of this program.
    ///
    /// ```rhai
    /// let argv = [process::self_exe(), "--version"];
    /// ```
    #[rhai_fn(return_raw)]
    pub fn self_exe(context: NativeCallContext) -> Thrown<String> {
        native(&context, |_| {
            let path = std::env::current_exe().map_err(|error| Fault::Bug(format!("who am I? {error}")))?;
            Ok(path.display().to_string())
        })
    }
}
