//! `Worktree`: branch and worktree of an item, and what git shows on it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::plugin::*;
use rhai::{Dynamic, Map};

use crate::bridge::{
    BeginPhase, ByHand, Deed, GateLine, Handed, JudgedReport, MakeCheckpoint, ManualGate, Park, PhaseRecord, Repair,
    Resolve, Validate, Worktree,
};

use super::super::api::native::{Call, Fault, Thrown, invalid, native};
use super::answer::AnswerValue;
use super::checks::ChecksValue;
use super::convert::{data, hand_map, optional, texts};
use super::phase::PhaseValue;
use super::prp::PrpValue;
use super::repairing::{ask_repair, repair_of};
use crate::error::Error;
use crate::script::hook;

/// A worktree as scripts see it; copies share what git shows.
#[derive(Clone, Debug)]
pub(crate) struct WorktreeValue(pub(crate) Arc<Mutex<Worktree>>);

impl WorktreeValue {
    pub(crate) fn new(worktree: Worktree) -> Self {
        Self(Arc::new(Mutex::new(worktree)))
    }

    fn lock(&self) -> MutexGuard<'_, Worktree> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, ordinal: i64) -> Option<PhaseRecord> {
        self.lock().phases.iter().find(|record| i64::from(record.ordinal) == ordinal).cloned()
    }

    /// Changes or adds the record of a phase.
    fn update(&self, ordinal: u32, change: impl FnOnce(&mut PhaseRecord)) {
        let mut worktree = self.lock();
        if !worktree.phases.iter().any(|record| record.ordinal == ordinal) {
            worktree.phases.push(PhaseRecord { ordinal, ..PhaseRecord::default() });
        }
        worktree.phases.iter_mut().filter(|record| record.ordinal == ordinal).take(1).for_each(change_once(change));
    }
}

fn change_once<T>(change: impl FnOnce(&mut T)) -> impl FnMut(&mut T) {
    let mut change = Some(change);
    move |value| {
        if let Some(change) = change.take() {
            change(value);
        }
    }
}

/// Gates that a validation of a phase runs and those that a person has to look at: its own, and with the last phase
/// those of the whole PRP.
fn gates(prp: &PrpValue, phase: &PhaseValue, level: u8) -> (Vec<GateLine>, Vec<ManualGate>) {
    let last = phase.index + 1 == prp.0.phases.len();
    let ordinal = phase.phase().ordinal;
    let belongs = |of: Option<u32>| of.map_or(last, |of| of == ordinal);
    let (mut commands, mut manual) = (Vec::new(), Vec::new());
    for gate in prp.0.gates.iter().filter(|gate| gate.level <= level && belongs(gate.phase)) {
        match &gate.command {
            Some(command) => commands.push(GateLine { level: gate.level, command: command.clone() }),
            None => manual.push(ManualGate { level: gate.level, text: gate.text.clone() }),
        }
    }
    (commands, manual)
}

fn phase_number(ordinal: i64) -> Result<u32, Error> {
    u32::try_from(ordinal).ok().filter(|ordinal| *ordinal > 0).ok_or_else(|| invalid("phases are counted from 1"))
}

fn checkpoint_of(
    call: &Call,
    worktree: &mut WorktreeValue,
    ordinal: u32,
    title: String,
    key: &str,
) -> Result<Map, Fault> {
    let made = call.ask(MakeCheckpoint { ordinal, title, key: key.to_owned() })?;
    let record = PhaseRecord { ordinal, commit: made.commit.clone(), key: key.to_owned(), validation: None };
    worktree.update(ordinal, |phase| *phase = record);
    let entries = [("commit".into(), made.commit.into()), ("files".into(), texts(made.files).into())];
    Ok(entries.into_iter().collect())
}

fn by_hand(call: &Call, worktree: &WorktreeValue, phase: &PhaseValue, deed: Deed) -> Result<Handed, Fault> {
    let handed = call.ask(ByHand { phase: phase.phase().ordinal, deed })?;
    drop(worktree.lock().in_hand.take_if(|_| matches!(deed, Deed::LetGo | Deed::Abandon)));
    Ok(handed)
}

