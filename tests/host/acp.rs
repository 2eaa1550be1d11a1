//! The client of the Agent Client Protocol, against agents that do what a script says: in good order and in none.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use batchprp::model::agent::{AgentEvent, Scope};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

const LIBRARY: &str = include_str!("acp_agent.sh");
/// Nothing here takes longer, however busy the machine is.
const LONG: Duration = Duration::from_secs(60);
const WRITER: [&str; 3] = ["Read", "Edit", "Bash"];
const READER: [&str; 1] = ["Read"];

/// One turn of an agent.
struct Turn {
    temp: tempfile::TempDir,
    order: Value,
    env: Vec<(&'static str, &'static str)>,
}

/// What came of it.
struct Ended {
    temp: tempfile::TempDir,
    events: Vec<AgentEvent>,
    lines: String,
    code: Option<i32>,
}

impl Turn {
    fn new(script: &str, tools: &[&str]) -> Self {
        let temp = tempfile::tempdir().unwrap();
        for folder in ["work", "papers"] {
            std::fs::create_dir(temp.path().join(folder)).unwrap();
        }
        let argv = ["sh", "-c", &format!("{LIBRARY}\n{script}")];
        let order = json!({
            "name": "agent", "argv": argv, "tools": tools, "folder": temp.path().join("papers"),
            "sign_in": "`agent login`",
        });
        Self { temp, order, env: Vec::new() }
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.order[key] = value;
        self
    }

    fn start(&self) -> Child {
        let file = self.temp.path().join("papers/acp.json");
        std::fs::write(&file, self.order.to_string()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchprp"));
        command.args(["builtin-agent", "acp"]).arg(file).current_dir(self.temp.path().join("work"));
        command.env("ACP_TEST", self.temp.path()).envs(self.env.iter().copied());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"Do it.").unwrap();
        child
    }

    fn run(self) -> Ended {
        let child = self.start();
        self.end(child)
    }

    /// Asks it to stop as soon as the agent says by a file that it is where it should be.
    fn stop(self) -> Ended {
        let child = self.start();
        let there = self.temp.path().join("work/there");
        wait(|| there.exists());
        kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGTERM).unwrap();
        self.end(child)
    }

    /// Waits for the end, which must come, and looks for what is left behind.
    fn end(self, child: Child) -> Ended {
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || sender.send(child.wait_with_output().unwrap()));
        let output = receiver.recv_timeout(LONG).unwrap_or_else(|_| {
            kill(pid, Signal::SIGKILL).ok();
            panic!("it does not end")
        });
        let home = self.temp.path().to_string_lossy().into_owned();
        wait(|| left_behind(&home).is_empty());
        let lines = String::from_utf8(output.stdout).unwrap();
        let events = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Ended { temp: self.temp, events, lines, code: output.status.code() }
    }
}

