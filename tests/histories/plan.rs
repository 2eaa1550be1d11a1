//! What one seed makes happen: the batch, what each call of an agent does, and what persons and kills add.

use std::fmt::Write as _;

/// What destroys something that was there before a call.
const DESTROY: [&str; 11] = [
    "hard_reset",
    "reset_to_main",
    "clean",
    "no_repository",
    "new_repository",
    "orphan",
    "delete_base",
    "delete_others",
    "delete_all",
    "drop_stash",
    "prune",
];

/// What makes something, in every way that git knows and in some that it does not.
const MAKE: [&str; 49] = [
    "committed",
    "extra",
    "amended",
    "amend_before",
    "soft_reset",
    "rebased",
    "rebased_interrupted",
    "merged_main",
    "merged_aside",
    "picked",
    "on_main",
    "on_side",
    "side_and_back",
    "nested_side",
    "detached",
    "stashed",
    "stashed_twice",
    "tagged",
    "forged_checkpoint",
    "forged_other",
    "forged_merge",
    "forged_refs",
    "forged_notes",
    "configured",
    "bare",
    "elsewhere",
    "hooked",
    "filtered",
    "attributes",
    "excluded",
    "assumed",
    "skipped",
    "embedded",
    "embedded_hidden",
    "linked_tree",
    "replaced",
    "grafted",
    "shallow",
    "packed",
    "locked",
    "half_merged",
    "renamed",
    "moved",
    "linked",
    "shared",
    "exclusive",
    "folder_for_file",
    "changed_base",
    "ledgered",
];

/// How a call ends.
const END: [&str; 12] = [
    "nothing",
    "only_says_so",
    "broken",
    "fails",
    "says_failed",
    "crashes",
    "is_killed",
    "commits_and_is_killed",
    "killed_half_way",
    "stash_and_killed",
    "kills_its_parent",
    "ledgered",
];

/// What comes out of one number, always the same.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d);
        for _ in 0..8 {
            random.below(2);
        }
        random
    }

    /// Returns a number below the limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).unwrap_or(usize::MAX) % limit
    }

    pub(crate) fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// Tells whether something happens that happens so many times in a hundred.
    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }
}

/// An item of the batch.
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) dependencies: Vec<String>,
    pub(crate) phases: u32,
    /// What the first calls of each phase do; later ones are honest.
    pub(crate) calls: Vec<Vec<Vec<&'static str>>>,
}

impl Item {
    /// Returns the file that it declares.
    pub(crate) fn file(&self) -> String {
        format!("src/{}.txt", self.id)
    }

    pub(crate) fn branch(&self) -> String {
        self.id.to_lowercase().replace('.', "-")
    }

    /// Returns its document.
    pub(crate) fn document(&self) -> String {
        let mut text = format!(
            "---\nprp_id: {id}\ntitle: Work\nstatus: planning\ncomplexity: low\nestimated_hours: 1\ndependencies: [{}]\nfiles_modified: [{file}]\n---\n\n# {id}: Work\n\n## Problem\n\nNothing is there.\n\n## Solution\n\nMake it.\n\n## Implementation\n",
            self.dependencies.join(", "),
            id = self.id,
            file = self.file(),
        );
        for phase in 1..=self.phases {
            write!(text, "\n### Phase {phase}: Part {phase} (10 minutes)\n\nDo part {phase}.\n").expect("text");
        }
        text + &format!(
            "\n## Validation\n\n### L1 Structure\n\n```bash\ntest -s {}\n```\n\n## Acceptance Criteria\n\n- [ ] it is there\n",
            self.file()
        )
    }
}

/// Makes the batch of a seed.
pub(crate) fn items(random: &mut Random) -> Vec<Item> {
    let count = 2 + random.below(3);
    let mut items: Vec<Item> = Vec::new();
    for number in 1..=count {
        let before: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
        let dependencies = before.into_iter().filter(|_| random.percent(25)).collect();
        let phases = 1 + u32::from(random.percent(40));
        let calls = (0..phases).map(|_| calls(random)).collect();
        items.push(Item { id: format!("PRP-47.1.{number}"), dependencies, phases, calls });
    }
    items
}

fn calls(random: &mut Random) -> Vec<Vec<&'static str>> {
    let count = [0, 1, 1, 1, 2, 2][random.below(6)];
    (0..count).map(|_| call(random)).collect()
}

fn call(random: &mut Random) -> Vec<&'static str> {
    let mut deeds = Vec::new();
    for _ in 0..[0, 0, 0, 1, 1, 2][random.below(6)] {
        deeds.push(random.one_of(&DESTROY));
    }
    for _ in 0..[0, 1, 1, 2, 2, 3][random.below(6)] {
        deeds.push(random.one_of(&MAKE));
    }
    deeds.push(if random.percent(45) { "done_well" } else { random.one_of(&END) });
    deeds
}
