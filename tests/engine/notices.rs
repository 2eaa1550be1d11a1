//! Messages to people who do not look at the run, through real servers on this machine.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::Project;
use crate::stage::{told, until};

/// What a server does with a request.
#[derive(Clone, Copy)]
enum Manner {
    Takes,
    /// Takes the connection and never answers.
    Silent,
    /// Takes the request and says that it did not.
    Lies,
}

/// A server, and the requests that it got: head and body.
struct Server {
    url: String,
    got: Arc<Mutex<Vec<(String, String)>>>,
}

impl Server {
    fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("port");
        let url = format!("http://{}/hook/s3cret-path", listener.local_addr().expect("address"));
        let got = Arc::new(Mutex::new(Vec::new()));
        let kept = got.clone();
        thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().flatten() {
                if let Manner::Silent = manner {
                    held.push(stream);
                    continue;
                }
                kept.lock().expect("list").push(request(&stream));
                let status = if let Manner::Lies = manner { "500 No" } else { "200 OK" };
                drop((&stream).write_all(
                    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes(),
                ));
            }
        });
        Self { url, got }
    }

    fn bodies(&self) -> Vec<Value> {
        let got = self.got.lock().expect("list");
        got.iter().map(|(_, body)| serde_json::from_str(body).unwrap_or_else(|_| body.clone().into())).collect()
    }

    fn events(&self) -> Vec<String> {
        self.bodies().iter().map(|body| body["event"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

fn request(mut stream: &TcpStream) -> (String, String) {
    let mut text = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).unwrap_or(0);
        text.extend_from_slice(&part[..read]);
        let all = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = all.split_once("\r\n\r\n") else {
            if read == 0 {
                return (all, String::new());
            }
            continue;
        };
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if read == 0 || body.len() >= length.unwrap_or(0) {
            return (head.to_owned(), body.to_owned());
        }
    }
}

fn project(notify: &str) -> Project {
    let project = Project::new();
    project.configure(notify).prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
    project
}

#[test]
fn the_end_of_a_run_and_of_its_items_is_told_once_with_the_next_command() {
    let server = Server::start(Manner::Takes);
    let project = project(&format!("[[notify]]\nkind = \"webhook\"\nurl = \"{}\"\nitems = true\n", server.url));
    project.sabotage("PRP-47.1.2", 1, "exit 3");
    project.run(&["exe", "--batch", "47"]).exits(10);
    until("three messages", || server.bodies().len() == 3);
    let mut events = server.events();
    events.sort();
    assert_eq!(events, ["failed", "failed", "finished"]);
    let bodies = server.bodies();
    let end = bodies.iter().find(|body| body["item"].is_null()).expect("the end of the run");
    assert_eq!(
        (&end["schema_version"], &end["batch"], &end["status"]),
        (&1.into(), &47.into(), &"exit code 10".into())
    );
    assert!(end["next"].as_str().is_some_and(|next| next.starts_with("batchprp exe")), "{end}");
    assert_eq!(end["title"], "Batch 47: exe did not finish");
}

#[test]
fn each_kind_speaks_as_its_service_wants_it() {
    let kinds = ["slack", "discord", "ntfy"];
    let servers = kinds.map(|_| Server::start(Manner::Takes));
    let mut text = String::new();
    for (kind, server) in kinds.iter().zip(&servers) {
        text += &["[[notify]]\nkind = \"", kind, "\"\nurl_env = \"URL_", kind, "\"\non = [\"finished\"]\n"].concat();
        assert!(server.got.lock().expect("list").is_empty());
    }
    let project = project("");
    let file = project.tools().join("message.json");
    let program = format!("[[notify]]\nkind = \"program\"\nargv = [\"sh\", \"-c\", \"cat > {}\"]\n", file.display());
    project.configure(&[text, program].concat()).commit("Tell");
    let names = kinds.map(|kind| format!("URL_{kind}"));
    let set: Vec<(&str, &OsStr)> =
        names.iter().zip(&servers).map(|(name, server)| (name.as_str(), OsStr::new(server.url.as_str()))).collect();
    project.run_with(&["exe", "--batch", "47"], &set).exits(0);
    until("a message for each", || servers.iter().all(|server| server.bodies().len() == 1) && file.exists());
    let [slack, discord, ntfy] = &servers;
    assert!(
        slack.bodies()[0]["text"].as_str().is_some_and(|text| text.contains("Batch 47: exe finished\n2 completed"))
    );
    assert_eq!(discord.bodies()[0]["allowed_mentions"]["parse"], serde_json::json!([]));
    let (head, body) = ntfy.got.lock().expect("list")[0].clone();
    assert!(
        head.to_lowercase().contains("title: batch 47: exe finished") && body.contains("next: batchprp land 47"),
        "{head}\n{body}"
    );
    until("the whole message", || serde_json::from_slice::<Value>(&fs::read(&file).unwrap_or_default()).is_ok());
}

#[test]
fn a_server_that_is_slow_dead_or_lies_delays_nothing_and_no_address_is_shown() {
    let time = |notify: &str| {
        let project = project(notify);
        let begin = Instant::now();
        let ran = project.run(&["exe", "--batch", "47", "--json"]).exits(0);
        let took = begin.elapsed();
        (project, took, ran)
    };
    let (silent, lies) = (Server::start(Manner::Silent), Server::start(Manner::Lies));
    let dead = TcpListener::bind("127.0.0.1:0").expect("port").local_addr().expect("address");
    let table = |url: &str| format!("[[notify]]\nkind = \"webhook\"\nurl = \"{url}\"\nitems = true\n");
    let all = [silent.url.clone(), lies.url.clone(), format!("http://{dead}/hook/s3cret-path")]
        .map(|url| table(&url))
        .concat();
    let (project, took, ran) = time(&all);
    // It would be ten seconds for each message if anybody waited.
    assert!(took < Duration::from_secs(9), "{took:?}");
    until("the one that lies has all of them", || lies.bodies().len() == 3);
    let said = format!("{}{}{}", ran.stdout, ran.stderr, project.run(&["config", "show", "--origin"]).stdout);
    assert!(!said.contains("s3cret-path"), "{said}");
    let log = crate::stage::run_folder(&project).expect("a run").join("notify.log");
    let log = fs::read_to_string(log).expect("a log");
    assert!(!log.contains("s3cret-path"));
    let waited = log.lines().find_map(|line| line.strip_prefix("the run waited ")?.strip_suffix(" ms for 9 messages"));
    let waited: f64 = waited.and_then(|number| number.parse().ok()).expect("what it cost the run");
    assert!(waited < 50.0, "the run waited {waited} ms");
}

/// Wherever a run is killed, the next one tells what was not told, and nothing twice.
#[test]
fn a_run_that_is_killed_anywhere_and_goes_on_tells_each_thing_at_most_once() {
    for at in [4, 9, 14, 19, 24, 29, 34] {
        let server = Server::start(Manner::Takes);
        let project = project(&format!("[[notify]]\nkind = \"webhook\"\nurl = \"{}\"\nitems = true\n", server.url));
        for side in ["pre", "post"] {
            let fault = format!("journal.append.{side}:kill:{at}");
            project.run_with(&["exe", "--batch", "47", "--jobs", "1"], &[("BATCHPRP_FAIL", OsStr::new(&fault))]);
        }
        project.run(&["exe", "--batch", "47"]).exits(0);
        until("the end of the last run", || server.bodies().iter().any(|body| body["item"].is_null()));
        let mut told: Vec<String> =
            server.bodies().iter().map(|body| format!("{} {}", body["event"], body["item"])).collect();
        told.sort();
        let all = told.len();
        told.dedup();
        assert_eq!(told.len(), all, "{at}: {told:?}");
    }
}

#[test]
fn a_run_that_goes_on_after_a_kill_tells_nothing_twice() {
    let server = Server::start(Manner::Takes);
    let project = Project::new();
    project.configure(&format!(
        "[[notify]]\nkind = \"webhook\"\nurl = \"{}\"\n\n[guard]\nforeign_file = \"note\"\n",
        server.url
    ));
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1);
    project.prp("PRP-47.1.3", &[], &[], 1).commit("PRPs");
    // The second one conflicts with the first, and the third one keeps the run alive.
    let free = project.tools().join("free").display().to_string();
    project.sabotage("PRP-47.1.1", 1, "echo one > shared.txt");
    project.sabotage("PRP-47.1.2", 1, "await item_finished PRP-47.1.1; echo two > shared.txt");
    project.sabotage("PRP-47.1.3", 1, &format!("until [ -e {free} ]; do sleep 0.05; done"));
    let mut child = project.command(&["exe", "--batch", "47", "--jobs", "3"]).spawn().expect("starts");
    until("the message about the conflict", || server.events() == ["conflict"]);
    child.kill().expect("kill -9");
    child.wait().expect("gone");
    fs::write(&free, "").expect("free");
    project.run(&["exe", "--batch", "47"]).exits(10);
    until("the end of the second run", || server.events().contains(&"failed".to_owned()));
    assert_eq!(told(&project, "conflict").len(), 1, "the second run met the conflict again");
    assert_eq!(server.events(), ["conflict", "failed"]);
}

