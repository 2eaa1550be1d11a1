//! A service for pull requests on this machine: GitHub over TLS for the real `gh`, which gets to it through a proxy, and
//! GitLab behind a program of ours in place of `glab`. Both answer after the documentation of their interfaces.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::project::{Project, Ran};

/// Where GitHub is said to be.
pub(crate) const HOST: &str = "github.acme.test";

/// What the service knows, and how it answers.
#[derive(Default)]
pub(crate) struct Forge {
    pub(crate) pulls: Vec<Value>,
    /// Method and path of each request.
    pub(crate) asked: Vec<String>,
    /// Answered in place of everything else: status, message, headers.
    pub(crate) refuses: Option<(u16, &'static str, &'static str)>,
    /// Labels and reviewers are refused.
    pub(crate) refuses_people: bool,
    pub(crate) checks: Vec<Value>,
    pub(crate) statuses: Vec<Value>,
    pub(crate) annotations: Vec<Value>,
    pub(crate) reviews: BTreeMap<usize, Vec<Value>>,
    /// Comments of reviews, by the id of the review.
    pub(crate) remarks: BTreeMap<String, Vec<Value>>,
    pub(crate) comments: BTreeMap<usize, Vec<Value>>,
    /// Pipelines, discussions and reviewers of GitLab.
    pub(crate) pipelines: Vec<Value>,
    pub(crate) jobs: Vec<Value>,
    pub(crate) discussions: Vec<Value>,
    /// Told when a request was opened, of which nobody hears.
    pub(crate) silent: Option<Sender<()>>,
    hub: PathBuf,
}

impl Forge {
    /// Returns where a branch is at the remote.
    fn tip(&self, branch: &Value) -> Value {
        let hub = self.hub.display().to_string();
        let name = format!("refs/heads/{}", branch.as_str().unwrap_or_default());
        let output = Command::new("git").args(["--git-dir", &hub, "rev-parse", "--verify", "-q", &name]).output();
        let output = output.expect("git");
        String::from_utf8_lossy(&output.stdout).trim().into()
    }

    pub(crate) fn shown(&self, at: usize) -> Value {
        let mut pull = self.pulls[at].clone();
        if pull["state"] == "open" || pull["state"] == "opened" {
            let tip = self.tip(if pull["head"].is_null() { &pull["source_branch"] } else { &pull["head"]["ref"] });
            if pull["head"].is_null() { pull["sha"] = tip } else { pull["head"]["sha"] = tip }
        }
        pull
    }
}

pub(crate) struct Server {
    proxy: String,
    forge: Arc<Mutex<Forge>>,
}

/// Certificates of a test authority, made once.
fn authority() -> &'static Path {
    static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("folder");
        let names = format!("subjectAltName=DNS:{HOST}\n");
        fs::write(folder.path().join("names"), names).expect("names");
        for line in [
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca",
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out csr.pem -subj /CN=forge",
            "x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem",
        ] {
            let made = Command::new("openssl").args(line.split(' ')).current_dir(folder.path()).output();
            let made = made.expect("openssl starts");
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        }
        folder
    })
    .path()
}

fn tls() -> Arc<ServerConfig> {
    let folder = authority();
    let certificate = CertificateDer::from_pem_file(folder.join("cert.pem")).expect("certificate");
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).expect("key");
    let config = ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into());
    let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
    Arc::new(config.with_single_cert(vec![certificate], key).expect("configuration"))
}

impl Server {
    pub(crate) fn start(hub: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("port");
        let proxy = format!("http://{}", listener.local_addr().expect("address"));
        let forge = Arc::new(Mutex::new(Forge { hub: hub.to_owned(), ..Forge::default() }));
        let (shared, config) = (forge.clone(), tls());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (forge, config) = (shared.clone(), config.clone());
                thread::spawn(move || tunnel(stream, config, &forge));
            }
        });
        Self { proxy, forge }
    }

    pub(crate) fn forge<T>(&self, look: impl FnOnce(&mut Forge) -> T) -> T {
        look(&mut self.forge.lock().expect("forge"))
    }

    pub(crate) fn shared(&self) -> Arc<Mutex<Forge>> {
        self.forge.clone()
    }

    pub(crate) fn pulls(&self) -> Vec<Value> {
        self.forge(|forge| forge.pulls.clone())
    }

    /// Returns base branches of all requests, in the order in which they were opened.
    pub(crate) fn bases(&self) -> Vec<String> {
        let base = |pull: &Value| pull["base"]["ref"].as_str().or(pull["target_branch"].as_str()).map(str::to_owned);
        self.pulls().iter().filter_map(base).collect()
    }

    pub(crate) fn opened(&self) -> usize {
        self.forge(|forge| forge.asked.iter().filter(|line| *line == "POST pulls").count())
    }

    /// Returns the texts of the comments on a request.
    pub(crate) fn comments(&self, number: usize) -> Vec<String> {
        let comments = self.forge(|forge| forge.comments.get(&number).cloned().unwrap_or_default());
        comments.iter().filter_map(|comment| comment["body"].as_str().map(str::to_owned)).collect()
    }

    pub(crate) fn review(&self, number: usize, id: u32, path: &str, said: &str) {
        self.forge(|forge| {
            let review = json!({ "id": id, "state": "CHANGES_REQUESTED", "body": "", "user": { "login": "mary" } });
            forge.reviews.entry(number).or_default().push(review);
            let remark = json!({ "path": path, "line": 1, "body": said });
            forge.remarks.insert(id.to_string(), vec![remark]);
        });
    }
}

