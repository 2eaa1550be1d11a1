//! Wraps a command line into bubblewrap: the workspace and private folders can be written, everything else is read-only,
//! and secrets, other workspaces and what we keep for ourselves are not there at all.

use std::path::{Path, PathBuf};

/// Whether agents and checks are confined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sandbox {
    #[default]
    Off,
    /// With `bwrap`.
    Bwrap(Box<Walls>),
}

/// What is where for whoever is confined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walls {
    pub home: PathBuf,
    /// The project and its repository: read, never written.
    pub readable: Vec<PathBuf>,
    /// What the configuration allows besides the workspace.
    pub writable: Vec<PathBuf>,
    /// Folders that are empty inside, except for what may be written in them.
    pub hidden: Vec<PathBuf>,
    /// The network of the machine is there.
    pub network: bool,
}

/// Everything but what may be read: a private name space for processes and for shared memory, no capability, also for
/// root, no terminal to type into.
const BASE: [&str; 14] = [
    "bwrap",
    "--die-with-parent",
    "--unshare-pid",
    "--unshare-ipc",
    "--new-session",
    "--cap-drop",
    "ALL",
    "--ro-bind",
    "/",
    "/",
    "--dev",
    "/dev",
    "--proc",
    "/proc",
];

/// Parts of `/proc` by which root changes the whole system, without any capability: bubblewrap takes them for read-only
/// when it looks with all of root's rights.
const PROC: [&str; 6] = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi"];

/// Folders of the system that are private inside. Below `/run` are the sockets of services that work for whoever asks,
/// such as containers, the session's bus and agents for keys.
const PRIVATE: [&str; 3] = ["/tmp", "/var/tmp", "/run"];

/// What is taken back of those: names of hosts, and where some systems keep their programs.
const KEPT: [&str; 7] = [
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager/resolv.conf",
    "/run/nscd",
    "/run/current-system",
    "/run/booted-system",
    "/run/opengl-driver",
];

/// Files and folders of the system that hold secrets, where we could read them.
const SYSTEM: [&str; 8] = [
    "/proc/kcore",
    "/proc/keys",
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/ssl/private",
    "/etc/kubernetes",
];

/// Files and folders below the home that hold keys, tokens, passwords, or what was typed.
const SECRETS: [&str; 54] = [
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".config/containers",
    ".config/gcloud",
    ".config/gh",
    ".config/glab-cli",
    ".config/hub",
    ".config/git/credentials",
    ".config/doctl",
    ".config/heroku",
    ".config/op",
    ".config/sops",
    ".config/rclone",
    ".config/age",
    ".config/google-chrome",
    ".config/chromium",
    ".config/BraveSoftware",
    ".config/microsoft-edge",
    ".config/Bitwarden",
    ".config/1Password",
    ".mozilla",
    ".thunderbird",
    ".local/share/keyrings",
    ".local/share/fish/fish_history",
    ".password-store",
    ".netrc",
    ".git-credentials",
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".gem/credentials",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".m2/settings.xml",
    ".m2/settings-security.xml",
    ".gradle/gradle.properties",
    ".composer/auth.json",
    ".terraform.d",
    ".vault-token",
    ".pgpass",
    ".my.cnf",
    ".boto",
    ".s3cfg",
    ".oci",
    ".fly",
    ".bash_history",
    ".zsh_history",
    ".python_history",
    ".psql_history",
    ".node_repl_history",
];

/// Caches below the home. They can be filled inside, and nothing of that gets out: what the next build of the user would
/// take from them, nobody wrote there.
const CACHES: [&str; 2] = [".cache", ".npm"];

/// Names in caches that tools want to write; everything else there stays readable.
const WRITTEN: [&str; 16] = [
    "_cacache",
    "_logs",
    "bazel",
    "ccache",
    "deno",
    "go-build",
    "golangci-lint",
    "mypy",
    "node-gyp",
    "pip",
    "pnpm",
    "pre-commit",
    "ruff",
    "sccache",
    "uv",
    "yarn",
];

impl Sandbox {
    /// Tells whether anybody is confined.
    pub fn is_on(&self) -> bool {
        *self != Self::Off
    }

    /// Returns the command line that runs an agent inside: it writes its workspace, and what is its `own`: the folders of
    /// its attempt, and where it keeps its state.
    pub fn agent(&self, argv: Vec<String>, workspace: &Path, own: &[PathBuf]) -> Vec<String> {
        match self {
            Self::Off => argv,
            Self::Bwrap(walls) => walls.wrap(argv, workspace, own.iter().map(PathBuf::as_path)),
        }
    }

    /// Returns the command line that runs a check inside: it writes nothing but the workspace.
    pub fn check(&self, argv: Vec<String>, workspace: &Path) -> Vec<String> {
        match self {
            Self::Off => argv,
            Self::Bwrap(walls) => walls.wrap(argv, workspace, std::iter::empty()),
        }
    }
}

