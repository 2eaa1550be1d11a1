//! Objects that are in the project only when a reference is about to name them.
//!
//! What is staged, fetched or committed for a workspace is written to a folder of the orchestrator first. It is linked
//! into the project when all is well, and the links are kept until the next time: a `git gc --prune=now` of the user
//! between the link and the reference takes nothing away that cannot be put back.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, FileTimes, Permissions};
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::alternates;
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::place::space::Workspace;

/// How far the times of published objects are ahead; a reference names them long before.
const AHEAD: Duration = Duration::from_secs(600);

/// How often a pruning may take the folder of an object away before the object is in it.
const TRIES: usize = 50;

/// Longest wait for a `git gc` of the user.
const PRUNING: Duration = Duration::from_secs(10);

/// Makes the folder in which objects wait.
pub(crate) fn make(work: &Workspace) -> Result<()> {
    let objects = work.objects();
    let mut borrowed = alternates::text(&work.store);
    // Also where a pruning took from the project what was published last.
    borrowed.extend(alternates::quoted(&work.file("kept"), b'\n'));
    borrowed.push(b'\n');
    let there = fs::read(objects.join("info/alternates")).is_ok_and(|text| text == borrowed);
    if there && objects.join("pack").is_dir() {
        return Ok(());
    }
    let fill = || {
        for folder in ["objects/info", "objects/pack", "kept"] {
            DirBuilder::new().recursive(true).mode(0o700).create(work.file(folder))?;
        }
        fs::write(objects.join("info/alternates"), &borrowed)
    };
    failpoint::around("objects.folder", fill).map_err(|e| Workspace::failed("write into", &objects, &e))
}

/// Puts everything that waits into the project, and lets references name it. Git sees what waits while it names it: a
/// pruning that comes between the two is in nobody's way, and what it took is put back behind it.
pub(crate) fn name<T>(work: &Workspace, repo: &Repo, name: impl FnOnce(&Repo) -> Result<T>) -> Result<T> {
    publish(work)?;
    let folders = [work.objects(), work.file("kept")].map(|folder| alternates::quoted(&folder, b':'));
    let named = name(&repo.borrowing(OsString::from_vec(folders.join(&b':'))))?;
    settle(work)?;
    let pruning = work.store.join("gc.pid");
    let deadline = Instant::now() + PRUNING;
    while pruning.exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    // A pruning that began before the reference was there may have taken it.
    heal(work)?;
    Ok(named)
}

/// Puts back what is missing in the project of what was published.
pub(crate) fn heal(work: &Workspace) -> Result<()> {
    let target = work.store.join("objects");
    let published = work.file("kept");
    let mut names = files(&published);
    names.retain(|name| !target.join(name).exists());
    if names.is_empty() {
        return Ok(());
    }
    let put = |name: &PathBuf| keep(&published.join(name), &target.join(name), &target);
    failpoint::around("objects.heal", || names.iter().try_for_each(put))
        .map_err(|e| Workspace::failed("write into", &target, &e))
}

/// Puts everything that waits into the project, where no reference names it yet.
pub(crate) fn publish(work: &Workspace) -> Result<()> {
    let target = work.store.join("objects");
    failpoint::around("objects.publish", || {
        let mut touched = Vec::new();
        for waiting in [work.file("kept"), work.objects()] {
            for name in files(&waiting) {
                keep(&waiting.join(&name), &target.join(&name), &target)?;
                touched.extend(target.join(&name).parent().map(Path::to_owned));
            }
        }
        touched.sort();
        touched.dedup();
        // The objects themselves are on the disk already; their names must be, too, before a reference is.
        touched.iter().try_for_each(|folder| match File::open(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            opened => opened?.sync_all(),
        })
    })
    .map_err(|e: io::Error| Workspace::failed("write into", &target, &e))
}

/// Sets aside what was published: references name it now.
fn settle(work: &Workspace) -> Result<()> {
    let (waiting, kept) = (work.objects(), work.file("kept"));
    if files(&waiting).is_empty() {
        return Ok(());
    }
    let aside = || {
        remove(&kept)?;
        fs::rename(&waiting, &kept)
    };
    failpoint::around("objects.settle", aside).map_err(|e| Workspace::failed("write into", &waiting, &e))?;
    make(work)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Lists loose objects and packs below a folder of objects, an index after its pack.
fn files(objects: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(objects).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let is_fan = |name: &str| name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut found = Vec::new();
    for folder in folders.filter(|name| name.to_str().is_some_and(|name| is_fan(name) || name == "pack")) {
        for entry in fs::read_dir(objects.join(&folder)).into_iter().flatten().flatten() {
            if !entry.file_name().to_string_lossy().starts_with("tmp_") {
                found.push(Path::new(&folder).join(entry.file_name()));
            }
        }
    }
    found.sort_by_key(|name| (name.extension().is_some_and(|end| end == "idx"), name.clone()));
    found
}

/// Links a file into the project, newer than anything: pruning spares what is newer than its own start.
fn keep(from: &Path, to: &Path, objects: &Path) -> io::Result<()> {
    let new = FileTimes::new().set_modified(SystemTime::now() + AHEAD);
    File::open(from)?.set_times(new)?;
    for _ in 0..TRIES {
        match fs::hard_link(from, to) {
            // The folder is not there yet, or a pruning took it because it was empty.
            Err(error) if error.kind() == io::ErrorKind::NotFound => make_folder(to, objects)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let seen = File::open(to).and_then(|file| file.set_times(new));
                // It may belong to somebody else, or be gone again.
                if seen.is_ok() || to.exists() {
                    return Ok(());
                }
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::CrossesDevices | io::ErrorKind::PermissionDenied) => {
                make_folder(to, objects)?;
                return copy(from, to);
            }
            done => return done,
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Makes the folder of an object as the folder around it is: others may share this repository.
fn make_folder(to: &Path, objects: &Path) -> io::Result<()> {
    let Some(folder) = to.parent().filter(|folder| !folder.is_dir()) else { return Ok(()) };
    match fs::create_dir(folder) {
        Ok(()) => {
            let mode = fs::metadata(objects)?.permissions().mode();
            match fs::set_permissions(folder, Permissions::from_mode(mode)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                Ok(()) | Err(_) => Ok(()),
            }
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Copies a file where it cannot be linked, whole or not at all.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let new = to.with_file_name(format!("tmp_obj_{}", uuid::Uuid::new_v4().simple()));
    let copied = fs::copy(from, &new).and_then(|_| File::open(&new)?.sync_all()).and_then(|()| fs::rename(&new, to));
    if copied.is_err() {
        fs::remove_file(&new).ok();
    }
    copied
}
