//! Bounds of scripts: each ends a script with its place and the setting that moves it, and nothing grows without end.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use crate::support::Test;

/// Statements that go too far, the setting that stops them, and what is said.
const TOO_MUCH: [(&str, &str, &str, &str); 11] = [
    ("max_operations", "100000", "let n = 0; loop { n += 1; }", "too many steps"),
    ("max_depth", "8", "print(deep(0));", "too many nested calls"),
    ("max_string", "5000", "let text = \"x\"; loop { text += text; }", "a text becomes too large"),
    ("max_array", "200", "let list = []; loop { list.push(1); }", "an array becomes too large"),
    ("max_string", "5000", "let text = \"x\"; text.pad(2000000000, \"yz\");", "a text becomes too large"),
    ("max_array", "200", "let list = [1]; list.pad(2000000000, [1, 2]);", "an array becomes too large"),
    ("max_array", "200", "let bytes = blob(2000000000);", "an array becomes too large"),
    (
        "max_array",
        "200",
        "let all = #{ list: [] }; let add = || all.list.push(1); loop { add.call(); }",
        "an array becomes too large",
    ),
    ("max_map", "200", "let map = #{}; let n = 0; loop { map.set(`k${n}`, n); n += 1; }", "a map becomes too large"),
    (
        "max_template",
        "10000",
        "print(template::render(\"{% for a in range(9999) %}{% for b in range(9999) %}some text {% endfor %}{% endfor %}\", #{}));",
        "becomes too large",
    ),
    ("max_silence", "\"300ms\"", "let n = 0; loop { n += 1; }", "computed for too long"),
];

fn project(body: &str, config: &str) -> Test {
    let test = Test::with_git();
    let body = if body.starts_with("for n in") {
        &*format!("let list = []; let map = #{{}}; let text = \"\"; let all = #{{ list: [] }}; {body}")
    } else {
        body
    };
    let deep = if body.contains("deep(") { "fn deep(n) { if n > 1000 { 0 } else { deep(n + 1) } }\n" } else { "" };
    test.write(".ce/commands/much.rhai", format!("const ABOUT = \"x\";\nfn main() {{\n    {body}\n}}\n{deep}"));
    test.write(".ce/batchprp.toml", config);
    test
}

#[test]
fn each_bound_ends_a_script_with_its_place_and_its_setting() {
    for (key, value, body, says) in TOO_MUCH {
        let test = project(body, &format!("[script]\n{key} = {value}\n"));
        let start = Instant::now();
        let output = test.run(["much", "--no-check"]).expect_code(5).expect_stderr(says);
        assert!(output.stderr.contains(&format!("script.{key}")), "{key}: {}", output.stderr);
        assert!(output.stderr.contains("much.rhai:"), "{key}: {}", output.stderr);
        assert!(start.elapsed() < Duration::from_secs(30), "{key}");
    }
}

#[test]
fn filling_an_array_a_map_or_a_text_takes_time_in_proportion() {
    let once = |count: u32, body: &str| {
        let test = project(&format!("for n in 0..{count} {{ {body} }}"), "");
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", "\"$0\" much --no-check && times", env!("CARGO_BIN_EXE_batchprp")]);
        let output = shell.current_dir(test.root()).env("HOME", test.home()).output().expect("sh");
        // The last line: user and system time of the programs that it started, as `0m0.52s 0m0.01s`.
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let times = said.lines().last().unwrap_or_default().split(' ').map(|time| {
            let (minutes, seconds) = time.trim_end_matches('s').split_once('m').expect("minutes");
            minutes.parse::<f64>().expect("minutes") * 60.0 + seconds.parse::<f64>().expect("seconds")
        });
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        times.sum::<f64>()
    };
    // The faster of two says what the work is; the other, what else the machine did.
    let cpu = |count: u32, body: &str| once(count, body).min(once(count, body));
    for body in ["list.push(n);", "map[`${n}`] = n;", "text += \"word \";", "all.list.push([n]);"] {
        let body = format!("list.len(); map.len(); text.len(); all.len(); {body}");
        let nothing = cpu(0, &body);
        let (few, many) = (cpu(20_000, &body) - nothing, cpu(80_000, &body) - nothing);
        // Four times as many: four times as long, and not sixteen times.
        assert!(many < few * 8.0, "{body} {few:.2} s and {many:.2} s");
    }
}