impl Walls {
    fn wrap<'a>(
        &'a self,
        argv: Vec<String>,
        workspace: &'a Path,
        writable: impl Iterator<Item = &'a Path>,
    ) -> Vec<String> {
        let mut line = Line(BASE.map(str::to_owned).into());
        if !self.network {
            line.0.push("--unshare-net".to_owned());
        }
        for path in PROC.map(Path::new).into_iter().filter(|path| path.exists()) {
            line.bind("--ro-bind-try", path);
        }
        for folder in PRIVATE.map(Path::new).into_iter().filter(|folder| folder.is_dir() && !folder.is_symlink()) {
            line.empty(folder);
        }
        let kept = KEPT.map(PathBuf::from);
        // The project may lie in one of those.
        for path in kept.iter().chain(&self.readable).filter(|path| PRIVATE.iter().any(|top| path.starts_with(top))) {
            line.bind("--ro-bind-try", path);
        }
        for folder in self.hidden.iter().filter(|path| path.is_dir()) {
            line.empty(folder);
        }
        for cache in CACHES.map(|name| self.home.join(name)).iter().filter(|path| path.is_dir()) {
            line.cache(cache);
        }
        for path in writable.chain(self.writable.iter().map(PathBuf::as_path)) {
            line.bind("--bind-try", path);
        }
        // Whoever answers without a workspace of its own reads the project.
        if !self.readable.iter().any(|path| path == workspace) {
            line.bind("--bind", workspace);
        }
        // Last, so that no writable folder around it shows a secret again.
        let secrets = SECRETS.iter().map(|name| self.home.join(name));
        for secret in secrets.chain(SYSTEM.map(PathBuf::from)) {
            line.hide(&secret);
        }
        // What is hidden is no place for anything else.
        for folder in self.hidden.iter().filter(|path| path.is_dir()) {
            line.0.extend(["--remount-ro".to_owned(), folder.to_string_lossy().into_owned()]);
        }
        line.0.extend(["--setenv", "TMPDIR", "/tmp", "--chdir"].map(str::to_owned));
        line.0.extend([workspace.to_string_lossy().into_owned(), "--".to_owned()]);
        line.0.extend(argv);
        line.0
    }
}

/// A command line that grows.
struct Line(Vec<String>);

impl Line {
    /// Puts an empty folder in the place of one, of which nothing gets out.
    fn empty(&mut self, folder: &Path) {
        self.0.extend(["--tmpfs".to_owned(), folder.to_string_lossy().into_owned()]);
    }

    fn bind(&mut self, how: &str, path: &Path) {
        let text = path.to_string_lossy().into_owned();
        self.0.extend([how.to_owned(), text.clone(), text]);
    }

    /// Hides a file or a folder; where it is a link, what it leads to.
    fn hide(&mut self, path: &Path) {
        let Ok(path) = path.canonicalize() else { return };
        if path.is_dir() {
            self.empty(&path);
            self.0.extend(["--remount-ro".to_owned(), path.to_string_lossy().into_owned()]);
        } else {
            let text = path.to_string_lossy().into_owned();
            self.0.extend(["--ro-bind".to_owned(), "/dev/null".to_owned(), text]);
        }
    }

    fn cache(&mut self, folder: &Path) {
        self.empty(folder);
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.sort();
        for name in names.iter().filter(|name| !WRITTEN.iter().any(|written| name.as_os_str() == *written)) {
            let path = folder.join(name);
            if !path.is_symlink() {
                self.bind("--ro-bind-try", &path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walls() -> Walls {
        Walls {
            home: "/nowhere".into(),
            readable: vec!["/project".into(), "/tmp/project".into()],
            writable: vec!["/more".into()],
            hidden: vec!["/dev".into()],
            network: true,
        }
    }

    #[test]
    fn off_changes_nothing_and_the_program_comes_last() {
        let argv = vec!["agent".to_owned(), "--flag".to_owned()];
        let own = ["/state", "/p"].map(PathBuf::from);
        assert_eq!(Sandbox::Off.agent(argv.clone(), Path::new("/w"), &own), argv);
        let sandbox = Sandbox::Bwrap(Box::new(walls()));
        let line = sandbox.agent(argv.clone(), Path::new("/w"), &own).join(" ");
        let head = "bwrap --die-with-parent --unshare-pid --unshare-ipc --new-session --cap-drop ALL --ro-bind / / --dev /dev --proc /proc ";
        assert!(line.starts_with(head), "{line}");
        let order = "--tmpfs /dev --bind-try /state /state --bind-try /p /p --bind-try /more /more --bind /w /w";
        assert!(line.contains(order) && line.contains("--ro-bind-try /tmp/project /tmp/project"), "{line}");
        assert!(line.ends_with("--remount-ro /dev --setenv TMPDIR /tmp --chdir /w -- agent --flag"), "{line}");
        let check = sandbox.check(argv.clone(), Path::new("/w")).join(" ");
        assert!(!check.contains("/state") && !check.contains("/p ") && check.contains("--bind /w /w"), "{check}");
        let reader = sandbox.agent(argv.clone(), Path::new("/project"), &own).join(" ");
        assert!(!reader.contains("--bind /project") && reader.contains("--chdir /project"), "{reader}");
        let alone = Sandbox::Bwrap(Box::new(Walls { network: false, ..walls() }));
        assert!(alone.check(argv, Path::new("/w")).contains(&"--unshare-net".to_owned()));
    }
}
