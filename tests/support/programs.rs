//! Programs that note each of their starts: how many processes a run starts, and which.
#![allow(dead_code, unreachable_pub, clippy::panic, reason = "every test binary uses a part of it, and tests panic")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A folder of programs. As the only one in `PATH` it makes sure that nothing else is started.
pub struct Programs {
    folder: tempfile::TempDir,
}

impl Programs {
    /// Wraps programs of this machine: `git`, which is noted with its subcommand, `sh` and whatever a run may start.
    pub fn of(names: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("batchprp-programs-").tempdir().expect("a folder");
        let programs = Self { folder };
        fs::create_dir(programs.path()).expect("a folder");
        for name in names {
            let wrapper = programs.path().join(name);
            fs::write(&wrapper, programs.wrapper(name)).expect("a wrapper");
            fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).expect("a program");
        }
        programs
    }

    /// Returns the folder, to be used as `PATH`.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("bin")
    }

    /// Returns every start since the last question, in order, such as `git update-ref`.
    pub fn take(&self) -> Vec<String> {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        fs::remove_file(self.log()).ok();
        text.lines().map(str::to_owned).collect()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("starts")
    }

    fn wrapper(&self, name: &str) -> String {
        let (log, real) = (self.log().display().to_string(), real(name).display().to_string());
        format!(
            "#!/bin/sh\n\
             word={name}\n\
             if [ {name} = git ]; then\n\
             skip=\n\
             for each in \"$@\"; do\n\
             if [ -n \"$skip\" ]; then skip=; continue; fi\n\
             case $each in -c|-C) skip=1 ;; -*) ;; *) word=\"git $each\"; break ;; esac\n\
             done\n\
             fi\n\
             echo \"$word\" >> '{log}'\n\
             exec '{real}' \"$@\"\n"
        )
    }
}

/// Counts equal starts.
pub fn counted(starts: &[String]) -> BTreeMap<&str, usize> {
    let mut counted = BTreeMap::new();
    for start in starts {
        *counted.entry(start.as_str()).or_insert(0) += 1;
    }
    counted
}

fn real(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_program(file));
    found.unwrap_or_else(|| panic!("no program `{name}`"))
}

fn is_program(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}