#[test]
fn a_template_with_loops_within_loops_stays_small_and_ends() {
    let loops = "{% for a in range(9999) %}".repeat(4);
    let ends = "{% endfor %}".repeat(4);
    for inside in ["text ", ""] {
        let body = format!("print(template::render(\"{loops}{inside}{ends}\", #{{}}));");
        let test = project(&body, "");
        // 256 MiB of data is all that the program may take.
        let line = "ulimit -d 262144 && exec \"$0\" much --no-check";
        let mut command = std::process::Command::new("sh");
        command.args(["-c", line, env!("CARGO_BIN_EXE_batchprp")]).current_dir(test.root()).env("HOME", test.home());
        let output = command.output().expect("sh");
        let shown = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.signal().is_none() && shown.contains("script.max_template"), "{inside:?}: {shown}");
    }
}

#[test]
fn with_the_bounds_as_they_are_nothing_takes_more_than_256_mib() {
    for (body, key) in [
        ("let text = \"x\"; loop { text += text; }", "max_string"),
        ("let list = []; loop { list.push(1); }", "max_array"),
        ("let list = []; loop { list.push(`a text that lies on the heap, number ${list.len()}`); }", "max_string"),
        ("let map = #{}; let n = 0; loop { map[`k${n}`] = n; n += 1; }", "max_map"),
        ("let bytes = blob(2000000000);", "max_array"),
    ] {
        let test = project(body, "");
        let line = "ulimit -d 262144 && exec \"$0\" much --no-check";
        let mut command = std::process::Command::new("sh");
        command.args(["-c", line, env!("CARGO_BIN_EXE_batchprp")]).current_dir(test.root()).env("HOME", test.home());
        let output = command.output().expect("sh");
        let shown = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(5) && shown.contains(&format!("script.{key}")), "{body}: {shown}");
        assert!(shown.contains("much.rhai:"), "{body}: {shown}");
    }
}

/// What takes long, and that in functions of ours too, which nothing interrupts: each takes many seconds by itself.
const LONG: [&str; 5] = [
    "let n = 0; loop { n += 1; }",
    "template::render(\"{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}\", #{});",
    "text::find(zeros_and_ones, \"[01]*1[01]{300}x?[01]{9}[23]\");",
    "let text = \"x\"; text.pad(900000000, \"yz\");",
    "let list = [zeros_and_ones]; list.pad(4000, zeros_and_ones); json::text(list);",
];

/// Starts a command, waits for a file that it writes before it computes, and has it stopped. Returns what it said.
fn stopped(test: &Test) -> String {
    let mut child = test.command(["much", "--no-check"]).stderr(std::process::Stdio::piped()).spawn().expect("started");
    while !test.exists("started") {
        assert!(child.try_wait().expect("a child").is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    // It is in the midst of it then.
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("a signal");
    let output = child.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(143), "{said}");
    // An unoptimised build beside other tests takes longer than the second that is promised.
    let most = Duration::from_secs(if cfg!(debug_assertions) { 3 } else { 1 });
    assert!(start.elapsed() < most, "{:?}: {said}", start.elapsed());
    said
}

/// Sizes at which everything in [`LONG`] takes long.
const WIDE: &str = "[script]\nmax_string = 2000000000\nmax_template = 1000000000\n";

#[test]
fn a_script_that_computes_is_stopped_by_a_signal_within_a_second() {
    for body in LONG {
        let body = format!("let zeros_and_ones = files::read(\"bits\"); files::write(\"started\", \"x\"); {body}");
        let test = project(&body, WIDE);
        test.write("bits", bits());
        stopped(&test);
    }
}

#[test]
fn an_item_that_computes_is_stopped_within_a_second_and_the_run_is_closed() {
    for body in LONG {
        let body = format!("files::write(\"started\", \"x\"); {body}");
        let body = format!(
            "let zeros_and_ones = files::read(\"bits\");\n    dag::analyze([#{{ id: \"a\" }}]).run(#{{}}, |item| {{ {body} outcome::completed() }});"
        );
        let test = project(&body, WIDE);
        test.write("bits", bits());
        let said = stopped(&test);
        let runs = test.run(["runs", "--json"]).expect_code(0);
        assert!(runs.stdout.contains("143"), "{said}\n{}", runs.stdout);
    }
}

/// A text of zeros and ones in no order.
fn bits() -> String {
    let mut state = 1_u32;
    let bit = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if state >> 31 == 0 { '0' } else { '1' }
    };
    (0..400_000).map(bit).collect()
}

