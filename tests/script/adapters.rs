//! Adapters: found, started, reading lines, judging - and not able to hang the core.

use crate::fixture::{Project, pass};

const ADAPTER: &str = r#"
const ADAPTER = #{ about: "mine", stop: "int", resume: true, env: ["KEY"] };
fn detect() { #{ program: "mine", version: "1" } }
fn command(spec) { #{ argv: [spec.program], stdin: spec.prompt } }
fn on_line(line) {
    if line == "boom" { return line.wrong; }
    if line == "ask" { process::run(#{ argv: ["ls"] }); }
    this.count = if "count" in this { this.count + 1 } else { 1 };
    [#{ kind: "usage", scope: "run", input: 1, output: 2 }, #{ kind: "progress", text: line, percent: () }]
}
fn outcome(exit) { #{ status: if exit.code == 0 { "ok" } else { "crashed" }, text: `${this.count} lines` } }
"#;

fn with_adapter(adapter: &str, body: &str) {
    let test = format!("fn test_it() {{\nfake::prp(\"PRP-1.1.1\", #{{}});\n{body}\n}}\n");
    let project = Project::new(&[(".ce/agents/mine.rhai", adapter), ("it.test.rhai", &test)]);
    for result in project.test("it.test.rhai") {
        assert!(result.error.is_none(), "{:#?}", result.error);
    }
}

#[test]
fn an_adapter_of_the_project_reads_lines_and_judges_by_what_it_remembers() {
    with_adapter(
        ADAPTER,
        r#"
    fake::agent("*", #{ lines: ["one", "two"], code: 0 });
    let answer = agent::run("executor", #{ prompt: "x", agent: "mine", session: "s" });
    assert_eq([answer.status, answer.text, answer.agent], ["ok", "2 lines", "mine"]);
    assert_eq(fake::calls()[0].session, "s");
"#,
    );
}

#[test]
fn an_adapter_that_fails_on_a_line_goes_on_with_the_next() {
    with_adapter(
        ADAPTER,
        r#"
    fake::agent("*", #{ lines: ["one", "boom", "ask", "two"], code: 1 });
    let answer = agent::run("executor", #{ prompt: "x", agent: "mine" });
    assert_eq([answer.status, answer.text], ["crashed", "2 lines"]);
"#,
    );
}

#[test]
fn an_adapter_without_a_verdict_is_a_protocol_failure_that_says_why() {
    let adapter = ADAPTER.replace("status: if", "stauts: if");
    with_adapter(
        &adapter,
        r#"
    fake::agent("*", #{ lines: ["one"], code: 0 });
    let answer = agent::run("executor", #{ prompt: "x", agent: "mine" });
    assert_eq(answer.status, "protocol");
    assert(answer.text.contains("status"), answer.text);
"#,
    );
}

#[test]
fn a_program_that_is_not_there_and_an_unknown_agent_end_with_the_same_kind() {
    let adapter = ADAPTER.replace("{ #{ program: \"mine\", version: \"1\" } }", "{ () }");
    with_adapter(
        &adapter,
        r#"
    for name in ["mine", "clyde"] {
        try { agent::run("executor", #{ prompt: "x", agent: name }); throw "not reached"; }
        catch (error) { assert_eq(error.kind, "agent"); }
    }
"#,
    );
}

#[test]
fn every_built_in_adapter_makes_a_command_line() {
    pass(
        r#"
    for name in ["claude", "codex", "gemini", "opencode", "qwen", "runbook", "template", "fake"] {
        fake::env("PATH", "/nowhere");
        let known = name in ["runbook", "template", "fake"];
        try {
            agent::run("executor", #{ prompt: "x", agent: name });
            assert(known, name);
        } catch (error) {
            assert(!known && error.kind == "agent", `${name}: ${error}`);
        }
    }
"#,
    );
}

#[test]
fn a_template_with_an_unfilled_hole_is_refused_at_its_line() {
    pass(
        r#"
    try { template::render("Hello\n{{ name }}", #{}); throw "not reached"; }
    catch (error) { assert(error.message.contains("cannot fill the template"), error.message); }
    assert_eq(template::render("Hello {{ name }}", #{ name: "you" }), "Hello you");
    assert(template::role("reviewer").schema != ());
    assert(template::role("executor").tools.len() > 0);
"#,
    );
}
