//! Engines as far as their executors can see: programs that are called like those of Slurm and OpenSSH, and start what
//! they are given on this machine.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::scene::{Run, Scene, send};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Local,
    Ssh,
    Slurm,
    /// A file of the project.
    Own,
}

/// Where the workers of an engine begin: it may be away, and its clock wrong.
const PROGRAM: &str = r#"#!/bin/sh
case "$*" in *--list*|*--cancel*) [ ! -e FAKE/down ] || { echo "nobody answers" >&2; exit 1; } ;; esac
if [ -e FAKE/skew ]; then
    GIT_COMMITTER_DATE="@$(($(date +%s) + $(cat FAKE/skew))) +0000"
    GIT_AUTHOR_DATE=$GIT_COMMITTER_DATE
    export GIT_COMMITTER_DATE GIT_AUTHOR_DATE
fi
exec env -u BATCHPRP_FAIL 'EXE' "$@"
"#;

/// A session on a host: its own home, and nothing of our environment.
const SSH: &str = r#"#!/bin/sh
for word; do host=$line; line=$word; done
echo "ssh $host $line" >>FAKE/calls
[ ! -e FAKE/down ] || { echo "ssh: connect to host $host port 22: Connection refused" >&2; exit 255; }
home=FAKE/hosts/$host
mkdir -p "$home"
id=1
until mkdir "FAKE/sessions/$id" 2>/dev/null; do id=$((id + 1)); done
job=FAKE/sessions/$id
cat >"$job/stdin"
printf '%s' "$line" >"$job/line"
echo "exec env -i PATH=\"\$PATH\" LANG=C.UTF-8 HOME=$home XDG_CACHE_HOME=$home/cache LOGIN sh $job/line" >"$job/script"
: >"$job/ready"
until [ -e "$job/code" ]; do sleep 0.02; done
cat "$job/out"
cat "$job/err" >&2
exit "$(cat "$job/code")"
"#;

const SBATCH: &str = r#"#!/bin/sh
echo "sbatch $*" >>FAKE/calls
[ ! -e FAKE/down ] || { echo "sbatch: error: Unable to contact slurm controller (connect failure)" >&2; exit 1; }
for word; do
    case $before in --job-name) name=$word ;; --output) output=$(echo "$word" | sed "s/%x/$name/") ;; esac
    before=$word
done
id=1
until mkdir "FAKE/jobs/$id" 2>/dev/null; do id=$((id + 1)); done
job=FAKE/jobs/$id
printf '%s\n' "$@" >"$job/argv"
env >"$job/env"
cat >"$job/batch"
ln -s "$output" "$job/out"
echo "exec env -i HOME=\"\$HOME\" PATH=\"\$PATH\" LANG=C.UTF-8 sh $job/batch" >"$job/script"
echo "$name" >"$job/name"
: >"$job/ready"
echo $id
"#;

const SQUEUE: &str = r#"#!/bin/sh
echo "squeue $*" >>FAKE/calls
[ ! -e FAKE/down ] || { echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2; exit 1; }
for word; do [ "$before" != --name ] || name=$word; before=$word; done
if [ -n "$name" ]; then
    for job in FAKE/jobs/*; do
        [ "$(cat "$job/name" 2>/dev/null)" = "$name" ] || continue
        [ -e "$job/code" ] || echo RUNNING
    done
    exit 0
fi
printf '{"jobs":['
comma=
for job in FAKE/jobs/*; do
    [ -e "$job/ready" ] || continue
    code=$(cat "$job/code" 2>/dev/null)
    case $code in '') state=RUNNING ;; 0) state=COMPLETED ;; *) state=FAILED ;; esac
    [ ! -e "$job/kill" ] || [ -z "$code" ] || state=CANCELLED
    printf '%s{"name":"%s","job_id":%s,"job_state":"%s","exit_code":%s,"nodes":"n1","partition":"main"}' "$comma" "$(cat "$job/name")" \
        "${job##*/}" "$state" $((${code:-0} * 256))
    comma=,
done
echo ']}'
"#;