#[test]
fn what_steers_git_and_batchprp_is_written_only_by_scripts_that_say_so() {
    for (path, need) in [
        (".git/config", "git-config"),
        (".git/hooks/pre-commit", "git-hooks"),
        (".ce/commands/other.rhai", "commands"),
        (".ce/agents/other.rhai", "commands"),
        (".ce/batchprp.toml", "config"),
    ] {
        let body = format!("files::write(\"{path}\", \"# x\\n\");");
        let test = Test::with_git();
        let script = format!("const ABOUT = \"x\";\nfn main() {{\n    {body}\n}}\n");
        test.write(".ce/commands/much.rhai", &script);
        let before = std::fs::read(test.path(path)).ok();
        test.run(["much"]).expect_code(12).expect_stderr(&format!("const NEEDS = [\"{need}\"];"));
        assert_eq!(std::fs::read(test.path(path)).ok(), before, "{path}");
        test.write(".ce/commands/much.rhai", format!("const NEEDS = [\"{need}\"];\n{script}"));
        test.run(["check", ".ce/commands/much.rhai"]).expect_code(0).expect_stdout("writes");
        test.run(["list"]).expect_code(0).expect_stdout("writes");
        if !path.starts_with(".git/") {
            test.run(["much"]).expect_code(0);
            assert_eq!(test.read(path), "# x\n");
        }
    }
}

#[test]
fn programs_get_little_of_the_environment_and_work_in_the_project() {
    let env = |options: &str, head: &str| {
        let test = Test::with_git().env("GITHUB_TOKEN", "t0p").env("MY_OWN", "mine");
        let body = format!("print(process::run(#{{ argv: [\"env\"]{options} }}).stdout);");
        test.write(".ce/commands/much.rhai", format!("const ABOUT = \"x\";\n{head}fn main() {{\n    {body}\n}}\n"));
        let output = test.run(["much"]).expect_code(0);
        format!("{}{}", output.stdout, output.stderr)
    };
    let plain = env("", "");
    assert!(plain.contains("PATH=") && !plain.contains("MY_OWN") && !plain.contains("GITHUB_TOKEN"), "{plain}");
    let named = env(", pass: [\"MY_*\"], env: #{ ADDED: \"yes\" }", "");
    assert!(named.contains("MY_OWN=mine") && named.contains("ADDED=yes") && !named.contains("GITHUB_TOKEN"), "{named}");
    assert!(env("", "const NEEDS = [\"environment\"];\n").contains("MY_OWN=mine"));
    let test = Test::with_git();
    let script =
        "const ABOUT = \"x\";\nfn main() {\n    print(process::run(#{ argv: [\"pwd\"], cwd: \"/\" }).stdout);\n}\n";
    test.write(".ce/commands/much.rhai", script);
    test.run(["much"]).expect_code(5).expect_stderr("not below the project");
    test.write(".ce/commands/much.rhai", format!("const NEEDS = [\"outside\"];\n{script}"));
    test.run(["much"]).expect_code(0);
}