#[export_module]
pub(crate) mod methods {
    /// Absolute path of the worktree.
    #[rhai_fn(get = "path", pure)]
    pub fn path(worktree: &mut WorktreeValue) -> String {
        worktree.lock().path.display().to_string()
    }

    /// Name of the item's branch.
    #[rhai_fn(get = "branch", pure)]
    pub fn branch(worktree: &mut WorktreeValue) -> String {
        worktree.lock().branch.clone()
    }

    /// Commit where the item's branch started.
    #[rhai_fn(get = "base", pure)]
    pub fn base(worktree: &mut WorktreeValue) -> String {
        worktree.lock().base.clone()
    }

    /// Tells whether the item is merged into the batch branch already.
    #[rhai_fn(get = "merged", pure)]
    pub fn merged(worktree: &mut WorktreeValue) -> bool {
        worktree.lock().merged
    }

    /// Map `#{ files, theirs }` when this attempt is for resolving the conflict of the item's merge, which is in the
    /// worktree then; `()` otherwise.
    #[rhai_fn(get = "conflict", pure)]
    pub fn conflict(worktree: &mut WorktreeValue) -> Dynamic {
        let Some(conflict) = worktree.lock().conflict.clone() else { return Dynamic::UNIT };
        let entries = [("files".into(), texts(conflict.files).into()), ("theirs".into(), conflict.theirs.into())];
        entries.into_iter().collect::<Map>().into()
    }

    /// Map `#{ phase, text, session }` when this attempt is for mending what the refused merge of the item showed: the
    /// ordinal of the phase that mends it, what failed, and the session of the agent that did the work, or `()`. The
    /// item's branch has what the batch branch has then. `()` otherwise.
    #[rhai_fn(get = "refused", pure)]
    pub fn refused(worktree: &mut WorktreeValue) -> Dynamic {
        let Some(refused) = worktree.lock().refused.clone() else { return Dynamic::UNIT };
        let phase = Dynamic::from(i64::from(refused.phase));
        let entries = [
            ("phase".into(), phase),
            ("text".into(), refused.text.into()),
            ("session".into(), optional(refused.session)),
        ];
        entries.into_iter().collect::<Map>().into()
    }

    /// Map `#{ by, phase, path }` where a person carries a phase out by hand, with its ordinal; `()` otherwise. Only a run with
    /// `by_hand: true` may go on with the item then.
    #[rhai_fn(get = "in_hand", pure)]
    pub fn in_hand(worktree: &mut WorktreeValue) -> Dynamic {
        hand_map(worktree.lock().in_hand.clone())
    }

    /// Puts a phase into the hands of whoever runs the program: runs leave the item alone until they let it go. Throws
    /// where somebody else has the item. Works in a run with `by_hand: true`; returns who they are.
    ///
    /// ```rhai
    /// print(`in the hands of ${tree.take(phase)}`);
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn take(context: NativeCallContext, worktree: &mut WorktreeValue, phase: PhaseValue) -> Thrown<String> {
        native(&context, |call| Ok(by_hand(call, worktree, &phase, Deed::Take)?.by))
    }

    /// Judges what a person made of a phase in the worktree, as `agent::run` judges the work of an agent.
    ///
    /// ```rhai
    /// let work = tree.handed_in(phase);
    /// if !work.ok { return outcome::from_answer(work); }
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn handed_in(
        context: NativeCallContext,
        worktree: &mut WorktreeValue,
        phase: PhaseValue,
    ) -> Thrown<AnswerValue> {
        native(&context, |call| {
            let judged = by_hand(call, worktree, &phase, Deed::Judge)?.judged;
            let JudgedReport { report, verdict } = judged.ok_or_else(|| invalid("nobody judged the work"))?;
            Ok(AnswerValue { agent: "person".to_owned(), report: Arc::new(report), verdict })
        })
    }

