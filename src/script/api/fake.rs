//! `fake::…`: how a test prescribes the world and looks at what a script did to it.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::event::kind::EventKind;

use super::fields::Fields;
use super::native::{Call, Fault, Thrown, invalid, native};
use super::shape::{Kind, Shape, key, required};
use crate::fake::{self, FakeAgentCall, FakeBridge, FakeConflict, FakeDefect, FakeProgram, FakeServer};
use crate::script::value::convert::data;

/// Options of `fake::prp`.
pub(crate) const PRP: Shape = Shape::closed(
    "fake::prp",
    1,
    &[key("dependencies", Kind::Texts), key("files", Kind::Texts), key("phases", Kind::Int)],
);

/// How an agent's call can end.
pub(crate) const STATUSES: [&str; 13] = [
    "ok",
    "no_work",
    "rate_limited",
    "overloaded",
    "auth",
    "budget",
    "turns",
    "denied",
    "refused",
    "context_too_long",
    "protocol",
    "crashed",
    "killed",
];

/// The answer that `fake::agent` prescribes.
pub(crate) const AGENT: Shape = Shape::closed(
    "fake::agent",
    1,
    &[
        key("status", Kind::Word(&STATUSES)),
        key("text", Kind::Text),
        key("lines", Kind::List(&Kind::Text)),
        key("code", Kind::Int),
        key("signal", Kind::Int),
        key("timer", Kind::Text),
        key("result", Kind::Any),
        key("session", Kind::Text),
        key("tokens", Kind::Int),
        key("cost", Kind::Number),
        key("until", Kind::Int),
        key("delay_ms", Kind::Int),
        key("panic", Kind::Text),
        key("error", Kind::Text),
    ],
);

/// What `fake::program` prescribes.
pub(crate) const PROGRAM: Shape = Shape::closed(
    "fake::program",
    1,
    &[key("code", Kind::Int), key("stdout", Kind::Text), key("stderr", Kind::Text), key("timed_out", Kind::Flag)],
);

/// What `fake::http` prescribes.
pub(crate) const HTTP: Shape =
    Shape::closed("fake::http", 0, &[key("status", Kind::Int), key("headers", Kind::Map), key("body", Kind::Text)]);

/// What `fake::defect` prescribes.
pub(crate) const DEFECT: Shape = Shape::closed(
    "fake::defect",
    1,
    &[required("phase", Kind::Int), key("level", Kind::Int), key("error", Kind::Text)],
);

/// What `fake::conflict` prescribes.
pub(crate) const CONFLICT: Shape = Shape::closed("fake::conflict", 1, &[key("files", Kind::List(&Kind::Text))]);

fn bridge(call: &Call) -> Result<Arc<FakeBridge>, Fault> {
    let refuse = || invalid("`fake::…` works in tests only").help("run it with `batchprp test`");
    call.state.fake.clone().ok_or_else(|| refuse().into())
}

fn read<T: DeserializeOwned>(shape: &Shape, map: Map) -> Result<T, Error> {
    let function = shape.function;
    Fields::new(shape, map.clone())?;
    rhai::serde::from_dynamic(&Dynamic::from_map(map)).map_err(|error| invalid(format!("`{function}`: {error}")))
}

