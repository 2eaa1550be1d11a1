//! Streams of events: what changed since a page was last told. Whoever reads slowly is told the latest, not everything.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Event as ServerEvent;
use futures_util::stream::{Stream, unfold};
use notify::{RecommendedWatcher, RecursiveMode};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::followed::Followed;
use super::served::Served;
use crate::cli::follow::news::watcher;
use crate::error::Error;
use crate::report::life::Life;

/// Pages are told at most so often.
const PAUSE: Duration = Duration::from_millis(60);

/// The first page is told at most so often.
const FRONT_PAUSE: Duration = Duration::from_millis(400);

/// A process that is killed says nothing: so often it is looked for.
const LOOK: Duration = Duration::from_secs(2);

type Told = std::result::Result<ServerEvent, Infallible>;

/// A page of a run, and of one of its items.
struct Page {
    served: Arc<Served>,
    followed: Arc<Followed>,
    changes: watch::Receiver<u64>,
    folder: Option<PathBuf>,
    files: watch::Sender<u64>,
    files_seen: watch::Receiver<u64>,
    watcher: Option<RecommendedWatcher>,
    /// What the page knows of each item.
    known: HashMap<String, u64>,
    /// What it knows of each key of the head.
    head: HashMap<String, u64>,
    life: Option<Life>,
}

/// Tells a page that there is nothing of what it asks for.
pub(super) fn unknown(error: &Error) -> impl Stream<Item = Told> + use<> {
    let data = json!({ "error": error.message }).to_string();
    futures_util::stream::iter([Ok(ServerEvent::default().event("unknown").data(data))])
}

/// Tells a page of a run what changes; `item` is the folder of the one that it shows in detail.
pub(super) fn run(served: Arc<Served>, followed: Arc<Followed>, item: Option<PathBuf>) -> impl Stream<Item = Told> {
    let mut changes = followed.changes();
    changes.mark_changed();
    let (files, files_seen) = watch::channel(0);
    let (known, head, watcher) = (HashMap::new(), HashMap::new(), None);
    let page = Page { served, followed, changes, folder: item, files, files_seen, watcher, known, head, life: None };
    unfold(page, |mut page| async move {
        loop {
            page.watch_files();
            let event = tokio::select! {
                changed = page.changes.changed() => if changed.is_ok() { page.news() } else { return None },
                _ = page.files_seen.changed() => Some(ServerEvent::default().event("files").data("{}")),
                // Only what still goes on can be killed.
                () = sleep(LOOK), if matches!(page.life, Some(Life::Running)) => page.news(),
            };
            if let Some(event) = event {
                sleep(PAUSE).await;
                return Some((Ok(event), page));
            }
        }
    })
}

impl Page {
    /// Watches the folder of the item once it is there.
    fn watch_files(&mut self) {
        let Some(folder) = self.folder.as_ref().filter(|folder| self.watcher.is_none() && folder.is_dir()) else {
            return;
        };
        let files = self.files.clone();
        // Without it the page is told less often.
        self.watcher = watcher(folder, RecursiveMode::Recursive, move |_| files.send_modify(|count| *count += 1)).ok();
    }

    /// Returns what the page does not know yet.
    fn news(&mut self) -> Option<ServerEvent> {
        let page = self.served.project.page(&self.followed.state());
        self.life = Some(page.head.life);
        let mut items = Vec::new();
        for item in &page.items {
            let text = serde_json::to_string(item).ok()?;
            let mark = mark(&text);
            if self.known.insert(item.id.clone(), mark) != Some(mark) {
                items.push(text);
            }
        }
        let order: Vec<&str> = page.items.iter().map(|item| item.id.as_str()).collect();
        let mut head = serde_json::Map::new();
        let serde_json::Value::Object(mut whole) = serde_json::to_value(&page.head).ok()? else { return None };
        whole.insert("order".to_owned(), json!(order));
        let mut is_news = !items.is_empty();
        for (key, value) in whole {
            let mark = mark(&value.to_string());
            if self.head.insert(key.clone(), mark) != Some(mark) {
                // Time goes by without anything happening.
                is_news |= !matches!(key.as_str(), "elapsed" | "left");
                head.insert(key, value);
            }
        }
        let order = head.remove("order").unwrap_or_default();
        // Items are put in as text: trees of all of them would be large.
        let head = serde_json::Value::Object(head);
        let data = format!("{{\"head\":{head},\"order\":{order},\"items\":[{}]}}", items.join(","));
        is_news.then(|| ServerEvent::default().event("run").data(data))
    }
}

fn mark(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What watches for the first page.
struct FrontPage {
    served: Arc<Served>,
    changed: watch::Sender<u64>,
    seen: watch::Receiver<u64>,
    /// The folder of runs, and of each that is at work.
    watchers: HashMap<PathBuf, RecommendedWatcher>,
    told: u64,
}

/// Tells the first page what changes in the project.
pub(super) fn front(served: Arc<Served>) -> impl Stream<Item = Told> {
    let (changed, mut seen) = watch::channel(0);
    seen.mark_changed();
    let page = FrontPage { served, changed, seen, watchers: HashMap::new(), told: 0 };
    unfold(page, |mut page| async move {
        loop {
            page.watch(page.served.project.runs.clone());
            tokio::select! {
                changed = page.seen.changed() => if changed.is_err() { return None },
                () = sleep(LOOK), if page.watchers.len() > 1 => {}
            }
            let served = page.served.clone();
            let Ok(Ok(front)) = spawn_blocking(move || served.project.front()).await else { return None };
            let folders: Vec<PathBuf> = front.at_work().map(|run| page.served.project.runs.join(run)).collect();
            page.watchers.retain(|folder, _| *folder == page.served.project.runs || folders.contains(folder));
            let mut is_new = false;
            for folder in folders {
                is_new |= page.watch(folder);
            }
            // What was written before somebody watched is looked for once more.
            if is_new {
                page.changed.send_modify(|count| *count += 1);
            }
            let Ok(data) = serde_json::to_string(&front) else { return None };
            let mark = mark(&data);
            sleep(FRONT_PAUSE).await;
            if std::mem::replace(&mut page.told, mark) != mark {
                return Some((Ok(ServerEvent::default().event("front").data(data)), page));
            }
        }
    })
}

impl FrontPage {
    /// Tells whether the folder was not watched before and is now.
    fn watch(&mut self, folder: PathBuf) -> bool {
        if self.watchers.contains_key(&folder) {
            return false;
        }
        let changed = self.changed.clone();
        let told = move |_: &_| changed.send_modify(|count| *count += 1);
        watcher(&folder, RecursiveMode::NonRecursive, told)
            .is_ok_and(|watcher| self.watchers.insert(folder, watcher).is_none())
    }
}
