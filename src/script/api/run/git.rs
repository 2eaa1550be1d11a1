//! `git::…`: worktrees, and what git shows.

use std::path::PathBuf;

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};
use sha2::{Digest, Sha256};

use crate::bridge::{
    BranchDistance, Branches, ChangedFiles, CommitFiles, ExecutedFacts, FactsWanted, GetWorktree, IsTracked,
    IsUnclosed, ItemDiff, Land, LogRange, PushWork, ReadHead, RemoteAddress, ShowFile, TreeFiles, TreeFolders,
    UndoLanding, UpdateBase,
};
use crate::error::Error;
use crate::model::gate::{Gate, GateLine};
use crate::model::id::BatchId;
use crate::model::landing::LandStrategy;

use super::git_values::{distance_map, facts, landed, logged, pushed, updated};
use super::items;
use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, Thrown, invalid, native};
use crate::script::api::shape::{Kind, Shape, key, required};
use crate::script::api::world::files::inside;
use crate::script::value::convert::{optional, texts};
use crate::script::value::prp::PrpValue;
use crate::script::value::worktree::WorktreeValue;

/// Options of `git::update_base`.
pub(crate) const UPDATE_BASE: Shape = Shape::closed(
    "git::update_base",
    0,
    &[
        key("batch", Kind::Int),
        key("base", Kind::Text),
        key("level", Kind::Int),
        key("prps", Kind::List(&Kind::Value("Prp"))),
    ],
);

/// Options of `git::land`.
pub(crate) const LAND: Shape = Shape::closed(
    "git::land",
    0,
    &[
        key("batch", Kind::Int),
        key("onto", Kind::Text),
        key("strategy", Kind::Word(&LandStrategy::NAMES)),
        key("level", Kind::Int),
        key("prps", Kind::List(&Kind::Value("Prp"))),
        key("partial", Kind::Flag),
        key("again", Kind::Text),
    ],
);

/// Options of `git::push_work`.
pub(crate) const PUSH_WORK: Shape = Shape::closed(
    "git::push_work",
    0,
    &[
        key("batch", Kind::Int),
        key("onto", Kind::Text),
        required("remote", Kind::Text),
        key("look", Kind::Flag),
        key("merged", Kind::List(&Kind::Keys(&[required("item", Kind::Text), required("merge", Kind::Text)]))),
        key("gone", Kind::Texts),
        key("stranded", Kind::Texts),
    ],
);

/// Options of `git::undo_landing`.
pub(crate) const UNDO_LANDING: Shape =
    Shape::closed("git::undo_landing", 0, &[key("batch", Kind::Int), key("onto", Kind::Text)]);

/// Hex digits of a content key: 64 bits are plenty to tell versions of one phase apart.
const KEY: usize = 16;

/// Leaves out the paths below some folders. There may be very many paths: too many for a loop of a script.
fn outside(paths: Vec<String>, folders: &Array) -> Result<Vec<String>, Error> {
    let below = |folder: &Dynamic| match folder.read_lock::<rhai::ImmutableString>() {
        Some(folder) => Ok(format!("{}/", folder.trim_end_matches('/'))),
        None => Err(invalid(format!("`{}` is no folder: give texts", folder.type_name()))),
    };
    let below = folders.iter().map(below).collect::<Result<Vec<_>, _>>()?;
    Ok(paths.into_iter().filter(|path| !below.iter().any(|folder| path.starts_with(folder.as_str()))).collect())
}

fn ask_facts(call: &Call, name: &'static str, batch: Dynamic, ids: Array, wanted: FactsWanted) -> Result<Array, Fault> {
    let map: Map = [("batch".into(), batch), ("ids".into(), ids.into())].into_iter().collect();
    let fields = Fields::open(name, map);
    let (batch, ids) = (fields.int("batch")?, fields.texts("ids")?.unwrap_or_default());
    let is_short = matches!(wanted, FactsWanted::Progress);
    let found = call.ask(ExecutedFacts { batch, ids, wanted })?;
    Ok(found.into_iter().map(|executed| facts(executed, is_short)).collect())
}

fn prepare(call: &Call) -> Result<WorktreeValue, Fault> {
    call.item("git::worktree")?;
    Ok(WorktreeValue::new(call.ask(GetWorktree)?))
}