#[test]
fn a_test_message_says_who_can_be_told() {
    let (takes, lies) = (Server::start(Manner::Takes), Server::start(Manner::Lies));
    let table = |url: &str| format!("[[notify]]\nkind = \"webhook\"\nurl = \"{url}\"\n");
    let good = project(&table(&takes.url));
    good.run(&["notify"]).exits(0).says("told");
    assert_eq!(takes.events(), ["test"]);
    let bad = project(&table(&lies.url));
    bad.run(&["notify"]).exits(9).says("the service answers with status 500");
    project("").run(&["notify"]).exits(4).says("there is no `[[notify]]`");
}

#[test]
fn what_is_told_before_there_is_a_run_is_told_at_once_and_once() {
    let project = Project::new();
    project.configure("[validate]\nl3 = [\"true\"]\n");
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    let exe = |more: &[&str]| {
        let arguments = [&["exe", "--batch", "47"], more].concat();
        project.run_with(&arguments, &[("BATCHPRP_VALIDATE_BASELINE", OsStr::new("check"))]).exits(0)
    };
    let ran = exe(&[]);
    let place = |text: &str| ran.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", ran.stdout));
    assert!(place("trying the checks of [validate]") < place("exe batch 47: run"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("trying the checks of [validate]").count(), 1);
    // Programs find it behind the first event.
    project.prp("PRP-47.1.2", &[], &[], 1).commit("More");
    let ran = exe(&["--json"]);
    let events: Vec<serde_json::Value> =
        ran.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!((&events[0]["event"], &events[0]["seq"]), (&"run_started".into(), &1.into()));
}

#[test]
fn a_batch_of_which_only_a_part_was_asked_for_is_not_called_complete() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).prp("PRP-47.1.3", &[], &[], 1);
    let path = "PRPs/feature-requests/PRP-47.1.3-work.md";
    project.write(path, &project.read(path).replace("status: planning", "status: cancelled"));
    project.commit("PRPs");
    project.run(&["exe", "--prps", "PRP-47.1.1"]).exits(0);
    project.run(&[]).exits(0).says("1 pending").says("batchprp exe --batch 47");
    project.run(&["exe", "--batch", "47"]).exits(0);
    project.run(&[]).exits(0).says("batchprp land 47");
}
