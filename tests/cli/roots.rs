//! Whose project it is: what lies in folders above is obeyed only when it is a real project of the same user.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::unistd::{Uid, chown, geteuid};

use super::support::Test;

/// The folder above the project, in which the tests leave what strangers leave in `/tmp`.
fn above(test: &Test) -> PathBuf {
    test.root().parent().expect("a folder above").to_owned()
}

/// Leaves configuration and a command in the folder above that would be noticed.
fn trap(test: &Test) -> PathBuf {
    let folder = above(test).join(".ce");
    fs::create_dir_all(folder.join("commands")).expect("folders");
    fs::write(folder.join("batchprp.toml"), "[run]\njobs = 17\n").expect("configuration");
    let script =
        "const ABOUT = \"Trap\";\nconst ARGS = #{};\n\nfn main(args) { files::create(\"trapped\", \"\"); 0 }\n";
    fs::write(folder.join("commands/trap.rhai"), script).expect("a command");
    folder
}

/// Gives files to another user; only root can do that.
fn give_away(folder: &Path) -> bool {
    if !geteuid().is_root() {
        return false;
    }
    let stranger = Uid::from_raw(54_321);
    for entry in walkdir::WalkDir::new(folder) {
        chown(entry.expect("entry").path(), Some(stranger), None).expect("given away");
    }
    true
}

#[test]
fn what_is_only_called_git_is_no_repository() {
    for kind in
        ["an empty folder", "an empty file", "a link to nothing", "a folder without objects", "a pointer to nothing"]
    {
        let test = Test::new();
        let git = above(&test).join(".git");
        match kind {
            "an empty folder" => fs::create_dir(&git).expect("folder"),
            "an empty file" => fs::write(&git, "").expect("file"),
            "a link to nothing" => std::os::unix::fs::symlink("nowhere", &git).expect("link"),
            "a pointer to nothing" => fs::write(&git, "gitdir: /nowhere/at/all\n").expect("file"),
            _ => {
                fs::create_dir_all(git.join("refs")).expect("folder");
                fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("file");
            }
        }
        test.run(["init"]).expect_code(0);
        assert!(test.exists(".ce/batchprp.toml") && !above(&test).join(".ce").exists(), "{kind}");
        test.run(["config", "show", "--origin"])
            .expect_code(0)
            .expect_stdout("# project: ")
            .expect_stdout("/project (");
        fs::remove_file(test.path(".ce/batchprp.toml")).expect("removed");
        let shown = test.run(["config", "show", "--origin"]).expect_code(0);
        shown.expect_stdout("passed over").expect_stdout("no git repository");
    }
}

#[test]
fn a_real_project_above_is_found_from_each_of_its_folders() {
    let test = Test::with_git();
    test.write("src/deep/file.txt", "");
    test.write(".ce/batchprp.toml", "[run]\njobs = 9\n");
    let from = |folder: &str| {
        let mut command = test.command(["config", "show", "--origin"]);
        super::support::finished(command.current_dir(test.path(folder))).expect_code(0)
    };
    from("src/deep").expect_stdout("run.jobs = 9").expect_stdout("(a git repository)");
    test.git(["worktree", "add", "-q", "--detach", "../linked"]);
    let mut command = test.command(["config", "show", "--origin"]);
    let linked = above(&test).join("linked");
    super::support::finished(command.current_dir(&linked)).expect_code(0).expect_stdout("/linked (a git repository)");
}

#[test]
fn what_another_user_left_above_is_neither_run_nor_obeyed() {
    let test = Test::new();
    let folder = trap(&test);
    test.run(["config", "show"]).expect_code(0).expect_stdout("run.jobs = 17");
    if !give_away(&folder) || !give_away(&above(&test)) {
        return;
    }
    give_away_back(&test);
    let shown = test.run(["config", "show", "--origin"]).expect_code(0).expect_stdout("run.jobs = 4");
    shown.expect_stdout("passed over").expect_stdout("belongs to user 54321");
    test.run(["trap"]).expect_code(2);
    test.run(["doctor"]).expect_stdout("is passed over: it belongs to user 54321");
    assert!(!test.exists("trapped") && !above(&test).join("trapped").exists());
    // Whoever stands in that very folder is told, and may name it.
    let mut command = test.command(["trap"]);
    let here = super::support::finished(command.current_dir(above(&test))).expect_code(3);
    here.expect_stderr("is run or obeyed").expect_stderr("batchprp -C");
    assert!(!above(&test).join("trapped").exists());
    let place = above(&test).display().to_string();
    test.run(["-C", &place, "config", "show"]).expect_code(0).expect_stdout("run.jobs = 17");
}

/// The project itself stays with the user.
fn give_away_back(test: &Test) {
    for folder in [test.root(), test.home()] {
        chown(&folder, Some(geteuid()), None).expect("given back");
    }
}

#[test]
fn a_project_that_every_user_may_change_is_refused_until_it_is_named_or_closed() {
    for name in ["", ".ce", ".ce/batchprp.toml", ".ce/commands", ".ce/commands/hello.rhai"] {
        let test = Test::with_git();
        test.write(".ce/batchprp.toml", "[run]\njobs = 9\n");
        test.write(".ce/commands/hello.rhai", "const ABOUT = \"Greet\";\nconst ARGS = #{};\n\nfn main(args) { 0 }\n");
        let place = test.path(name);
        let mode = fs::metadata(&place).expect("there").permissions().mode();
        fs::set_permissions(&place, fs::Permissions::from_mode(mode | 0o002)).expect("opened");
        test.run(["hello"]).expect_code(3).expect_stderr("every user may write into").expect_stderr("chmod o-w");
        test.run(["config", "show"]).expect_code(3);
        test.run(["doctor"]).expect_code(3).expect_stdout("every user may write into");
        let root = test.root().display().to_string();
        test.run(["-C", &root, "hello"]).expect_code(0);
        fs::set_permissions(&place, fs::Permissions::from_mode(mode & !0o002)).expect("closed");
        test.run(["hello"]).expect_code(0);
    }
}

#[test]
fn documents_that_others_may_change_are_not_obeyed() {
    let open = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    let test = Test::with_git();
    test.write(".ce/batchprp.toml", "[run]\njobs = 9\n");
    test.write("PRPs/feature-requests/deep/PRP-1.1.1-x.md", "---\nprp_id: PRP-1.1.1\n---\n# PRP-1.1.1: X\n");
    let dry = ["exe", "--batch", "1", "--dry-run", "--agent", "template"];
    let document = "PRPs/feature-requests/deep/PRP-1.1.1-x.md";
    for (path, usual) in [(document, 0o644), ("PRPs/feature-requests/deep", 0o755), ("PRPs/feature-requests", 0o755)] {
        open(&test.path(path), usual | 0o002);
        test.run(dry).expect_code(3).expect_stderr("every user may write into").expect_stderr("chmod o-w");
        let named = test.root().to_string_lossy().into_owned();
        let shown = test.run([&["-C", &named], &dry[..]].concat());
        assert_ne!(shown.code, 3, "whoever names it trusts it");
        open(&test.path(path), usual);
        assert_ne!(test.run(dry).code, 3, "{path}");
    }
    if give_away(&test.path(document)) {
        test.run(dry).expect_code(3).expect_stderr("belongs to user 54321");
    }
}