    /// Lets a phase go that a person carried out: runs may go on with the item.
    ///
    /// ```rhai
    /// if checks.passed { tree.let_go(phase); }
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn let_go(context: NativeCallContext, worktree: &mut WorktreeValue, phase: PhaseValue) -> Thrown<()> {
        native(&context, |call| by_hand(call, worktree, &phase, Deed::LetGo).map(drop))
    }

    /// Lets a phase go without its work, which is saved: the worktree is that of its branch again. Returns who had it.
    ///
    /// ```rhai
    /// print(`no more in the hands of ${tree.abandon(phase)}`);
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn abandon(context: NativeCallContext, worktree: &mut WorktreeValue, phase: PhaseValue) -> Thrown<String> {
        native(&context, |call| Ok(by_hand(call, worktree, &phase, Deed::Abandon)?.by))
    }

    /// Asks whether a phase whose checks failed goes back to its agent, and counts it. Returns `#{ number, left, over }`:
    /// which repair of the phase in this run it is, from 1, and what is left of the budget in US dollars, or `()`. `over`
    /// is `()` then; otherwise it says why there is none: the same failure in the same words came back, `run.repairs` are
    /// used up, or the budget is. It is empty where nobody wants repairs.
    ///
    /// ```rhai
    /// let repair = tree.repair(phase, checks);
    /// if repair.over != () { return outcome::partial(phase, checks, repair.over); }
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn repair(
        context: NativeCallContext,
        worktree: &mut WorktreeValue,
        phase: PhaseValue,
        checks: ChecksValue,
    ) -> Thrown<Map> {
        native(&context, |call| {
            let _ = worktree;
            repair_of(call, phase.phase().ordinal, &checks)
        })
    }

    /// Like `repair`, for what others found wrong with a phase, such as a reviewer: the text that its agent gets.
    ///
    /// ```rhai
    /// let repair = tree.repair(phase, "CI: the check `unit` is red");
    /// ```
    #[rhai_fn(name = "repair", return_raw, pure)]
    pub fn repair_told(
        context: NativeCallContext,
        worktree: &mut WorktreeValue,
        phase: PhaseValue,
        said: &str,
    ) -> Thrown<Map> {
        native(&context, |call| {
            let _ = worktree;
            let reason = said.lines().next().unwrap_or_default().to_owned();
            ask_repair(call, Repair { ordinal: phase.phase().ordinal, reason, said: said.to_owned() })
        })
    }

    /// Like `repair`, for a phase of an item that is no PRP, by its number from 1.
    ///
    /// ```rhai
    /// let repair = tree.repair(1, checks);
    /// ```
    #[rhai_fn(name = "repair", return_raw, pure)]
    pub fn repair_numbered(
        context: NativeCallContext,
        worktree: &mut WorktreeValue,
        ordinal: i64,
        checks: ChecksValue,
    ) -> Thrown<Map> {
        native(&context, |call| {
            let _ = worktree;
            repair_of(call, phase_number(ordinal)?, &checks)
        })
    }

    /// Validates what was made of a conflict up to a level and commits the merge; parks it again when anything is
    /// wrong. Returns why it is parked, or `()` when it is resolved.
    ///
    /// ```rhai
    /// if tree.resolve(4, prp) == () { print("resolved"); }
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn resolve(
        context: NativeCallContext,
        worktree: &mut WorktreeValue,
        level: i64,
        prp: PrpValue,
    ) -> Thrown<Dynamic> {
        native(&context, |call| {
            let _ = worktree;
            let level = u8::try_from(level).ok().filter(|level| (1..=4).contains(level));
            let level = level.ok_or_else(|| invalid("the validation level is not from 1 to 4"))?;
            let ordinal = u32::try_from(prp.0.phases.len()).unwrap_or(u32::MAX);
            let gates = prp.0.gates.iter().filter(|gate| gate.level <= level);
            let commands =
                gates.filter_map(|gate| Some(GateLine { level: gate.level, command: gate.command.clone()? })).collect();
            let ignored = call.state.setting_text("validate.gates").is_some_and(|gates| gates == "ignore");
            let gates = if ignored { Vec::new() } else { commands };
            Ok(optional(call.ask(Resolve { ordinal, level, gates })?))
        })
    }