/// Returns the address of `origin`, else the path of the project: the same for everybody who shares it.
fn name_of_repository(call: &Call) -> Result<String, Fault> {
    let address = call.ask(RemoteAddress { remote: "origin".to_owned() })?;
    Ok(address.unwrap_or_else(|| call.state.root.display().to_string()))
}

fn places(paths: Array) -> Result<Vec<PathBuf>, Error> {
    paths.into_iter().map(|path| inside(&path.into_string().unwrap_or_default())).collect()
}

/// Returns the gates of the PRPs among the options of a function.
fn gates_of(fields: &Fields, function: &str) -> Result<Vec<GateLine>, Error> {
    let prps = fields.get("prps").map(|prps| prps.clone().into_typed_array::<PrpValue>());
    let prps = prps.transpose().map_err(|_| invalid(format!("`prps` of `{function}` is an array of PRPs")))?;
    Ok(prps.iter().flatten().flat_map(|prp| prp.0.gates.iter().filter_map(Gate::line)).collect())
}

#[export_module]
pub(crate) mod module {
    /// Prepares branch and worktree of the item that the recipe runs for, and reads what git already shows on it. The item is
    /// a PRP, or a map whose `id` has the form of one.
    ///
    /// ```rhai
    /// let tree = git::worktree(prp);
    /// if tree.merged { return outcome::completed("merged already"); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn worktree(context: NativeCallContext, item: Dynamic) -> Thrown<WorktreeValue> {
        native(&context, |call| {
            let (id, item) = (items::id_of(&item)?, call.item("git::worktree")?);
            if id != item {
                let text = format!("the recipe of `{item}` asked for the worktree of `{id}`");
                return Err(invalid(text).help("a recipe works in the worktree of its own item").into());
            }
            prepare(call)
        })
    }

    /// Returns what git shows about PRPs: of a batch, or of the ids when the batch is `()`. Maps with `id`, `phases`
    /// (`#{ ordinal, commit, key, passed, validation }`), `merged`, `has_merge` (false
    /// after a rebase or squash), `taken_out` (it was merged and its merge was reverted), `kept_by_batch` (then: the
    /// batch branch still has it, it was reverted elsewhere), `reverted` (ordinals of phases
    /// that were reverted since), `in_hand` (`#{ by, phase, path }` where a person carries a phase out, else `()`), `files`, `files_known` (false where a squash hides them), `first`, `last`, `hours`, and
    /// `objections`, which only `git::reviewed` fills.
    ///
    /// ```rhai
    /// for fact in git::executed(47, []) { print(`${fact.id}: ${fact.merged}`); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn executed(context: NativeCallContext, batch: Dynamic, ids: Array) -> Thrown<Array> {
        native(&context, |call| ask_facts(call, "git::executed", batch, ids, FactsWanted::Hours))
    }

    /// Returns the same as `git::changes`, with `objections`: what the guard finds in work that is not merged, as maps with
    /// `rule`, `path`, `line` and `reason`. What a person approved is none.
    ///
    /// ```rhai
    /// let fact = git::reviewed((), [prp.id])[0];
    /// ```
    #[rhai_fn(return_raw)]
    pub fn reviewed(context: NativeCallContext, batch: Dynamic, ids: Array) -> Thrown<Array> {
        native(&context, |call| ask_facts(call, "git::reviewed", batch, ids, FactsWanted::Objections))
    }

    /// Returns the same as `git::executed` but leaves `hours` empty, which stand in the journals of all runs.
    ///
    /// ```rhai
    /// let fact = git::changes((), [prp.id])[0];
    /// ```
    #[rhai_fn(return_raw)]
    pub fn changes(context: NativeCallContext, batch: Dynamic, ids: Array) -> Thrown<Array> {
        native(&context, |call| ask_facts(call, "git::changes", batch, ids, FactsWanted::Changes))
    }

    /// Returns the same as `git::executed` but leaves `files` and `hours` empty, which take a look at each PRP, and of each
    /// `validation` only its `level`: what is done and what is left of a large batch is known at once.
    ///
    /// ```rhai
    /// let open = git::progress(47, []).filter(|fact| fact.merged == ());
    /// ```
    #[rhai_fn(return_raw)]
    pub fn progress(context: NativeCallContext, batch: Dynamic, ids: Array) -> Thrown<Array> {
        native(&context, |call| ask_facts(call, "git::progress", batch, ids, FactsWanted::Progress))
    }

    /// Tells whether the latest run of a batch was killed before it could close it: its metrics and the clean-up of its
    /// worktrees are missing, although all its work may be merged.
    ///
    /// ```rhai
    /// if git::unclosed(47) { print("run it again"); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn unclosed(context: NativeCallContext, batch: i64) -> Thrown<bool> {
        native(&context, |call| {
            let batch = u32::try_from(batch).map_err(|_| invalid("a batch has a number from 0 on"))?;
            call.ask(IsUnclosed { batch })
        })
    }

    /// Commits files of the checkout under a message, and nothing else that is changed or staged there; returns the
    /// commit, or `()` when the files are committed as they are. With no files it commits nothing, and throws when the
    /// checkout cannot take a commit now.
    ///
    /// ```rhai
    /// let commit = git::commit(["docs/status.md"], "Update the status");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn commit(context: NativeCallContext, files: Array, message: &str) -> Thrown<Dynamic> {
        native(&context, |call| {
            let paths = places(files)?;
            Ok(optional(call.ask(CommitFiles { paths, message: message.to_owned() })?))
        })
    }

    /// Merges what the base of a batch got since into the batch branch, once the result passes validation: options are
    /// `batch`, `base` (a revision instead of HEAD), `level`, and `prps`, whose gates must pass too. A batch branch without
    /// work of its own simply moves. Returns `#{ branch, base, commits }`, or `()` where there is no such branch; throws
    /// `git` on a conflict and `check-failed` when the result is red, and then nothing has moved.
    ///
    /// ```rhai
    /// git::update_base(#{ batch: 47, level: 4 });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn update_base(context: NativeCallContext, options: Map) -> Thrown<Dynamic> {
        native(&context, |call| {
            let fields = Fields::new(&UPDATE_BASE, options)?;
            let gates = gates_of(&fields, "git::update_base")?;
            let (batch, base) = (fields.int("batch")?, fields.text("base")?);
            let level = fields.int("level")?.unwrap_or(4);
            Ok(optional(call.ask(UpdateBase { batch, base, level, gates })?.map(updated)))
        })
    }

    /// Lands a batch on the branch on which it began, once the tree that would be there passes validation: options are
    /// `batch`, `onto` (another branch), `strategy` (`auto`, `ff`, `merge`, `rebase`, `squash`), `level`, `prps`, whose
    /// gates must pass too, `partial`, and `again`, the command that asks for it. Throws `unfinished` where an item landed
    /// before and was taken back since, unless `partial` is true. Returns
    /// `#{ branch, onto, from, to, commits, before, how }`; `commits` is 0 where everything was there, `before` of them are
    /// those on which the batch began and which the branch did not have. Throws `git` on a conflict, `check-failed` when the result is red and
    /// `policy` for a branch that is protected, and then nothing has moved.
    ///
    /// ```rhai
    /// git::land(#{ batch: 47, strategy: "auto", level: 4, again: "batchprp land 47" });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn land(context: NativeCallContext, options: Map) -> Thrown<Map> {
        native(&context, |call| {
            let fields = Fields::new(&LAND, options)?;
            let gates = gates_of(&fields, "git::land")?;
            let strategy = match fields.text("strategy")? {
                Some(name) => serde_json::from_value(name.clone().into())
                    .map_err(|_| invalid(format!("there is no strategy `{name}`")))?,
                None => LandStrategy::default(),
            };
            let batch = fields.int("batch")?;
            let again = fields.text("again")?.unwrap_or_else(|| "batchprp land".to_owned());
            let level = fields.int("level")?.unwrap_or(4);
            let (onto, partial) = (fields.text("onto")?, fields.flag("partial")?.unwrap_or_default());
            Ok(landed(call.ask(Land { batch, onto, strategy, level, gates, partial, again })?))
        })
    }

    /// Pushes what is to be proposed of a batch to a `remote`: the batch branch, or, with `merged`, an array of
    /// `#{ item, merge }`, the work of each of these items as a branch of its own. Items of `gone` are left out, because
    /// their requests were merged: what stood on them is made again on what lies below now, where it has to be. Those of
    /// `stranded` were merged into a branch that leads nowhere: what stands on them keeps their work. What somebody else
    /// pushed there is not replaced; with `look` it is only told what is known, and nobody is asked. Returns
    /// `#{ branch, onto, address, heads }`; a head is `#{ item, branch, commit, is_moved, conflicts }`, in the order of
    /// the merges; it has `conflicts`, files, where it cannot be made again, and then it is not pushed. Throws `remote`
    /// when the remote does not take it.
    ///
    /// ```rhai
    /// let pushed = git::push_work(#{ batch: 47, remote: "origin" });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn push_work(context: NativeCallContext, options: Map) -> Thrown<Map> {
        native(&context, |call| {
            let fields = Fields::new(&PUSH_WORK, options)?;
            let text = |map: &Map, name: &str| {
                map.get(name).and_then(|value| value.clone().into_string().ok()).unwrap_or_default()
            };
            let merged = fields.get("merged").and_then(|list| list.clone().into_typed_array::<Map>().ok());
            let merged = merged.map(|list| list.iter().map(|map| (text(map, "item"), text(map, "merge"))).collect());
            let (batch, onto) = (fields.int("batch")?, fields.text("onto")?);
            let look = fields.flag("look")?.unwrap_or_default();
            let gone = fields.texts("gone")?.unwrap_or_default();
            let stranded = fields.texts("stranded")?.unwrap_or_default();
            let remote = fields.required("remote")?;
            Ok(pushed(call.ask(PushWork { batch, onto, remote, merged, gone, stranded, look })?))
        })
    }

    /// Takes the last landing of a batch back, while nothing was built on it: options are `batch` and `onto`. Returns
    /// what `git::land` returns.
    ///
    /// ```rhai
    /// git::undo_landing(#{ batch: 47 });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn undo_landing(context: NativeCallContext, options: Map) -> Thrown<Map> {
        native(&context, |call| {
            let fields = Fields::new(&UNDO_LANDING, options)?;
            Ok(landed(call.ask(UndoLanding { batch: fields.int("batch")?, onto: fields.text("onto")? })?))
        })
    }

    /// Returns which of the files differ from HEAD, untracked and removed ones included, staged or not. Paths are below
    /// the project.
    ///
    /// ```rhai
    /// if !git::changed(["CLAUDE.md"]).is_empty() { print("not committed yet"); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn changed(context: NativeCallContext, paths: Array) -> Thrown<Array> {
        native(&context, |call| Ok(texts(call.ask(ChangedFiles(places(paths)?))?)))
    }

    /// Tells whether HEAD holds a file.
    ///
    /// ```rhai
    /// let verb = if git::tracked(prp.path) { "Update" } else { "Add" };
    /// ```
    #[rhai_fn(return_raw)]
    pub fn tracked(context: NativeCallContext, path: &str) -> Thrown<bool> {
        native(&context, |call| call.ask(IsTracked(inside(path)?)))
    }

    /// Returns the text of a file in a revision, or `()` where there is no such file. Throws when there is no such
    /// revision.
    ///
    /// ```rhai
    /// let before = git::show("HEAD", "CLAUDE.md");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn show(context: NativeCallContext, revision: &str, path: &str) -> Thrown<Dynamic> {
        native(&context, |call| {
            let path = inside(path)?;
            Ok(optional(call.ask(ShowFile { revision: revision.to_owned(), path })?))
        })
    }

    /// Returns how far the branch of a batch is from HEAD: `#{ branch, ahead, behind }` in commits, or `()` where there
    /// is no such branch.
    ///
    /// ```rhai
    /// let distance = git::ahead(47);
    /// if distance != () && distance.ahead > 0 { print(`${distance.branch} is not landed`); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn ahead(context: NativeCallContext, batch: i64) -> Thrown<Dynamic> {
        native(&context, |call| {
            let batch = u32::try_from(batch).map_err(|_| invalid("a batch has a number from 0 on"))?;
            let distance = call.ask(BranchDistance { branch: BatchId(batch).branch() })?;
            Ok(optional(distance.map(distance_map)))
        })
    }

    /// Returns the names of the local branches, sorted.
    ///
    /// ```rhai
    /// print(git::branches()); // → ["main"]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn branches(context: NativeCallContext) -> Thrown<Array> {
        native(&context, |call| Ok(texts(call.ask(Branches)?)))
    }

    /// Returns what is checked out: `#{ branch, commit }`. The branch is `()` where a commit and no branch is checked out,
    /// the commit is `()` before the first one.
    ///
    /// ```rhai
    /// print(git::head().branch); // → main
    /// ```
    #[rhai_fn(return_raw)]
    pub fn head(context: NativeCallContext) -> Thrown<Map> {
        native(&context, |call| {
            let head = call.ask(ReadHead)?;
            let entries = [("branch".into(), optional(head.branch)), ("commit".into(), optional(head.commit))];
            Ok(entries.into_iter().collect())
        })
    }

    /// Returns the commits of a range such as `main..prp-47`, or of a revision and all before it, newest first: maps with
    /// `commit`, `parents`, `time` in epoch seconds, `subject` and `message`.
    ///
    /// ```rhai
    /// for entry in git::log("main..prp-47") { print(entry.subject); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn log(context: NativeCallContext, range: &str) -> Thrown<Array> {
        native(&context, |call| {
            let commits = call.ask(LogRange { range: range.to_owned() })?;
            Ok(commits.into_iter().map(logged).collect())
        })
    }

    /// Returns the paths of all files of the project in a revision, sorted.
    ///
    /// ```rhai
    /// print(`${git::files("HEAD").len()} files`);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn files(context: NativeCallContext, revision: &str) -> Thrown<Array> {
        native(&context, |call| Ok(texts(call.ask(TreeFiles { revision: revision.to_owned() })?)))
    }

    /// Like `files`, without those below some folders.
    ///
    /// ```rhai
    /// let files = git::files("HEAD", ["PRPs/feature-requests"]);
    /// ```
    #[rhai_fn(name = "files", return_raw)]
    pub fn files_outside(context: NativeCallContext, revision: &str, folders: Array) -> Thrown<Array> {
        native(&context, |call| {
            let files = call.ask(TreeFiles { revision: revision.to_owned() })?;
            Ok(texts(outside(files, &folders)?))
        })
    }

    /// Returns the paths of all folders of the project in a revision, sorted.
    ///
    /// ```rhai
    /// for folder in git::folders("HEAD") { print(folder); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn folders(context: NativeCallContext, revision: &str) -> Thrown<Array> {
        native(&context, |call| Ok(texts(call.ask(TreeFolders { revision: revision.to_owned() })?)))
    }

    /// Like `folders`, without those below some folders.
    ///
    /// ```rhai
    /// let folders = git::folders("HEAD", ["PRPs/feature-requests"]);
    /// ```
    #[rhai_fn(name = "folders", return_raw)]
    pub fn folders_outside(context: NativeCallContext, revision: &str, folders: Array) -> Thrown<Array> {
        native(&context, |call| {
            let found = call.ask(TreeFolders { revision: revision.to_owned() })?;
            Ok(texts(outside(found, &folders)?))
        })
    }

    /// Returns what an item changed as a unified diff, cut after so many bytes.
    ///
    /// ```rhai
    /// let diff = git::diff(prp.id, 200000);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn diff(context: NativeCallContext, id: &str, max_bytes: i64) -> Thrown<String> {
        native(&context, |call| {
            let max_bytes = usize::try_from(max_bytes).map_err(|_| invalid("a diff cannot have negative length"))?;
            call.ask(ItemDiff { item: id.to_owned(), max_bytes })
        })
    }

    /// Returns the address of the repository, the same in every clone; the path of the project where there is none.
    ///
    /// ```rhai
    /// let id = digest::uuid(`${git::repository()}/${prp.id}`);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn repository(context: NativeCallContext) -> Thrown<String> {
        native(&context, name_of_repository)
    }

    /// Returns the address of a remote, or `()` where there is none.
    ///
    /// ```rhai
    /// let address = git::address("origin");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn address(context: NativeCallContext, remote: &str) -> Thrown<Dynamic> {
        native(&context, |call| Ok(optional(call.ask(RemoteAddress { remote: remote.to_owned() })?)))
    }

    /// Returns a short content key of texts: what a checkpoint was made from.
    ///
    /// ```rhai
    /// let key = git::key([phase.text, agent::name()]);
    /// ```
    pub fn key(parts: Array) -> String {
        let mut hash = Sha256::new();
        for part in &parts {
            let part = part.to_string();
            // The length keeps ["ab", "c"] and ["a", "bc"] apart.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        crate::script::api::text::digest::hex(&hash.finalize(), KEY)
    }
}