/// Lets a client through to the host that it asked the proxy for, which is this one, and speaks TLS there.
fn tunnel(mut stream: TcpStream, config: Arc<ServerConfig>, forge: &Mutex<Forge>) {
    let Some((head, _)) = heard(&mut stream) else { return };
    assert!(head.starts_with(&format!("CONNECT {HOST}:443 ")), "{head}");
    drop(stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n"));
    let Ok(connection) = ServerConnection::new(config) else { return };
    let mut stream = StreamOwned::new(connection, stream);
    let Some((head, body)) = heard(&mut stream) else { return };
    let line = head.lines().next().unwrap_or_default();
    let (status, headers, answer) = {
        let mut forge = forge.lock().expect("forge");
        let (status, answer) = github(line, &body, &mut forge);
        if line.starts_with("POST")
            && line.contains("/pulls ")
            && let Some(silent) = forge.silent.take()
        {
            silent.send(()).expect("somebody waits for it");
            return;
        }
        (status, forge.refuses.map_or("", |(_, _, headers)| headers), answer.to_string())
    };
    let length = answer.len();
    let reply = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{answer}"
    );
    drop(stream.write_all(reply.as_bytes()));
    stream.conn.send_close_notify();
    drop(stream.flush());
}

/// Reads one request: its head, and its body.
fn heard(stream: &mut impl Read) -> Option<(String, String)> {
    let mut text = Vec::new();
    let mut part = [0; 8192];
    loop {
        let all = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = all.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let chunked = head.to_lowercase().contains("transfer-encoding: chunked");
            if body.len() >= length.unwrap_or(0) && (!chunked || body.ends_with("0\r\n\r\n")) {
                let body = if chunked { unchunked(body) } else { body.to_owned() };
                return Some((head.to_owned(), body));
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(read) => text.extend_from_slice(&part[..read]),
        }
    }
}

fn unchunked(body: &str) -> String {
    let mut rest = body;
    let mut whole = String::new();
    while let Some((size, behind)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        whole += &behind[..size];
        rest = behind[size..].trim_start_matches("\r\n");
    }
    whole
}

fn place(parts: &[&str]) -> usize {
    parts.get(1).and_then(|number| number.parse::<usize>().ok()).map_or(usize::MAX, |number| number - 1)
}

/// The interface of GitHub, as far as it is used.
fn github(line: &str, body: &str, forge: &mut Forge) -> (u16, Value) {
    let mut words = line.split(' ');
    let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = url.split_once("/repos/acme/app/").map_or(url, |(_, path)| path);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    forge.asked.push(format!("{method} {path}"));
    if let Some((status, message, _)) = forge.refuses {
        return (status, json!({ "message": message }));
    }
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let at = place(&parts);
    let listed = |list: Vec<Value>| {
        (200, if query.contains("page=1") || !query.contains("&page=") { list.into() } else { json!([]) })
    };
    match (method, parts.as_slice()) {
        ("GET", ["pulls"]) => {
            let branch = query.split('&').find_map(|pair| pair.strip_prefix("head=acme:"));
            let is_meant = |pull: &Value| match branch {
                Some(branch) => pull["head"]["ref"] == branch,
                None => pull["state"] == "open",
            };
            let meant: Vec<usize> = (0..forge.pulls.len()).rev().filter(|at| is_meant(&forge.pulls[*at])).collect();
            listed(meant.into_iter().map(|at| forge.shown(at)).collect())
        }
        ("POST", ["pulls"]) => {
            let number = forge.pulls.len() + 1;
            let pull = json!({
                "number": number, "state": "open", "merged_at": null, "title": body["title"], "body": body["body"],
                "draft": body["draft"], "html_url": format!("https://{HOST}/acme/app/pull/{number}"),
                "head": { "ref": body["head"], "sha": forge.tip(&body["head"]) }, "base": { "ref": body["base"] },
            });
            forge.pulls.push(pull.clone());
            (201, pull)
        }
        ("PATCH", ["pulls", _]) => {
            let pull = &mut forge.pulls[at];
            for (name, value) in body.as_object().expect("an object") {
                if name == "base" { pull["base"]["ref"] = value.clone() } else { pull[name] = value.clone() }
            }
            (200, pull.clone())
        }
        ("POST", ["issues", _, "labels"] | ["pulls", _, "requested_reviewers"]) if forge.refuses_people => {
            (422, json!({ "message": "Reviews may only be requested from collaborators" }))
        }
        ("POST", ["issues", _, "labels"]) => {
            forge.pulls[at]["labels"] = body["labels"].clone();
            (200, json!([]))
        }
        ("POST", ["pulls", _, "requested_reviewers"]) => {
            forge.pulls[at]["reviewers"] = body.clone();
            (201, json!({}))
        }
        ("GET", ["commits", _, "check-runs"]) => (200, json!({ "check_runs": forge.checks })),
        ("GET", ["commits", _, "status"]) => (200, json!({ "statuses": forge.statuses })),
        ("GET", ["check-runs", _, "annotations"]) => (200, forge.annotations.clone().into()),
        ("GET", ["pulls", _, "reviews"]) => listed(forge.reviews.get(&(at + 1)).cloned().unwrap_or_default()),
        ("GET", ["pulls", _, "reviews", id, "comments"]) => listed(forge.remarks.get(*id).cloned().unwrap_or_default()),
        ("GET", ["issues", _, "comments"]) => listed(forge.comments.get(&(at + 1)).cloned().unwrap_or_default()),
        ("POST", ["issues", _, "comments"]) => {
            forge.comments.entry(at + 1).or_default().push(json!({ "body": body["body"] }));
            (201, json!({}))
        }
        _ => (404, json!({ "message": "Not Found" })),
    }
}

