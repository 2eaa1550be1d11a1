//! `init --claude`, `--codex`, `--gemini`: commands for agents in which people work.

use sha2::Digest as _;

use super::support::Test;

const NAMES: [(&str, &str); 4] = [
    ("batch-gen-prp", "commands/gen.rhai"),
    ("batch-exe-prp", "commands/exe.rhai"),
    ("batch-peer-review", "commands/review.rhai"),
    ("batch-update-context", "commands/context-update.rhai"),
];

#[test]
fn each_command_shells_to_its_script_and_hands_the_words_on() {
    let test = Test::new();
    test.run(["init", "--claude", "--codex", "--gemini"]).expect_code(0).expect_stdout("wrote");
    for (name, script) in NAMES {
        let claude = test.read(format!(".claude/commands/{name}.md"));
        assert!(claude.starts_with("---\n") && claude.contains("\nallowed-tools: Bash(batchprp:*)\n"), "{claude}");
        assert!(claude.contains(&format!("!`batchprp run {script} $ARGUMENTS --detach`")), "{claude}");
        assert!(!(0..9).any(|n| claude.contains(&format!("${n}"))), "only the whole line is the same everywhere");
        assert!(claude.lines().count() < 20);
        let skill = test.read(format!(".agents/skills/{name}/SKILL.md"));
        assert!(skill.starts_with(&format!("---\nname: {name}\ndescription: ")) && skill.contains(script), "{skill}");
        let gemini: toml::Table = test.read(format!(".gemini/commands/{name}.toml")).parse().expect("TOML");
        let prompt = gemini["prompt"].as_str().expect("a prompt");
        assert!(prompt.contains(&format!("batchprp run {script} {{{{args}}}}")), "{prompt}");
        assert!(gemini["description"].is_str());
    }
}

#[test]
fn a_file_of_somebody_else_is_never_touched_and_our_own_is_renewed() {
    let test = Test::new();
    test.write(".claude/commands/batch-exe-prp.md", "my own\n");
    test.run(["init", "--claude"]).expect_code(0).expect_stdout("batch-exe-prp.md, which exists");
    assert_eq!(test.read(".claude/commands/batch-exe-prp.md"), "my own\n");
    let path = ".claude/commands/batch-gen-prp.md";
    let fresh = test.read(path);
    test.run(["init", "--claude"]).expect_code(0).expect_stdout("batch-gen-prp.md is up to date");
    // What an older version wrote is renewed, and what somebody changed stays.
    let older = fresh.replace("--detach", "");
    test.write(path, older.clone());
    test.run(["init", "--claude"]).expect_code(0).expect_stdout("batch-gen-prp.md, which was changed since");
    assert_eq!(test.read(path), older);
    let digest =
        |text: &str| sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    test.write(".ce/tmp/init.json", test.read(".ce/tmp/init.json").replace(&digest(&fresh), &digest(&older)));
    test.run(["init", "--claude"]).expect_code(0).expect_stdout("renewed");
    assert_eq!(test.read(path), fresh);
    // Whoever takes the mark out has made the file their own.
    test.write(path, fresh.replace("batchprp:generated", "mine"));
    test.run(["init", "--claude"]).expect_code(0).expect_stdout("kept");
    assert!(test.read(path).contains("mine"));
    assert!(!test.exists(".gemini") && !test.exists(".agents"));
}