    /// Parks the merge again that was to be resolved: a person resolves it then.
    ///
    /// ```rhai
    /// tree.park();
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn park(context: NativeCallContext, worktree: &mut WorktreeValue) -> Thrown<()> {
        native(&context, |call| {
            let _ = worktree;
            call.ask(Park)
        })
    }

    /// Tells whether a phase is done: its checkpoint stands and its validation passed.
    ///
    /// ```rhai
    /// for phase in prp.phases {
    ///     if tree.done(phase.ordinal) { continue; }
    /// }
    /// ```
    #[rhai_fn(pure)]
    pub fn done(worktree: &mut WorktreeValue, ordinal: i64) -> bool {
        let passed = |record: PhaseRecord| record.validation.is_some_and(|validation| validation.passed());
        worktree.record(ordinal).is_some_and(passed)
    }

    /// Returns the commit of a phase's last checkpoint, or `()`.
    ///
    /// ```rhai
    /// if tree.checkpoint(phase.ordinal) == () { print("not done yet"); }
    /// ```
    #[rhai_fn(pure)]
    pub fn checkpoint(worktree: &mut WorktreeValue, ordinal: i64) -> Dynamic {
        let commit = worktree.record(ordinal).map(|record| record.commit);
        optional(commit.filter(|commit| !commit.is_empty()))
    }

    /// Returns the key of a phase's last checkpoint: what it was made from, or `()`.
    ///
    /// ```rhai
    /// let is_same = tree.key(phase.ordinal) == git::key([phase.text]);
    /// ```
    #[rhai_fn(pure)]
    pub fn key(worktree: &mut WorktreeValue, ordinal: i64) -> Dynamic {
        optional(worktree.record(ordinal).map(|record| record.key).filter(|key| !key.is_empty()))
    }

    /// Returns why the validation of a phase's last checkpoint failed, or `()`.
    ///
    /// ```rhai
    /// let failure = tree.failure(phase.ordinal);
    /// ```
    #[rhai_fn(pure)]
    pub fn failure(worktree: &mut WorktreeValue, ordinal: i64) -> Dynamic {
        let validation = worktree.record(ordinal).and_then(|record| record.validation);
        optional(validation.and_then(|record| ChecksValue(record).reason()))
    }

    /// Tells everybody that the item begins a phase; `of` is how many it has.
    ///
    /// ```rhai
    /// tree.begin(phase, prp.phases.len());
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn begin(context: NativeCallContext, worktree: &mut WorktreeValue, phase: PhaseValue, of: i64) -> Thrown<()> {
        native(&context, |call| {
            let _ = worktree;
            let of = u32::try_from(of).map_err(|_| invalid(format!("an item cannot have {of} phases")))?;
            let (ordinal, title) = (phase.phase().ordinal, phase.phase().title.clone());
            call.ask(BeginPhase { ordinal, title, of })
        })
    }

    /// Tells everybody that an item that is no PRP begins a phase, by its number from 1 and its title.
    ///
    /// ```rhai
    /// tree.begin(1, "Write the tests", 2);
    /// ```
    #[rhai_fn(name = "begin", return_raw, pure)]
    pub fn begin_of(
        context: NativeCallContext,
        worktree: &mut WorktreeValue,
        ordinal: i64,
        title: &str,
        of: i64,
    ) -> Thrown<()> {
        native(&context, |call| {
            let _ = worktree;
            let of = u32::try_from(of).map_err(|_| invalid(format!("an item cannot have {of} phases")))?;
            call.ask(BeginPhase { ordinal: phase_number(ordinal)?, title: title.to_owned(), of })
        })
    }