/// A project whose remote is the service, and a bare repository to which git goes in its place.
pub(crate) fn project(configuration: &str) -> (Project, Server) {
    at(&format!("https://{HOST}/acme/app.git"), configuration)
}

pub(crate) fn at(address: &str, configuration: &str) -> (Project, Server) {
    let project = Project::new();
    let server = Server::start(&hub(&project));
    let hub = hub(&project).display().to_string();
    project.git(&["init", "-q", "--bare", "-b", "main", &hub]);
    project.git(&["remote", "add", "origin", address]);
    project.git(&["config", &format!("url.{hub}.insteadOf"), address]);
    project.configure(configuration);
    for id in ["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3", "PRP-47.1.4"] {
        project.prp(id, &[], &[], 1);
    }
    project.commit("PRPs");
    project.git(&["push", "-q", "origin", "main"]);
    (project, server)
}

pub(crate) fn hub(project: &Project) -> PathBuf {
    project.tools().join("hub.git")
}

pub(crate) fn command(project: &Project, server: &Server, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command
        .env("HTTPS_PROXY", &server.proxy)
        .env("SSL_CERT_FILE", authority().join("ca.pem"))
        .env("GH_HOST", HOST)
        .env("GH_ENTERPRISE_TOKEN", "t0ken-of-a-test");
    command
}

pub(crate) fn run(project: &Project, server: &Server, arguments: &[&str]) -> Ran {
    crate::stage::finish(command(project, server, arguments))
}

pub(crate) fn at_hub(project: &Project, arguments: &[&str]) -> String {
    let hub = hub(project).display().to_string();
    project.git(&[&["--git-dir", &hub], arguments].concat())
}

/// Merges a request at the service, as its button does: `merge`, `squash` or `rebase`.
pub(crate) fn merge(project: &Project, server: &Server, number: usize, how: &str, time: &str) {
    let pull = server.pulls()[number - 1].clone();
    let (head, base) = if pull["head"].is_null() {
        (&pull["source_branch"], &pull["target_branch"])
    } else {
        (&pull["head"]["ref"], &pull["base"]["ref"])
    };
    let (head, base) = (head.as_str().expect("head"), base.as_str().expect("base"));
    let clone = project.tools().join(format!("clone-{number}")).display().to_string();
    project.git(&["clone", "-q", &hub(project).display().to_string(), &clone]);
    let git = |arguments: &[&str]| project.git(&[&["-C", &clone], arguments].concat());
    git(&["checkout", "-q", base]);
    match how {
        "merge" => drop(git(&["merge", "-q", "--no-ff", "-m", "Merge pull request", &format!("origin/{head}")])),
        "squash" => {
            git(&["merge", "-q", "--squash", &format!("origin/{head}")]);
            git(&["commit", "-q", "-m", &format!("Squashed {head}")]);
        }
        _ => {
            git(&["checkout", "-q", "-b", "replayed", &format!("origin/{head}")]);
            // New commits, as the button makes them.
            git(&["-c", "rebase.forkPoint=false", "rebase", "-q", "--force-rebase", base]);
            git(&["checkout", "-q", base]);
            git(&["merge", "-q", "--ff-only", "replayed"]);
        }
    }
    git(&["push", "-q", "origin", base]);
    server.forge(|forge| {
        let tip = forge.tip(&head.into());
        let pull = &mut forge.pulls[number - 1];
        if pull["head"].is_null() {
            pull["sha"] = tip;
            pull["state"] = "merged".into();
        } else {
            pull["head"]["sha"] = tip;
            pull["state"] = "closed".into();
        }
        pull["merged_at"] = time.into();
    });
}