#[export_module]
pub(crate) mod module {
    /// Puts a file into the project of the test.
    ///
    /// ```rhai
    /// fake::file("CLAUDE.md", "Use tabs.");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn file(context: NativeCallContext, path: &str, text: &str) -> Thrown<()> {
        native(&context, |call| {
            bridge(call)?.file(path, text);
            Ok(())
        })
    }

    /// Writes a PRP into the project of the test; options are `dependencies`, `files` and the number of `phases`.
    ///
    /// ```rhai
    /// fake::prp("PRP-1.2.1", #{ dependencies: ["PRP-1.1.1"], phases: 2 });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn prp(context: NativeCallContext, id: &str, options: Map) -> Thrown<()> {
        native(&context, |call| {
            let fields = Fields::new(&PRP, options)?;
            let list = |key| fields.texts(key).map(Option::unwrap_or_default);
            let phases = fields.int("phases")?.unwrap_or(1);
            let text = fake::document(id, &list("dependencies")?, &list("files")?, phases);
            bridge(call)?.file(fake::path(id), text);
            Ok(())
        })
    }

    /// Prescribes the next answer of an agent for an item, or for everybody with `"*"`: `status`, `text`, `lines` for the
    /// adapter, `code`, `signal`, `timer` (`startup`, `silence`, `linger` or `total`, which ended it), `result`, `session`,
    /// `tokens`, `cost`, `until`, `delay_ms`, `panic`, `error`. Without any an agent answers `ok`; the last answer of an
    /// item stays.
    ///
    /// ```rhai
    /// fake::agent("PRP-1.1.1", #{ status: "crashed", text: "boom" });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn agent(context: NativeCallContext, item: &str, answer: Map) -> Thrown<()> {
        native(&context, |call| {
            let answer: FakeAgentCall = read(&AGENT, answer)?;
            bridge(call)?.world().agents.entry(item.to_owned()).or_default().push_back(answer);
            Ok(())
        })
    }

    /// Lets the validation of an item fail once: `phase`, `level` (3 when left out), `error`.
    ///
    /// ```rhai
    /// fake::defect("PRP-1.1.1", #{ phase: 1, error: "test_login failed" });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn defect(context: NativeCallContext, item: &str, defect: Map) -> Thrown<()> {
        native(&context, |call| {
            let defect: FakeDefect = read(&DEFECT, defect)?;
            bridge(call)?.world().defects.entry(item.to_owned()).or_default().push(defect);
            Ok(())
        })
    }

    /// Lets the merge of an item conflict once, in `files`.
    ///
    /// ```rhai
    /// fake::conflict("PRP-1.1.1", #{ files: ["src/main.rs"] });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn conflict(context: NativeCallContext, item: &str, conflict: Map) -> Thrown<()> {
        native(&context, |call| {
            let conflict: FakeConflict = read(&CONFLICT, conflict)?;
            bridge(call)?.world().conflicts.entry(item.to_owned()).or_default().push(conflict);
            Ok(())
        })
    }

    /// Prescribes what a program answers whose argument list starts with these words: `code`, `stdout`, `stderr`.
    ///
    /// ```rhai
    /// fake::program(["git", "status"], #{ stdout: "clean" });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn program(context: NativeCallContext, argv: Array, answer: Map) -> Thrown<()> {
        native(&context, |call| {
            let answer: FakeProgram = read(&PROGRAM, answer)?;
            let words = argv.iter().map(ToString::to_string).collect();
            bridge(call)?.world().programs.push((words, answer));
            Ok(())
        })
    }

    /// Prescribes the next answer of a server: `status`, `headers`, `body`.
    ///
    /// ```rhai
    /// fake::http(#{ status: 200, body: "{}" });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn http(context: NativeCallContext, answer: Map) -> Thrown<()> {
        native(&context, |call| {
            let answer: FakeServer = read(&HTTP, answer)?;
            bridge(call)?.world().http.push_back(answer);
            Ok(())
        })
    }

    /// Prescribes what a person says next when `person::prompt` or `person::confirm` asks; without any the default counts.
    ///
    /// ```rhai
    /// fake::reply("yes");
    /// print(person::confirm("Go on?", false)); // → true
    /// ```
    #[rhai_fn(return_raw)]
    pub fn reply(context: NativeCallContext, text: &str) -> Thrown<()> {
        native(&context, |call| {
            bridge(call)?.world().replies.push_back(text.to_owned());
            Ok(())
        })
    }

    /// Returns what servers were asked so far, each a map `#{ method, url, body }`.
    ///
    /// ```rhai
    /// fake::http(#{ status: 200 });
    /// http::request(#{ url: "http://localhost/hook", body: "done" });
    /// print(fake::requests()[0].body); // → done
    /// ```
    #[rhai_fn(return_raw)]
    pub fn requests(context: NativeCallContext) -> Thrown<Array> {
        native(&context, |call| Ok(bridge(call)?.world().requests.iter().map(data).collect()))
    }

    /// Returns the argument lists of the programs that were run so far.
    ///
    /// ```rhai
    /// fake::program(["gh"], #{ stdout: "[]" });
    /// process::run(#{ argv: ["gh", "issue", "list"] });
    /// print(fake::executed()); // → [["gh", "issue", "list"]]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn executed(context: NativeCallContext) -> Thrown<Array> {
        native(&context, |call| Ok(bridge(call)?.world().ran.iter().map(data).collect()))
    }

    /// Sets a variable of the environment.
    ///
    /// ```rhai
    /// fake::env("LINEAR_API_KEY", "secret");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn env(context: NativeCallContext, name: &str, value: &str) -> Thrown<()> {
        native(&context, |call| {
            bridge(call)?.world().env.insert(name.to_owned(), value.to_owned());
            Ok(())
        })
    }

    /// Sets what `config::get` returns for a key.
    ///
    /// Since level 2.
    ///
    /// ```rhai
    /// fake::config("executor.ssh.hosts", ["build1:4"]);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn config(context: NativeCallContext, key: &str, value: Dynamic) -> Thrown<()> {
        native(&context, |call| {
            let value =
                rhai::serde::from_dynamic(&value).map_err(|error| invalid(format!("`fake::config`: {error}")))?;
            bridge(call)?.world().settings.insert(key.to_owned(), value);
            Ok(())
        })
    }

    /// Says where `process::which` finds a program. In a test it finds no other.
    ///
    /// Since level 2.
    ///
    /// ```rhai
    /// fake::which("gh", "/usr/bin/gh");
    /// print(process::which("gh")); // → /usr/bin/gh
    /// ```
    #[rhai_fn(return_raw)]
    pub fn which(context: NativeCallContext, name: &str, path: &str) -> Thrown<()> {
        native(&context, |call| {
            bridge(call)?.world().found.insert(name.to_owned(), path.to_owned());
            Ok(())
        })
    }

    /// Stops the run, as Ctrl-C does.
    ///
    /// ```rhai
    /// fake::cancel();
    /// ```
    #[rhai_fn(return_raw)]
    pub fn cancel(context: NativeCallContext) -> Thrown<()> {
        native(&context, |call| {
            bridge(call)?.cancel();
            Ok(())
        })
    }

    /// Says that the command under test has ended with an exit code: the last word about its run is told then.
    ///
    /// ```rhai
    /// fake::end(0);
    /// assert_eq(fake::events().filter(|e| e.event == "run_finished").len(), 1);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn end(context: NativeCallContext, code: i64) -> Thrown<()> {
        native(&context, |call| {
            let code = u8::try_from(code).map_err(|_| invalid(format!("{code} is no exit code")))?;
            bridge(call)?.end(code);
            Ok(())
        })
    }

    /// Returns the calls of agents so far, each a map `#{ agent, item, role, phase, attempt, model, session, prompt }`.
    ///
    /// ```rhai
    /// assert_eq(fake::calls().map(|asked| asked.item), ["PRP-1.1.1"]);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn calls(context: NativeCallContext) -> Thrown<Array> {
        native(&context, |call| Ok(bridge(call)?.world().calls.iter().map(data).collect()))
    }

    /// Returns the commits that were made in the checkout, each a map `#{ message, files }`.
    ///
    /// ```rhai
    /// assert_eq(fake::commits()[0].files, ["PRPs/feature-requests/PRP-1.1.1-a.md"]);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn commits(context: NativeCallContext) -> Thrown<Array> {
        native(&context, |call| {
            let commits = bridge(call)?.world().commits.clone();
            let map = |(message, files)| data(&serde_json::json!({ "message": message, "files": files }));
            Ok(commits.into_iter().map(map).collect())
        })
    }

    /// Returns the events so far, as maps with the key `event`.
    ///
    /// ```rhai
    /// assert(fake::events().some(|event| event.event == "step"));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn events(context: NativeCallContext) -> Thrown<Array> {
        native(&context, |call| {
            // By way of JSON, whose keys are texts: stages have numbers.
            let plain = |event: &EventKind| serde_json::to_value(event).map_or(Dynamic::UNIT, |event| data(&event));
            Ok(bridge(call)?.events().iter().map(plain).collect())
        })
    }

    /// Returns the texts of the notes so far.
    ///
    /// ```rhai
    /// assert(fake::notes().some(|text| text.contains("skipped")));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn notes(context: NativeCallContext) -> Thrown<Array> {
        native(&context, |call| {
            let note = |event: EventKind| match event {
                EventKind::Note { text, .. } => Some(Dynamic::from(text)),
                _ => None,
            };
            Ok(bridge(call)?.events().into_iter().filter_map(note).collect())
        })
    }
}