    /// Commits the checkpoint of a phase of an item that is no PRP, by its number from 1 and its title.
    ///
    /// ```rhai
    /// let checkpoint = tree.commit(1, "Write the tests", git::key(["tests", agent::name()]));
    /// ```
    #[rhai_fn(name = "commit", return_raw, pure)]
    pub fn commit_of(
        context: NativeCallContext,
        worktree: &mut WorktreeValue,
        ordinal: i64,
        title: &str,
        key: &str,
    ) -> Thrown<Map> {
        native(&context, |call| checkpoint_of(call, worktree, phase_number(ordinal)?, title.to_owned(), key))
    }

    /// Validates the worktree after a phase of an item that is no PRP, by its number from 1, with the configured commands up
    /// to a level from 1 to 4. Returns `Checks`.
    ///
    /// ```rhai
    /// let checks = tree.validate(1, 4);
    /// if !checks.passed { return outcome::partial(1, checks); }
    /// ```
    #[rhai_fn(name = "validate", return_raw, pure)]
    pub fn validate_of(
        context: NativeCallContext,
        worktree: &mut WorktreeValue,
        ordinal: i64,
        level: i64,
    ) -> Thrown<ChecksValue> {
        native(&context, |call| {
            let level = u8::try_from(level).ok().filter(|level| (1..=4).contains(level));
            let level = level.ok_or_else(|| invalid("the validation level is not from 1 to 4"))?;
            let ordinal = phase_number(ordinal)?;
            let record = call.ask(Validate { ordinal, level, gates: Vec::new(), manual: Vec::new() })?;
            worktree.update(ordinal, |phase| phase.validation = Some(record.clone()));
            hook::after_phase(call, &record)?;
            Ok(ChecksValue(record))
        })
    }

    /// Returns the validation record of a phase's last checkpoint as a map, or `()`.
    ///
    /// ```rhai
    /// let record = tree.validation(phase.ordinal);
    /// ```
    #[rhai_fn(pure)]
    pub fn validation(worktree: &mut WorktreeValue, ordinal: i64) -> Dynamic {
        worktree.record(ordinal).and_then(|record| record.validation).map_or(Dynamic::UNIT, |record| data(&record))
    }

    /// Commits what is in the worktree as the checkpoint of a phase; returns `#{ commit, files }`. The key says what
    /// the phase was made from: see `git::key`.
    ///
    /// ```rhai
    /// let checkpoint = tree.commit(phase, git::key([phase.text, agent::name()]));
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn commit(
        context: NativeCallContext,
        worktree: &mut WorktreeValue,
        phase: PhaseValue,
        key: &str,
    ) -> Thrown<Map> {
        native(&context, |call| {
            let (ordinal, title) = (phase.phase().ordinal, phase.phase().title.clone());
            checkpoint_of(call, worktree, ordinal, title, key)
        })
    }

    /// Validates the worktree after a phase up to a level from 1 to 4: the configured commands, the phase's gates, and
    /// after the last phase the gates of the whole PRP. Returns `Checks`.
    ///
    /// ```rhai
    /// let checks = tree.validate(phase, 4, prp);
    /// if !checks.passed { return outcome::partial(phase, checks); }
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn validate(
        context: NativeCallContext,
        worktree: &mut WorktreeValue,
        phase: PhaseValue,
        level: i64,
        prp: PrpValue,
    ) -> Thrown<ChecksValue> {
        native(&context, |call| {
            let level = u8::try_from(level).ok().filter(|level| (1..=4).contains(level));
            let level = level.ok_or_else(|| invalid("the validation level is not from 1 to 4"))?;
            let ordinal = phase.phase().ordinal;
            let ignored = call.state.setting_text("validate.gates").is_some_and(|gates| gates == "ignore");
            let (gates, manual) = if ignored { Default::default() } else { gates(&prp, &phase, level) };
            let record = call.ask(Validate { ordinal, level, gates, manual })?;
            worktree.update(ordinal, |phase| phase.validation = Some(record.clone()));
            hook::after_phase(call, &record)?;
            Ok(ChecksValue(record))
        })
    }

    /// Returns the branch.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(worktree: &mut WorktreeValue) -> String {
        worktree.lock().branch.clone()
    }
}
