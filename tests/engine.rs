//! The run engine through the real program: conflicts, limits, evidence, signals, selection, steering.

#[path = "engine/attacks.rs"]
mod attacks;
#[path = "engine/base.rs"]
mod base;
#[path = "engine/by_hand.rs"]
mod by_hand;
#[path = "engine/candidates.rs"]
mod candidates;
#[path = "engine/conflicts.rs"]
mod conflicts;
#[path = "engine/ends.rs"]
mod ends;
#[path = "engine/evidence.rs"]
mod evidence;
#[path = "engine/fixes.rs"]
mod fixes;
#[path = "engine/flaky.rs"]
mod flaky;
#[path = "engine/forge.rs"]
mod forge;
#[path = "engine/gitlab.rs"]
mod gitlab;
#[path = "engine/guard.rs"]
mod guard;
#[path = "engine/idle.rs"]
mod idle;
#[path = "engine/landing.rs"]
mod landing;
#[path = "engine/leftovers.rs"]
mod leftovers;
#[path = "engine/limits.rs"]
mod limits;
#[path = "engine/memory.rs"]
mod memory;
#[path = "engine/notices.rs"]
mod notices;
#[path = "engine/processes.rs"]
mod processes;
#[allow(dead_code, reason = "shared with the tests of the main job")]
#[path = "batch/project.rs"]
mod project;
#[path = "engine/proposals.rs"]
mod proposals;
#[path = "engine/redo.rs"]
mod redo;
#[path = "engine/refusals.rs"]
mod refusals;
#[path = "engine/repairs.rs"]
mod repairs;
#[path = "engine/sandbox.rs"]
mod sandbox;
#[path = "engine/seals.rs"]
mod seals;
#[path = "engine/secrets.rs"]
mod secrets;
#[path = "engine/selection.rs"]
mod selection;
#[path = "engine/signals.rs"]
mod signals;
#[path = "engine/slow_git.rs"]
mod slow_git;
#[path = "engine/stacks.rs"]
mod stacks;
#[path = "engine/stage.rs"]
mod stage;
#[path = "engine/steering.rs"]
mod steering;
#[path = "engine/surroundings.rs"]
mod surroundings;
#[path = "engine/taken_back.rs"]
mod taken_back;
#[path = "engine/unmerged.rs"]
mod unmerged;
#[path = "engine/verdicts.rs"]
mod verdicts;
#[path = "engine/workspaces.rs"]
mod workspaces;
