//! Agents that speak the Agent Client Protocol: one line of configuration, and the batch runs.

use std::fs;

use crate::project::Project;

const LIBRARY: &str = include_str!("../host/acp_agent.sh");

/// Works in one session for all phases of an item; what it is asked first is written down.
const AGENT: &str = r#"
take initialize
give '{"protocolVersion":1,"agentCapabilities":{"loadSession":true}}'
read -r line; id=${line#*\"id\":}; id=${id%%[,\}]*}
case $line in *session/load*) how=load ;; *) how=new ;; esac
echo "$BATCHPRP_ITEM $BATCHPRP_PHASE $how" >> "$TOOLS/asked"
give '{"sessionId":"s1"}'
take session/prompt
prompt=$id
[ -f "$TOOLS/$BATCHPRP_ITEM.$BATCHPRP_PHASE" ] && . "$TOOLS/$BATCHPRP_ITEM.$BATCHPRP_PHASE"
ask w1 fs/write_text_file "\"path\":\"out/$BATCHPRP_ITEM-$BATCHPRP_PHASE.txt\",\"content\":\"done\n\""; hear w1
say 'Done.'
id=$prompt
give '{"stopReason":"end_turn","usage":{"inputTokens":100,"outputTokens":10,"totalTokens":110}}'
"#;

fn project() -> Project {
    let project = Project::new();
    let agent = project.tools().join("acp.sh");
    fs::write(&agent, format!("{LIBRARY}{AGENT}")).expect("agent");
    project.configure(&format!("[adapter.mine]\nacp = [\"sh\", \"{}\"]\n[run]\nretries = 0\n", agent.display()));
    project.prp("PRP-47.1.1", &[], &["out/PRP-47.1.1-1.txt", "out/PRP-47.1.1-2.txt"], 2);
    project.prp("PRP-47.1.2", &[], &["out/PRP-47.1.2-1.txt"], 1).commit("PRPs");
    project
}

#[test]
fn one_line_of_configuration_brings_an_agent_and_its_sessions_go_on() {
    let project = project();
    let ran = project.run(&["exe", "--batch", "47", "--agent", "mine", "--json"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 2);
    assert_eq!(project.merges("prp-47").len(), 2);
    let asked = fs::read_to_string(project.tools().join("asked")).expect("asked");
    let mut asked: Vec<&str> = asked.lines().collect();
    asked.sort_unstable();
    assert_eq!(asked, ["PRP-47.1.1 1 new", "PRP-47.1.1 2 load", "PRP-47.1.2 1 new"]);
    let tokens: u64 = ran.stdout.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).fold(
        0,
        |sum, event| match event["event"].as_str() {
            Some("attempt_finished") => sum + event["usage"]["tokens"]["input"].as_u64().unwrap_or(0),
            _ => sum,
        },
    );
    assert_eq!(tokens, 300);
    assert!(project.processes().is_empty());
}

#[test]
fn what_the_service_refuses_ends_the_run_as_with_every_agent() {
    let limited = project();
    limited.sabotage(
        "PRP-47.1.1",
        1,
        "id=$prompt; fail '{\"code\":-32603,\"message\":\"429 too many requests\"}'; exit",
    );
    limited.run(&["exe", "--batch", "47", "--agent", "mine"]).exits(75);
    let signed_out = project();
    let refuse = "id=$prompt; fail '{\"code\":-32000,\"message\":\"Authentication required\"}'; exit";
    signed_out.sabotage("PRP-47.1.1", 1, refuse).sabotage("PRP-47.1.2", 1, refuse);
    let ran = signed_out.run(&["exe", "--batch", "47", "--agent", "mine", "--jobs", "1"]);
    assert!(ran.stdout.contains("mine: auth: Authentication required"), "{}{}", ran.stdout, ran.stderr);
    let missing = project();
    missing.configure("[adapter.other]\nacp = [\"no-such-program\"]\n");
    let ran = missing.run(&["exe", "--batch", "47", "--agent", "other"]);
    assert_eq!(ran.code, Some(8), "{}", ran.stderr);
    assert!(ran.stderr.contains("the program `no-such-program` of the agent `other`"), "{}", ran.stderr);
}
