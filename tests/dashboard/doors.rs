//! Who is let in, and what the pages may do.

use super::project::Project;
use super::server::Server;

type Headers<'a> = &'a [(&'a str, &'a str)];

#[test]
fn only_who_knows_the_address_is_let_in() {
    let project = Project::new();
    let server = Server::start(&project);
    let (host, path) = server.parts();
    let good = server.ask("GET", path, &[("Host", host)]);
    assert_eq!(good.status, 200, "{}", good.head);
    assert!(good.body.starts_with("<!doctype html>"), "{}", good.body);
    let port = host.rsplit_once(':').expect("a port").1;
    let (localhost, evil) = (format!("localhost:{port}"), format!("evil.example:{port}"));
    assert_eq!(server.ask("GET", path, &[("Host", &localhost)]).status, 200, "a tunnel leads here");
    let own = format!("http://{host}");
    let refused: [(&str, &str, &str, Headers<'_>); 9] = [
        ("no token", "GET", "/", &[("Host", host)]),
        ("a wrong token", "GET", "/0123456789abcdef0123456789abcdef/", &[("Host", host)]),
        ("a wrong token for data", "GET", "/x/history", &[("Host", host)]),
        ("a foreign host", "GET", path, &[("Host", &evil)]),
        ("no host", "GET", path, &[]),
        ("a foreign origin", "GET", path, &[("Host", host), ("Origin", "http://evil.example")]),
        ("an origin that is no page", "GET", path, &[("Host", host), ("Origin", "null")]),
        ("a stop by nobody", "POST", &format!("{path}stop/x"), &[("Host", host)]),
        (
            "a stop by another page",
            "POST",
            &format!("{path}stop/x"),
            &[("Host", host), ("Origin", "http://evil.example")],
        ),
    ];
    for (what, method, path, headers) in refused {
        let answer = server.ask(method, path, headers);
        let wanted = if what == "no host" { 400..=403 } else { 403..=403 };
        assert!(wanted.contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
        assert!(!answer.body.contains("<script"), "{what}: {}", answer.body);
    }
    let unknown = server.ask("POST", &format!("{path}stop/x"), &[("Host", host), ("Origin", &own)]);
    assert_eq!((unknown.status, unknown.body.contains("there is no run `x`")), (404, true), "{}", unknown.body);
}

#[test]
fn paths_lead_to_runs_only() {
    let project = Project::new();
    project.write(".ce/tmp/events.jsonl", "{}\n").write(".ce/tmp/x/secret.log", "secret");
    let server = Server::start(&project);
    let (host, path) = server.parts();
    for run in ["..%2Fx", "%2E%2E", "..", "%2Fetc", "."] {
        for rest in [format!("live/{run}"), format!("run/{run}/x/stderr"), format!("run/{run}/x")] {
            let answer = server.ask("GET", &format!("{path}{rest}"), &[("Host", host)]);
            let is_refused = answer.status == 404 || answer.body.contains("event: unknown");
            assert!(is_refused && !answer.body.contains("secret"), "{rest}: {} {}", answer.status, answer.body);
        }
    }
}

#[test]
fn the_policy_allows_what_the_server_gives_and_nothing_else() {
    let project = Project::new();
    let server = Server::start(&project);
    let (host, path) = server.parts();
    for rest in ["", "script.js", "style.css", "history", "nothing"] {
        let head = server.ask("GET", &format!("{path}{rest}"), &[("Host", host)]).head;
        for rule in [
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
            "frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
        ] {
            assert!(head.contains(rule), "{rest}: no {rule} in\n{head}");
        }
        assert!(!head.contains("unsafe-inline") && !head.contains("access-control-allow-origin"), "{rest}: {head}");
    }
    let page = server.ask("GET", path, &[("Host", host)]).body;
    assert!(!page.contains("<script>") && !page.contains("<style") && !page.contains("style="), "{page}");
    assert!(!page.contains("onclick") && !page.contains("https:") && !page.contains("http:"), "{page}");
}

#[test]
fn nobody_else_on_the_network_reaches_it() {
    let project = Project::new();
    let server = Server::start(&project);
    let port: u16 = server.parts().0.rsplit_once(':').expect("a port").1.parse().expect("a number");
    let listening = std::fs::read_to_string("/proc/net/tcp").expect("sockets");
    let hex = format!(":{port:04X} ");
    let places: Vec<&str> = listening
        .lines()
        .filter(|line| line.split_whitespace().nth(3) == Some("0A"))
        .filter_map(|line| line.split_whitespace().nth(1))
        .filter(|place| format!("{place} ").ends_with(&hex))
        .collect();
    assert_eq!(places, [format!("0100007F:{port:04X}")], "loopback and nothing else");
}
