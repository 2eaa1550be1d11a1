//! Carries out what a seed plans: runs, kills, persons who commit meanwhile, and what people do between two runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::plan::{Item, Random, items};
use crate::scene::{Belongings, Scene};

/// Exit codes with which a run may end: all done, nothing left to do, and done in part.
const ENDS: [i32; 3] = [0, 4, 10];

/// One history.
pub(crate) struct History {
    pub(crate) scene: Scene,
    pub(crate) items: Vec<Item>,
    /// Where the batch starts.
    pub(crate) base: String,
    /// What the user has, with what the user did meanwhile.
    pub(crate) expected: Belongings,
    /// What was done, for whoever looks at a failure.
    pub(crate) told: Vec<String>,
    pub(crate) wrong: Vec<String>,
    random: Random,
    handled: BTreeSet<String>,
    number: usize,
}

impl History {
    pub(crate) fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let items = items(&mut random);
        let scene = Scene::new(&items);
        let base = scene.git(&["rev-parse", "main"]);
        let expected = scene.belongings();
        let (told, wrong, handled) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { scene, items, base, expected, told, wrong, random, handled, number: 0 }
    }

    /// Carries it out: some runs with everything that happens, then some in which nobody interferes.
    pub(crate) fn carry_out(&mut self) {
        for _ in 0..=self.random.below(3) {
            let kill = self.random.percent(25).then(|| self.random.below(300));
            self.run(&["exe", "--batch", "47", "--jobs", "3"], kill);
            for _ in 0..self.random.below(3) {
                self.between();
            }
        }
        for _ in 0..2 {
            let ended = self.run(&["exe", "--batch", "47", "--jobs", "3"], None);
            if ended.is_some_and(|code| !ENDS.contains(&code)) {
                self.wrong.push(format!("a run ended with {ended:?}"));
            }
        }
    }

    /// Runs the program; `kill` is after how many looks it is killed.
    fn run(&mut self, arguments: &[&str], kill: Option<usize>) -> Option<i32> {
        let mut looks = 0;
        let Self { scene, items, expected, told, random, handled, number, .. } = self;
        let ended = scene.run(arguments, || {
            looks += 1;
            let mut person = Person { scene, items, expected, told, random, number };
            kill.is_some_and(|after| looks > after) || person.asked(handled)
        });
        self.told.push(format!("{} -> {ended:?}", arguments.join(" ")));
        if ended == Some(-1) {
            self.wrong.push(format!("{arguments:?} hangs"));
        }
        ended
    }

    /// Does something between two runs.
    fn between(&mut self) {
        let item = self.random.below(self.items.len());
        let id = self.items[item].id.clone();
        match self.random.below(6) {
            0 | 1 => drop(self.run(&["approve", &id, "--reason", "looked at"], None)),
            2 => drop(self.run(&["approve", &id, "--merge"], None)),
            3 => drop(self.run(&["exe", "--prps", &id, "--restart"], None)),
            _ => {
                let Self { scene, items, expected, told, random, number, .. } = self;
                Person { scene, items, expected, told, random, number }.does(item);
            }
        }
    }
}

/// A person who works beside the agents.
struct Person<'a> {
    scene: &'a Scene,
    items: &'a [Item],
    expected: &'a mut Belongings,
    told: &'a mut Vec<String>,
    random: &'a mut Random,
    number: &'a mut usize,
}