const SCANCEL: &str = r#"#!/bin/sh
echo "scancel $*" >>FAKE/calls
[ ! -e FAKE/down ] || { echo "scancel: error: Unable to contact slurm controller" >&2; exit 1; }
for job in FAKE/jobs/*; do
    [ "$(cat "$job/name" 2>/dev/null)" != "$2" ] || : >"$job/kill"
done
exit 0
"#;

/// Starts what the programs put down, as the daemons of an engine do: whatever a run starts itself ends with it.
pub(crate) struct Daemon {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Daemon {
    fn start(scene: &Scene) -> Self {
        let (is_over, folders) =
            (Arc::new(AtomicBool::new(false)), [scene.path("fake/jobs"), scene.path("fake/sessions")]);
        let (over, home, path) = (is_over.clone(), scene.path("home"), std::env::var_os("PATH").unwrap_or_default());
        let thread = thread::spawn(move || {
            let mut running: Vec<(PathBuf, Child)> = Vec::new();
            let mut begun = HashSet::new();
            while !over.load(Ordering::Relaxed) {
                let jobs = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
                for job in jobs.map(|job| job.path()).filter(|job| job.join("ready").exists()) {
                    if begun.insert(job.clone()) {
                        let out =
                            |name| OpenOptions::new().append(true).create(true).open(job.join(name)).expect("file");
                        let stdin = File::open(job.join("stdin")).map_or_else(|_| Stdio::null(), Stdio::from);
                        let mut command = Command::new("sh");
                        command.arg(job.join("script")).env_clear().env("PATH", &path).env("HOME", &home);
                        command.stdin(stdin).stdout(out("out")).stderr(out("err")).process_group(0);
                        running.push((job, command.spawn().expect("a job")));
                    }
                }
                running.retain_mut(|(job, child)| {
                    if job.join("kill").exists() {
                        send("-TERM", child.id());
                    }
                    let Some(status) = child.try_wait().expect("a status") else { return true };
                    let code = status.code().unwrap_or(137).to_string();
                    fs::write(job.join("code.new"), code).expect("file");
                    fs::rename(job.join("code.new"), job.join("code")).expect("file");
                    false
                });
                thread::sleep(Duration::from_millis(20));
            }
            for (_, mut child) in running {
                drop(child.kill());
                drop(child.wait());
            }
        });
        Self { is_over, thread: Some(thread) }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl Engine {
    pub(crate) const ALL: [Self; 4] = [Self::Local, Self::Ssh, Self::Slurm, Self::Own];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Ssh => "ssh",
            Self::Slurm => "slurm",
            Self::Own => "trial",
        }
    }

    /// Makes a project whose items this engine can carry out.
    pub(crate) fn scene(self, lease: &str) -> Scene {
        let mut scene = Scene::new();
        scene.configure(lease);
        if self == Self::Ssh {
            scene.append("ssh.hosts = [\"n1:2\", \"n2:2\"]\n");
        }
        for name in ["fake/jobs", "fake/sessions"] {
            fs::create_dir_all(scene.path(name)).expect("folder");
        }
        for (name, text) in
            [("program", PROGRAM), ("ssh", SSH), ("sbatch", SBATCH), ("squeue", SQUEUE), ("scancel", SCANCEL)]
        {
            install(&scene, name, text);
        }
        // The login of the nodes.
        let login = scene.path("home/.config/batchprp");
        fs::create_dir_all(&login).expect("folder");
        fs::write(login.join("worker.env"), login_of(&scene).join("\n") + "\n").expect("file");
        scene.daemon = Some(Daemon::start(&scene));
        scene
    }

    /// Returns the variables with which the program sees this engine.
    pub(crate) fn variables(self, scene: &Scene) -> Vec<(&'static str, String)> {
        let path = std::env::var("PATH").unwrap_or_default();
        let shown = |name: &str| scene.path(name).display().to_string();
        let mut variables = vec![
            ("PATH", format!("{}:{path}", shown("bin"))),
            ("BATCHPRP_EXECUTOR_PROGRAM", shown("bin/program")),
            ("BATCHPRP_EXECUTOR_SLURM_OUTPUT", shown("fake")),
        ];
        if self == Self::Ssh {
            // Each host has a folder of its own.
            variables.push(("BATCHPRP_EXECUTOR_DIR", String::new()));
        }
        variables
    }

    /// Carries the batch out.
    pub(crate) fn exe(self, scene: &Scene) -> Run {
        self.exe_with(scene, &[])
    }

    pub(crate) fn exe_with(self, scene: &Scene, more: &[(&str, &str)]) -> Run {
        let variables = self.variables(scene);
        let mut all: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.extend_from_slice(more);
        scene.start(&["exe", "--batch", "47", "--no-auto-review", "--executor", self.name()], &all)
    }

    /// Says that nobody answers any more, or again.
    pub(crate) fn be_down(scene: &Scene, is_down: bool) {
        let path = scene.path("fake/down");
        if is_down {
            fs::write(path, "").expect("file");
        } else {
            fs::remove_file(path).expect("no file");
        }
    }
}

/// What a session on a node has in its environment.
fn login_of(scene: &Scene) -> Vec<String> {
    let mut lines = vec![
        format!("LEDGER={}", scene.path("ledger").display()),
        format!("TOOLS={}", scene.path("tools").display()),
        "GIT_CONFIG_NOSYSTEM=1".to_owned(),
        "GIT_CONFIG_GLOBAL=/dev/null".to_owned(),
        "SECRET_API_KEY=only-on-the-node-31337".to_owned(),
    ];
    for role in ["AUTHOR", "COMMITTER"] {
        lines.push(format!("GIT_{role}_NAME=Tester"));
        lines.push(format!("GIT_{role}_EMAIL=tester@example.org"));
    }
    lines
}

fn install(scene: &Scene, name: &str, text: &str) {
    let fake = scene.path("fake").display().to_string();
    let login: Vec<String> = login_of(scene).iter().map(|line| format!("'{line}'")).collect();
    let text = text.replace("FAKE", &fake).replace("EXE", env!("CARGO_BIN_EXE_batchprp"));
    let text = text.replace("LOGIN", &login.join(" "));
    let path: PathBuf = scene.path("bin").join(name);
    fs::create_dir_all(scene.path("bin")).expect("folder");
    fs::write(&path, text).expect("file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("mode");
}
