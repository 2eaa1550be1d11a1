//! Configuration through the real program: layers, problems, `init`, `doctor`.

use super::support::Test;

#[test]
fn every_layer_covers_the_one_below() {
    let test = Test::new().env("BATCHPRP_RUN_RETRIES", "7");
    test.write("../home/.config/batchprp/config.toml", "[run]\njobs = 2\nretries = 2\npoll = \"2s\"\n");
    test.write(".ce/batchprp.toml", "[run]\njobs = 3\n");
    let shown = test.run(["config", "show", "--origin"]).expect_code(0).stdout;
    let line = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
    assert!(line("run.jobs").contains("= 3") && line("run.jobs").contains(".ce/batchprp.toml"), "{shown}");
    assert!(line("run.retries").contains("= 7") && line("run.retries").contains("BATCHPRP_RUN_RETRIES"), "{shown}");
    assert!(line("run.poll").contains("2s") && line("run.poll").contains("config.toml"), "{shown}");
    assert!(line("run.grace").contains("default"), "{shown}");
    let json = test.run(["config", "show", "--json"]).expect_code(0).json();
    assert_eq!(json["entries"]["run.poll"]["value"], 2);
}

#[test]
fn all_problems_of_all_files_are_reported_at_once_and_end_with_3() {
    let test = Test::new().env("BATCHPRP_RUN_GRACE", "never");
    test.write("../home/.config/batchprp/config.toml", "[run]\njobs = -1\n");
    test.write(".ce/batchprp.toml", "[run]\njbos = 3\n[git]\nland = \"yes\"\n");
    let error = test.run(["config", "show"]).expect_code(3).stderr;
    for part in
        ["`run.jobs`: `-1`", "unknown key `run.jbos`", "did you mean `run.jobs`?", "git.land", "BATCHPRP_RUN_GRACE"]
    {
        assert!(error.contains(part), "no {part} in {error}");
    }
    assert!(error.contains(".ce/batchprp.toml:2:1"), "{error}");
}

#[test]
fn a_configuration_that_was_named_must_be_there() {
    Test::new().run(["--config", "gone.toml", "config", "show"]).expect_code(3).expect_stderr("gone.toml");
}

#[test]
fn init_writes_once_and_what_it_wrote_is_valid() {
    let test = Test::with_git();
    test.run(["init"]).expect_code(0).expect_stdout("wrote");
    test.run(["config", "show"]).expect_code(0);
    test.write(".ce/batchprp.toml", "[run]\njobs = 5\n");
    test.run(["init"]).expect_code(0).expect_stdout("kept");
    assert_eq!(test.read(".ce/batchprp.toml"), "[run]\njobs = 5\n");
}

#[test]
fn doctor_is_content_with_a_repository_and_not_with_a_bare_folder() {
    let good = Test::with_git();
    good.run(["doctor"]).expect_code(0).expect_stdout("git version");
    let bad = Test::new().run(["doctor"]).expect_code(3);
    assert!(bad.stdout.contains("not a git repository"), "{}", bad.stdout);
    let empty = Test::new();
    empty.git(["init", "-q"]);
    empty.run(["doctor"]).expect_code(3).expect_stdout("no commit yet");
}

#[test]
fn a_value_is_set_in_the_file_behind_a_link_and_the_link_stays() {
    let test = Test::new();
    test.write("shared.toml", "[run]\njobs = 3\n");
    std::fs::create_dir_all(test.path(".ce")).expect("a folder");
    std::os::unix::fs::symlink("../shared.toml", test.path(".ce/batchprp.toml")).expect("a link");
    test.run(["config", "set", "run.jobs", "5"]).expect_code(0);
    assert!(test.path(".ce/batchprp.toml").is_symlink());
    assert_eq!(test.read("shared.toml"), "[run]\njobs = 5\n");
}