impl Person<'_> {
    /// Does what agents wait for; tells whether the program is to be killed.
    fn asked(&mut self, handled: &mut BTreeSet<String>) -> bool {
        let entries = fs::read_dir(self.scene.tools()).expect("a folder").flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let asked: BTreeSet<String> = names.filter(|name| name.starts_with("ask.")).collect();
        for name in asked {
            if !handled.insert(name.clone()) {
                continue;
            }
            if name.starts_with("ask.kill") {
                self.told.push(name);
                return true;
            }
            let item = self.items.iter().position(|item| name.contains(&format!("-{}-", item.id)));
            self.does(item.unwrap_or(0));
            fs::write(self.scene.tools().join(name.replace("ask.", "done.")), "").expect("written");
        }
        false
    }

    fn mark(&mut self) -> String {
        *self.number += 1;
        format!("mark-person-{}-", self.number)
    }

    fn wrote(&self, mark: &str) {
        let file = self.scene.marks_file();
        let text = fs::read_to_string(&file).unwrap_or_default() + mark + "\n";
        fs::write(file, text).expect("written");
    }

    /// Does something, perhaps in the workspace of an item.
    fn does(&mut self, item: usize) {
        let (branch, id) = (self.items[item].branch(), self.items[item].id.clone());
        let mark = self.mark();
        let what = self.random.below(10);
        self.told.push(format!("a person: {what} near {id}, {mark}"));
        match what {
            0 => self.commit_on("prp-47", "the batch", &mark),
            1 => self.commit_on(&branch, &id, &mark),
            2 | 3 => {
                let place = self.scene.workspaces().join(&branch);
                let file = format!("src/person-{}.txt", self.number);
                if fs::create_dir_all(place.join("src")).is_ok() && place.join(".git").exists() {
                    fs::write(place.join(&file), format!("{mark}\n")).expect("written");
                    self.wrote(&mark);
                    if what == 2 {
                        self.commit_in(&place, &id, &file);
                    }
                }
            }
            4 => {
                let file = format!("src/user-{}.txt", self.number);
                self.scene.write(&file, &mark);
                self.scene.git(&["add", &file]);
                self.scene.git(&["commit", "-q", "-m", "of the user, on main"]);
                self.belongs("refs/heads/main", "main");
                self.expected.files.insert(file, mark.clone());
                self.wrote(&mark);
            }
            5 => {
                self.scene.git(&["tag", "-m", &mark, &format!("v{}", self.number)]);
                let name = format!("refs/tags/v{}", self.number);
                self.belongs(&name, &name);
            }
            6 => {
                self.scene.write("README.md", &mark);
                self.scene.git(&["stash", "-q"]);
                self.belongs("refs/stash", "refs/stash");
                let list = self.scene.git(&["stash", "list", "--format=%H"]).replace('\n', " ");
                self.expected.refs.insert("the stash".to_owned(), list);
                self.wrote(&mark);
            }
            7 => {
                let name = format!("refs/heads/user/{}", self.number);
                self.scene.git(&["update-ref", &name, "main"]);
                self.belongs(&name, &name);
            }
            8 => {
                let text = format!("{}{mark}\n", self.expected.files["notes.txt"]);
                self.scene.write("notes.txt", &text);
                self.expected.files.insert("notes.txt".to_owned(), text);
                self.wrote(&mark);
            }
            _ => {
                self.scene.git(&["config", "user.note", &mark]);
                let text = fs::read_to_string(self.scene.root().join(".git/config")).expect("a file");
                self.expected.files.insert(".git/config".to_owned(), text);
            }
        }
    }

    fn belongs(&mut self, name: &str, revision: &str) {
        let id = self.scene.git(&["rev-parse", revision]);
        self.expected.refs.insert(name.to_owned(), id);
    }

    fn commit_in(&self, place: &Path, id: &str, file: &str) {
        let who = ["-c", "user.name=Person", "-c", "user.email=person@example.org", "-c", "commit.gpgsign=false"];
        let message = format!("by a person\n\nMade-by: {id}");
        // The agent may have made it a repository in which nobody can commit; the file lies there all the same.
        let add = [&who[..], &["add", "-f", file]].concat();
        let commit = [&who[..], &["commit", "-q", "--no-verify", "-m", &message, "--", file]].concat();
        for arguments in [add, commit] {
            self.scene.git_in(place, &arguments).ok();
        }
    }

    /// Commits on a branch of the project without a working tree.
    fn commit_on(&self, branch: &str, whose: &str, mark: &str) {
        let name = format!("refs/heads/{branch}");
        let Ok(tip) = self.scene.git_in(&self.scene.root(), &["rev-parse", "-q", "--verify", &name]) else { return };
        let text = self.scene.tools().join("person.txt");
        fs::write(&text, format!("{mark}\n")).expect("written");
        let blob = self.scene.git(&["hash-object", "-w", &text.display().to_string()]);
        let tree = |revision: &str| self.scene.git(&["ls-tree", revision]);
        let below = tree(&format!("{tip}:src")) + &format!("\n100644 blob {blob}\tperson-{}.txt\n", self.number);
        let below = self.make_tree(&below);
        let others = tree(&tip);
        let others = others.lines().filter(|line| !line.ends_with("\tsrc")).collect::<Vec<_>>().join("\n");
        let whole = self.make_tree(&format!("{others}\n040000 tree {below}\tsrc\n"));
        let message = format!("by a person\n\nMade-by: {whose}");
        let commit = self.scene.git(&["commit-tree", "-p", &tip, "-m", &message, &whole]);
        // Whoever was first wins, and then this was never there.
        if self.scene.git_in(&self.scene.root(), &["update-ref", &name, &commit, &tip]).is_ok() {
            self.wrote(mark);
        }
    }

    fn make_tree(&self, lines: &str) -> String {
        let index = self.scene.tools().join("index");
        fs::remove_file(&index).ok();
        let file = self.scene.tools().join("tree");
        fs::write(&file, lines.trim_start()).expect("written");
        let input = fs::File::open(&file).expect("a file");
        let mut command = std::process::Command::new("git");
        let output = command.arg("mktree").current_dir(self.scene.root()).stdin(input).output().expect("git starts");
        assert!(output.status.success(), "{lines}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}