fn wait(condition: impl Fn() -> bool) {
    let end = Instant::now() + LONG;
    while !condition() {
        assert!(Instant::now() < end, "it never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Returns the processes that carry the mark of a test.
fn left_behind(home: &str) -> Vec<PathBuf> {
    let mark = format!("ACP_TEST={home}");
    let all = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path().join("environ"));
    all.filter(|path| {
        let environ = std::fs::read(path).unwrap_or_default();
        environ.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    })
    .collect()
}

impl Ended {
    fn finished(&self) -> (bool, &str, &str) {
        match self.events.last() {
            Some(AgentEvent::Finished { ok, reason, text }) => (*ok, reason, text),
            other => panic!("{other:?}: {}", self.lines),
        }
    }

    fn work(&self, name: &str) -> String {
        std::fs::read_to_string(self.temp.path().join("work").join(name)).unwrap_or_default()
    }

    fn warnings(&self) -> String {
        let texts = self.events.iter().filter_map(|event| match event {
            AgentEvent::Warning { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    fn denied(&self) -> Vec<&str> {
        let tools = self.events.iter().filter_map(|event| match event {
            AgentEvent::PermissionDenied { tool } => Some(tool.as_str()),
            _ => None,
        });
        tools.collect()
    }
}

#[test]
fn every_kind_of_update_becomes_an_event_or_a_sign_of_life() {
    let script = r#"
begin
tell '{"sessionUpdate":"agent_thought_chunk","content":{"type":"text","text":"hm"}}'
tell '{"sessionUpdate":"user_message_chunk","content":{"type":"text","text":"Do it."}}'
tell '{"sessionUpdate":"available_commands_update","availableCommands":[]}'
tell '{"sessionUpdate":"current_mode_update","currentModeId":"x"}'
tell '{"sessionUpdate":"config_option_update","configOptions":[]}'
tell '{"sessionUpdate":"session_info_update","title":"t"}'
tell '{"sessionUpdate":"of_tomorrow","x":[1]}'
tell '{"sessionUpdate":"plan","entries":[{"content":"a","status":"completed"},{"content":"b","status":"in_progress"}]}'
say 'I look.\n'
say 'Then '
say 'I run.'
tell '{"sessionUpdate":"tool_call","toolCallId":"1","title":"Run the tests","kind":"execute","status":"pending","rawInput":{"command":"make test"}}'
tell '{"sessionUpdate":"tool_call_update","toolCallId":"1","status":"in_progress"}'
tell '{"sessionUpdate":"tool_call_update","toolCallId":"1","status":"failed","content":[]}'
tell '{"sessionUpdate":"tool_call_update","toolCallId":"1","content":[{"type":"content"}]}'
tell '{"sessionUpdate":"tool_call","toolCallId":"2","title":"Edit","kind":"edit","status":"completed","content":[{"type":"diff","path":"a.rs","newText":"x"}]}'
tell '{"sessionUpdate":"tool_call","toolCallId":"3","title":"Never ends","kind":"other"}'
tell '{"sessionUpdate":"usage_update","used":5,"size":10,"cost":{"amount":0.25,"currency":"USD"}}'
say 'It is done.'
id=$prompt
give '{"stopReason":"end_turn","usage":{"inputTokens":10,"cachedReadTokens":4,"outputTokens":3,"totalTokens":17}}'
read -r line
"#;
    let ended = Turn::new(script, &WRITER).run();
    let kinds: Vec<String> = ended.events.iter().map(|event| format!("{event:?}")).collect();
    let wanted = [
        r#"Started { session: Some("s1"), model: None, version: Some("7") }"#,
        r#"Progress { text: "b", percent: Some(50.0) }"#,
        r#"Message { text: "I look." }"#,
        r#"Message { text: "Then I run." }"#,
        r#"ToolStart { id: "1", name: "Run the tests" }"#,
        r#"ToolEnd { id: "1", ok: false }"#,
        r#"ToolStart { id: "2", name: "Edit" }"#,
        r#"ToolEnd { id: "2", ok: true }"#,
        r#"ToolStart { id: "3", name: "Never ends" }"#,
    ];
    assert_eq!(kinds[..wanted.len()], wanted, "{}", ended.lines);
    assert!(ended.events.contains(&AgentEvent::Cost { scope: Scope::Session, usd: 0.25 }), "{}", ended.lines);
    assert!(ended.lines.contains(r#""input":10,"cache_read":4,"cache_write":0,"output":3"#), "{}", ended.lines);
    assert!(ended.events.contains(&AgentEvent::ToolEnd { id: "3".to_owned(), ok: false }), "{}", ended.lines);
    assert!(ended.lines.contains(r#""input":{"command":"make test"}"#), "{}", ended.lines);
    assert_eq!((ended.finished(), ended.code), ((true, "done", "It is done."), Some(0)));
}

#[test]
fn tokens_of_single_answers_are_counted_and_the_sum_at_the_end_is_not() {
    let step = r#"tell '{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"x"},"_meta":{"usage":{"inputTokens":10,"outputTokens":2,"totalTokens":12,"cachedReadTokens":4}}}'"#;
    let script = format!(
        "begin\n{step}\n{step}\nid=$prompt\ngive '{{\"stopReason\":\"end_turn\",\"usage\":{{\"inputTokens\":20}}}}'\n"
    );
    let ended = Turn::new(&script, &WRITER).run();
    let counts = ended.events.iter().filter_map(|event| match event {
        AgentEvent::Usage { tokens, .. } => Some((tokens.input, tokens.cache_read, tokens.output)),
        _ => None,
    });
    assert_eq!(counts.collect::<Vec<_>>(), [(6, 4, 2), (6, 4, 2)]);
}

/// A request for permission with all four options, and the answer into a file.
fn permission(name: &str, call: &str) -> String {
    let options = ["allow_always", "allow_once", "reject_once", "reject_always"];
    let options = options.map(|kind| format!(r#"{{"optionId":"{kind}","name":"x","kind":"{kind}"}}"#)).join(",");
    format!(
        "ask {name} session/request_permission '\"toolCall\":{{\"toolCallId\":\"{name}\",{call}}},\"options\":[{options}]'\n\
         hear {name}; keep > {name}\n"
    )
}

#[test]
fn permissions_follow_the_tools_of_the_role_and_the_bounds_of_the_workspace() {
    let script = [
        "begin\n",
        "tell '{\"sessionUpdate\":\"tool_call\",\"toolCallId\":\"known\",\"title\":\"Delete it\",\"kind\":\"delete\"}'\n",
        &permission("edit", r#""kind":"edit","title":"Edit a","locations":[{"path":"a"}]"#),
        &permission("outside", r#""kind":"edit","title":"Edit b","locations":[{"path":"/etc/passwd"}]"#),
        &permission("run", r#""kind":"execute","title":"make","rawInput":{"command":"make"}"#),
        &permission("known", r#""rawInput":{}"#),
        &permission("fetch", r#""kind":"fetch","title":"Fetch""#),
        "say 'Over.'\nend end_turn\n",
    ]
    .concat();
    let chosen = |ended: &Ended, name: &str| {
        let answer: Value = serde_json::from_str(&ended.work(name)).unwrap();
        answer["result"]["outcome"]["optionId"].as_str().unwrap_or("none").to_owned()
    };
    let all = ["edit", "outside", "run", "known", "fetch"];
    let writer = Turn::new(&script, &WRITER).run();
    let wanted = ["allow_once", "reject_once", "allow_once", "allow_once", "reject_once"];
    assert_eq!(all.map(|name| chosen(&writer, name)), wanted);
    assert_eq!(writer.denied(), ["Edit b", "Fetch"]);
    let reader = Turn::new(&script, &READER).run();
    assert_eq!(all.map(|name| chosen(&reader, name)), ["reject_once"; 5]);
    assert_eq!((reader.finished().1, reader.code), ("denied", Some(1)));
    assert!(reader.denied().contains(&"Delete it"), "{:?}", reader.denied());
}

#[test]
fn files_are_read_and_written_inside_of_the_workspace_only() {
    let script = r#"
printf 'one\ntwo\nthree\n' > text; ln -s /etc link
begin
ask r1 fs/read_text_file "\"path\":\"$PWD/text\",\"line\":2,\"limit\":1"; hear r1; keep > out.r1
ask r2 fs/read_text_file '"path":"/etc/passwd"'; hear r2; keep > out.r2
ask r3 fs/read_text_file '"path":"link/passwd"'; hear r3; keep > out.r3
ask r4 fs/read_text_file '"path":"nothing"'; hear r4; keep > out.r4
ask w1 fs/write_text_file '"path":"new/deep/file","content":"written\n"'; hear w1; keep > out.w1
ask w2 fs/write_text_file '"path":"../escape","content":"x"'; hear w2; keep > out.w2
ask w3 fs/write_text_file '"path":".git/hooks/x","content":"x"'; hear w3; keep > out.w3
ask w4 fs/write_text_file '"path":7'; hear w4; keep > out.w4
ask u1 something/unknown '"x":1'; hear u1; keep > out.u1
printf '{"jsonrpc":"2.0","id":"o1","method":"fs/read_text_file","params":{"sessionId":"other","path":"text"}}\n'
hear o1; keep > out.o1
say 'Over.'
end end_turn
"#;
    let ended = Turn::new(script, &WRITER).run();
    let answer = |name: &str| serde_json::from_str::<Value>(&ended.work(&format!("out.{name}"))).unwrap();
    assert_eq!(answer("r1")["result"]["content"], "two\n");
    for name in ["r2", "r3", "w2"] {
        let text = answer(name)["error"]["message"].to_string();
        assert!(text.contains("outside of the workspace"), "{name}: {text}");
    }
    assert!(answer("r4")["error"]["message"].to_string().contains("no such file"));
    assert_eq!((ended.work("new/deep/file").as_str(), &answer("w1")["result"]), ("written\n", &json!({})));
    assert!(answer("w3")["error"]["message"].to_string().contains("belongs to git"));
    assert_eq!([answer("w4"), answer("o1")].map(|answer| answer["error"]["code"].clone()), [-32602, -32602]);
    assert_eq!(answer("u1")["error"]["code"], -32601);
    assert!(!ended.temp.path().join("escape").exists());
    let reader = Turn::new(script, &READER).run();
    assert!(reader.work("new/deep/file").is_empty() && reader.denied().contains(&"new/deep/file"));
}

#[test]
fn commands_run_in_the_workspace_and_go_with_the_session() {
    let script = r#"
begin
ask c1 terminal/create '"command":"sh","args":["-c","pwd; echo err >&2; exit 3"]'; hear c1
ask c2 terminal/wait_for_exit '"terminalId":"command-1"'; hear c2; keep > out.c2
ask c3 terminal/output '"terminalId":"command-1"'; hear c3; keep > out.c3
ask c4 terminal/release '"terminalId":"command-1"'; hear c4
ask c5 terminal/output '"terminalId":"command-1"'; hear c5; keep > out.c5
ask d1 terminal/create '"command":"sleep 1000 & sleep 1000"'; hear d1
ask d2 terminal/wait_for_exit '"terminalId":"command-2"'
ask d3 terminal/kill '"terminalId":"command-2"'; hear d2; keep > out.d2
ask e1 terminal/create '"command":"yes | head -c 100000","outputByteLimit":10'; hear e1
ask e2 terminal/wait_for_exit '"terminalId":"command-3"'; hear e2
ask e3 terminal/output '"terminalId":"command-3"'; hear e3; keep > out.e3
ask f1 terminal/create '"command":"pwd","cwd":"/"'; hear f1; keep > out.f1
ask g1 terminal/create '"command":"no-such-program"'; hear g1; keep > out.g1
ask h1 terminal/create '"command":"sleep","args":["1000"]'; hear h1
say 'Over.'
end end_turn
"#;
    let ended = Turn::new(script, &WRITER).run();
    let answer = |name: &str| serde_json::from_str::<Value>(&ended.work(&format!("out.{name}"))).unwrap();
    assert_eq!(answer("c2")["result"], json!({ "exitCode": 3, "signal": null }));
    let output = answer("c3")["result"].clone();
    let text = output["output"].as_str().unwrap();
    assert!(text.contains("/work\n") && text.contains("err\n"), "{text}");
    assert_eq!((&output["truncated"], &output["exitStatus"]["exitCode"]), (&json!(false), &json!(3)));
    assert_eq!(answer("c5")["error"]["code"], -32602);
    assert_eq!(answer("d2")["result"]["signal"], "SIGKILL");
    assert_eq!(answer("e3")["result"]["output"], "y\ny\ny\ny\ny\n");
    assert_eq!(answer("e3")["result"]["truncated"], true);
    assert!(answer("f1")["error"]["message"].to_string().contains("outside"));
    assert!(answer("g1")["error"]["message"].to_string().contains("does not start"));
    assert_eq!(ended.denied(), ["pwd"]);
    assert!(ended.finished().0, "{}", ended.lines);
    let reader =
        Turn::new("begin\nask c1 terminal/create '\"command\":\"pwd\"'; hear c1; keep > c1\nend end_turn\n", &READER)
            .run();
    assert!(reader.work("c1").contains("may not run"), "{}", reader.work("c1"));
}

#[test]
fn reasons_to_stop_become_reasons_of_ours() {
    for (reason, ok, ours) in [
        ("end_turn", true, "done"),
        ("max_tokens", false, "turns"),
        ("max_turn_requests", false, "turns"),
        ("refusal", false, "refused"),
        ("cancelled", false, "killed"),
        ("of_tomorrow", false, "protocol"),
    ] {
        let ended = Turn::new(&format!("begin\nsay 'Text.'\nend {reason}\n"), &WRITER).run();
        assert_eq!((ended.finished().0, ended.finished().1), (ok, ours), "{reason}");
    }
    let silent = Turn::new("begin\nend end_turn\n", &WRITER).run();
    assert_eq!(silent.finished(), (false, "no_work", ""));
    let script = "begin\nid=$prompt\nfail '{\"code\":-32603,\"message\":\"Internal error\",\"data\":{\"errorKind\":\"rate_limit\"}}'\n";
    let limited = Turn::new(script, &WRITER).run();
    assert_eq!(limited.finished(), (false, "error", "Internal error: rate_limit"));
}

#[test]
fn a_turn_that_is_stopped_is_cancelled_in_good_order() {
    let script = r"
begin
say 'Half of it.\n'
touch there
take session/cancel
end cancelled
";
    let ended = Turn::new(script, &WRITER).stop();
    assert_eq!(ended.finished(), (false, "killed", "Half of it."));
    // What it asks for meanwhile is called off, and a command of it ends.
    let script = r#"
begin
ask c1 terminal/create '"command":"sleep","args":["1000"]'; hear c1
touch there
take session/cancel
ask p1 session/request_permission '"toolCall":{"toolCallId":"1","kind":"edit"},"options":[{"optionId":"a","kind":"allow_once"}]'
hear p1; keep > p1
end cancelled
"#;
    let ended = Turn::new(script, &WRITER).stop();
    assert!(ended.work("p1").contains(r#""outcome":"cancelled""#), "{}", ended.work("p1"));
}

#[test]
fn an_agent_can_be_stopped_in_every_state() {
    let states = [
        "touch there; take nothing",
        "take initialize; touch there; take nothing",
        "take initialize; give '{\"protocolVersion\":1}'; take session/new; touch there; take nothing",
        // It hears the word and goes on all the same, and hears no signal either.
        "trap '' TERM; begin; touch there; take session/cancel; while :; do sleep 1; done",
    ];
    let stopped = states.map(|script| std::thread::spawn(move || Turn::new(script, &WRITER).stop()));
    for (script, thread) in states.into_iter().zip(stopped) {
        let ended = thread.join().unwrap();
        assert_eq!((ended.finished().1, ended.code), ("killed", Some(1)), "{script}");
    }
}

#[test]
fn an_agent_that_dies_is_told_with_what_it_said() {
    let deaths = [
        ("echo 'no such flag: --acp' >&2; exit 2", "ended with exit code 2: no such flag: --acp"),
        ("take initialize; exit 0", "ended with exit code 0"),
        ("begin; say 'Hm.'; echo broken >&2; kill -9 $$", "was killed by signal 9: broken"),
        // Its output is closed, and it lives on.
        ("begin; exec >&-; sleep 1000", "was killed by signal 15"),
        // Somebody else holds its output.
        ("begin; sleep 1000 & exec 1>&-; kill -9 $$", "was killed by signal 9"),
    ];
    for (script, text) in deaths {
        let ended = Turn::new(script, &WRITER).run();
        assert_eq!((ended.finished().1, ended.code), ("error", Some(1)), "{script}");
        assert!(ended.finished().2.starts_with(text), "{script}: {}", ended.finished().2);
    }
    let none = Turn::new("", &WRITER).with("argv", json!(["/no/such/agent"])).run();
    assert_eq!(none.finished().1, "protocol");
    assert!(none.finished().2.contains("does not start"), "{}", none.finished().2);
}

#[test]
fn what_is_no_message_is_passed_over_and_told_once() {
    let script = r#"
echo 'Welcome!'; echo; echo '[1]'; echo '{"jsonrpc":"2.0"}'; printf '\377\376\n'
head -c 200000 /dev/zero | tr '\0' '['; echo
begin
id=77; give '{"never":"asked"}'
id='"text"'; fail '{"code":1,"message":"x"}'
printf '{"jsonrpc":"2.0","method":"session/update"}\n'
printf '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"other","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"not mine"}}}}\n'
tell '{"sessionUpdate":"tool_call"}'
tell 7
tell '{"sessionUpdate":"agent_message_chunk","content":"no object"}'
tell '{"sessionUpdate":"plan","entries":{}}'
say 'Over.'
id=$prompt
give '{"stopReason":"end_turn"}'
give '{"stopReason":"refusal"}'
"#;
    let ended = Turn::new(script, &WRITER).run();
    assert_eq!(ended.finished(), (true, "done", "Over."));
    assert_eq!(ended.warnings(), "it prints lines that are no messages of the protocol");
}

#[test]
fn an_update_that_is_too_long_is_left_out_and_an_answer_that_is_too_long_ends_the_turn() {
    let long = "head -c 34000000 /dev/zero | tr '\\0' x";
    let update = format!(
        "begin\nprintf '{{\"method\":\"session/update\",\"params\":\"'; {long}; echo '\"}}'\nsay 'Over.'\nend end_turn\n"
    );
    let ended = Turn::new(&update, &WRITER).run();
    assert_eq!(ended.finished(), (true, "done", "Over."));
    assert!(ended.warnings().contains("left out"), "{}", ended.warnings());
    let answer = format!("begin\nprintf '{{\"id\":%s,\"result\":\"' $prompt; {long}; echo '\"}}'\ntake nothing\n");
    let ended = Turn::new(&answer, &WRITER).run();
    assert_eq!(ended.finished(), (false, "protocol", "it sent a message of more than 32 MiB"));
}

#[test]
fn an_agent_that_does_not_read_is_given_up() {
    let script = r#"
head -c 8000000 /dev/zero | tr '\0' x > large
begin
for n in 1 2 3 4 5 6 7 8 9 10; do ask r$n fs/read_text_file '"path":"large"'; done
sleep 1000
"#;
    let ended = Turn::new(script, &WRITER).run();
    assert_eq!((ended.finished().1, ended.code), ("protocol", Some(1)));
    assert!(ended.finished().2.contains("does not read"), "{}", ended.finished().2);
}

#[test]
fn a_flood_of_updates_is_told_in_bounds() {
    let script = r#"
begin
i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); say 'word '; tell '{"sessionUpdate":"agent_thought_chunk","content":{"type":"text","text":"x"}}'; done
end end_turn
"#;
    let ended = Turn::new(script, &WRITER).run();
    assert!(ended.finished().0 && ended.finished().2.len() > 10_000);
    assert!(ended.lines.lines().count() < 100, "{}", ended.lines.lines().count());
}

#[test]
fn a_person_signs_in_where_no_key_does() {
    let script = r#"
take initialize
give '{"protocolVersion":1,"authMethods":[{"id":"browser","name":"Log in"},{"id":"key","name":"A key"}]}'
take session/new
fail '{"code":-32000,"message":"Authentication required"}'
take authenticate
case $line in *'"methodId":"key"'*) give '{}' ;; *) fail '{"code":1,"message":"no"}' ;; esac
take session/new
give '{"sessionId":"s1"}'
take session/prompt
give '{"stopReason":"end_turn"}'
"#;
    let mut with_key = Turn::new(script, &WRITER).with("auth", json!({ "AGENT_KEY": "key" }));
    with_key.env.push(("AGENT_KEY", "k"));
    assert_eq!(with_key.run().finished().1, "no_work");
    let none = Turn::new(script, &WRITER).with("auth", json!({ "AGENT_KEY": "key" })).run();
    let text = "nobody is signed in; `agent login` (it offers: Log in, A key)";
    assert_eq!(none.finished(), (false, "auth", text));
}

/// An agent with sessions, modes and models; what it is asked to set is written down.
const CHOICES: &str = r#"
take initialize
give '{"protocolVersion":1,"agentCapabilities":{"loadSession":true}}'
read -r line; id=${line#*\"id\":}; id=${id%%[,\}]*}; keep >> asked
tell '{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"said long ago"}}'
give '{"sessionId":"s1","modes":{"currentModeId":"ask","availableModes":[{"id":"ask","name":"Ask"},{"id":"auto","name":"Auto"}]},"models":{"currentModelId":"a/small","availableModels":[{"modelId":"a/small","name":"Small"},{"modelId":"a/large","name":"Large"}]}}'
while read -r line; do
    id=${line#*\"id\":}; id=${id%%[,\}]*}; keep >> asked
    case $line in
    *session/prompt*) say 'Now.'; give '{"stopReason":"end_turn"}' ;;
    *'"modelId":"strange"'*) fail '{"code":-32602,"message":"unknown model"}' ;;
    *) give '{}' ;;
    esac
done
"#;

#[test]
fn sessions_go_on_and_models_and_modes_are_chosen() {
    let turn = Turn::new(CHOICES, &WRITER).with("session", json!("s1")).with("model", json!("large"));
    let ended = turn.with("mode", json!("auto")).with("reading_mode", json!("ask")).run();
    assert_eq!(ended.finished(), (true, "done", "Now."), "what is repeated is not told");
    let asked = ended.work("asked");
    for part in ["session/load", r#""sessionId":"s1""#, r#""modelId":"a/large""#, r#""modeId":"auto""#] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    let started = AgentEvent::Started { session: Some("s1".into()), model: Some("a/large".into()), version: None };
    assert_eq!(ended.events[0], started);
    let reader = Turn::new(CHOICES, &READER).with("mode", json!("auto")).with("reading_mode", json!("ask")).run();
    assert!(!reader.work("asked").contains("set_mode") && reader.work("asked").contains("session/new"));
    let strange = Turn::new(CHOICES, &WRITER).with("model", json!("strange")).run();
    let text = "it does not take the model `strange`: unknown model; it offers a/small, a/large";
    assert_eq!(strange.finished(), (false, "protocol", text));
    let other = Turn::new(CHOICES, &WRITER).with("mode", json!("yolo")).run();
    assert!(other.finished().0 && other.warnings().contains("no mode `yolo`"), "{}", other.lines);
}

#[test]
fn a_session_that_cannot_be_continued_has_no_name_and_another_version_is_refused() {
    let script = "take initialize; give '{\"protocolVersion\":1}'; take session/new; give '{\"sessionId\":\"s1\"}'; take session/prompt; prompt=$id; say 'x'; end end_turn";
    let ended = Turn::new(script, &WRITER).run();
    assert_eq!(ended.events[0], AgentEvent::Started { session: None, model: None, version: None });
    let ended = Turn::new("take initialize; give '{\"protocolVersion\":9}'; take nothing", &WRITER).run();
    assert!(ended.finished().2.contains("speaks version 9"), "{:?}", ended.finished());
    let script = "take initialize; give '{\"protocolVersion\":1,\"agentCapabilities\":{\"sessionCapabilities\":{\"resume\":{}}}}'; take session/resume; fail '{\"code\":-32602,\"message\":\"gone\"}'; take nothing";
    let ended = Turn::new(script, &WRITER).with("session", json!("s9")).run();
    assert_eq!(ended.finished(), (false, "protocol", "the session `s9` cannot be continued: gone"));
    // As Qwen Code 0.15 does.
    let script = "take initialize; give '{\"protocolVersion\":1,\"agentCapabilities\":{\"sessionCapabilities\":{\"resume\":{}}}}'; take session/resume; fail '{\"code\":-32601,\"message\":\"Method not found\"}'; take session/load; give '{}'; take session/prompt; prompt=$id; say 'x'; end end_turn";
    let ended = Turn::new(script, &WRITER).with("session", json!("s1")).run();
    assert_eq!(ended.finished(), (true, "done", "x"));
}
