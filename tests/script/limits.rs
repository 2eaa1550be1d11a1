//! Limits, forbidden words, and stopping.

use std::time::{Duration, Instant};

use batchprp::error::ExitCode;
use serde_json::json;

use crate::fixture::{Project, error_of};

#[test]
fn eval_and_exit_are_no_words_of_ours() {
    for word in ["eval(\"1\")", "exit(3)"] {
        let error = error_of(&format!("fn main() {{ {word}; }}\n"));
        assert_eq!(error.code, ExitCode::InvalidInput, "{word}: {error:?}");
    }
}

#[test]
fn a_missing_property_and_an_unknown_variable_are_errors() {
    assert_eq!(error_of("fn main(args) { args.btach }\n").message, "there is no property `btach`");
    let error = error_of("fn main(args) { btach }\n");
    assert!(error.message.contains("btach"), "{}", error.message);
}

#[test]
fn endless_recursion_is_an_error_and_no_crash() {
    assert_eq!(error_of("fn f(n) { f(n + 1) }\nfn main() { f(0) }\n").message, "too many nested calls");
}

#[test]
fn ordinary_nesting_is_no_limit() {
    let open = "[".repeat(30);
    let close = "]".repeat(30);
    let script = format!("fn main() {{ let x = {open}{close}; 4 }}\n");
    assert_eq!(Project::new(&[("a.rhai", &script)]).run("a.rhai", &json!({})).unwrap().exit_code, 4);
}

#[test]
fn values_cannot_grow_without_end() {
    for script in ["fn main() { let a = []; a.pad(2000000, 0); }\n", "fn main() { let s = \"x\"; loop { s += s; } }\n"]
    {
        let error = error_of(script);
        assert!(error.message.contains("too large") || error.message.contains("maximum"), "{}", error.message);
    }
}

#[test]
fn a_script_is_stopped_within_a_loop_and_cannot_catch_it() {
    let script = "fn main() { loop { try { loop {} } catch (error) { print(error); } } }\n";
    let project = Project::new(&[("a.rhai", script)]);
    let start = Instant::now();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(50));
            project.stop();
        });
        project.run("a.rhai", &json!({})).unwrap_err()
    });
    assert_eq!(error.code, ExitCode::Interrupted);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_sleeping_script_is_stopped() {
    let project = Project::new(&[("a.rhai", "fn main() { time::sleep(600); }\n")]);
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(50));
            project.stop();
        });
        project.run("a.rhai", &json!({})).unwrap_err()
    });
    assert_eq!(error.code, ExitCode::Interrupted);
}
