//! Headless Chromium, driven over its `DevTools` protocol. Without it the tests fail: `.ci/run` installs it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// Names under which systems install it.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// It runs as root in containers, and asks nobody on the network for anything.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--hide-scrollbars",
];

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(180);

/// A browser with one page.
pub(crate) struct Browser {
    child: Child,
    _profile: TempDir,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: String,
    next: u64,
    /// What the page told without being asked.
    events: Vec<Value>,
}

impl Browser {
    /// Starts a browser with a profile of its own and a window of a size.
    #[track_caller]
    pub(crate) fn open(width: u32, height: u32) -> Self {
        let profile = TempDir::new().expect("a profile");
        let (mut child, address) = start(profile.path());
        let (socket, _) = tungstenite::connect(&address).unwrap_or_else(|error| {
            drop(child.kill());
            panic!("{address}: {error}")
        });
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        }
        let (session, events) = (String::new(), Vec::new());
        let mut browser = Self { child, _profile: profile, socket, session, next: 0, events };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", &attach);
        attached["sessionId"].as_str().expect("a session").clone_into(&mut browser.session);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser.resize(width, height);
        browser
    }

    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Sets whether the page is told that its user likes it dark.
    pub(crate) fn dark(&mut self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.call("Emulation.setEmulatedMedia", &features);
    }

    /// Asks for something and returns the answer.
    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(message.to_string())).expect("a browser that listens");
        loop {
            let Message::Text(text) = self.socket.read().unwrap_or_else(|e| panic!("{method}: {e}")) else { continue };
            let answer: Value = serde_json::from_str(&text).expect("JSON");
            if answer["id"] == json!(id) {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            if answer.get("method").is_some() {
                self.events.push(answer);
            }
        }
    }

    /// Goes to an address and waits until the page is there.
    #[track_caller]
    pub(crate) fn go(&mut self, address: &str) {
        let gone = self.call("Page.navigate", &json!({ "url": address }));
        assert!(gone["errorText"].is_null(), "{address}: {}", gone["errorText"]);
        self.until("document.readyState === 'complete'");
    }

    /// Returns what an expression, or its promise, comes to.
    #[track_caller]
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", &params);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true, looking at every change of the page, and returns the time of that.
    #[track_caller]
    pub(crate) fn until(&mut self, expression: &str) -> f64 {
        let limit = PATIENCE.as_millis() * 2 / 3;
        let promise = format!(
            "new Promise((done) => {{
                const test = () => {{ try {{ return {expression}; }} catch {{ return false; }} }};
                if (test()) return done(Date.now());
                const watch = new MutationObserver(() => {{ if (test()) end(Date.now()); }});
                const slow = setInterval(() => {{ if (test()) end(Date.now()); }}, 50);
                const late = setTimeout(() => end(0), {limit});
                const end = (value) => {{ watch.disconnect(); clearInterval(slow); clearTimeout(late); done(value); }};
                watch.observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});
            }})"
        );
        let at = self.value(&promise).as_f64().expect("a time");
        if at == 0.0 {
            let text = self.text("body");
            panic!("never: {expression}\non the page:\n{text}\nproblems: {:?}", self.problems());
        }
        at
    }

    /// Returns the text that people see in an element.
    #[track_caller]
    pub(crate) fn text(&mut self, selector: &str) -> String {
        let text = self.value(&format!("document.querySelector({})?.innerText ?? ''", json!(selector)));
        text.as_str().expect("text").to_owned()
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str) {
        let text = match key {
            "Enter" => "\r",
            key if key.chars().count() == 1 => key,
            _ => "",
        };
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            _ => 0,
        };
        let down = json!({ "type": if text.is_empty() { "rawKeyDown" } else { "keyDown" }, "key": key, "text": text,
            "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", &down);
        self.call("Input.dispatchKeyEvent", &json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code }));
    }

    /// Returns what the console would show in red, and what the policy of the page refused.
    pub(crate) fn problems(&mut self) -> Vec<String> {
        // Everything that was told before this answer is here then.
        self.call("Runtime.evaluate", &json!({ "expression": "0" }));
        let mut found = Vec::new();
        for event in &self.events {
            let params = &event["params"];
            match event["method"].as_str().unwrap_or_default() {
                "Runtime.exceptionThrown" => found.push(params["exceptionDetails"].to_string()),
                "Log.entryAdded" if params["entry"]["level"] != "verbose" => found.push(params["entry"].to_string()),
                "Runtime.consoleAPICalled" if params["type"] == "error" => found.push(params["args"].to_string()),
                _ => {}
            }
        }
        found
    }

    /// Returns the addresses of all requests that the page made.
    pub(crate) fn requests(&mut self) -> Vec<String> {
        self.call("Runtime.evaluate", &json!({ "expression": "0" }));
        let sent = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        sent.filter_map(|event| event["params"]["request"]["url"].as_str().map(str::to_owned)).collect()
    }

    /// Returns an image of the window, or of the whole page.
    pub(crate) fn picture(&mut self, whole: bool) -> Vec<u8> {
        let mut params = json!({ "format": "png" });
        if whole {
            let metrics = self.call("Page.getLayoutMetrics", &json!({}));
            let size = &metrics["cssContentSize"];
            params["captureBeyondViewport"] = json!(true);
            params["clip"] = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        }
        let image = self.call("Page.captureScreenshot", &params);
        BASE64_STANDARD.decode(image["data"].as_str().expect("data")).expect("base64")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Starts the program, which ends with its [`Browser`], and returns the address under which it takes commands.
fn start(profile: &Path) -> (Child, String) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &&&str| std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    let Some(program) = PROGRAMS.iter().find(is_there) else {
        panic!("none of {} is installed: `apt-get install chromium`, or run .ci/run", PROGRAMS.join(", "))
    };
    fs::create_dir_all(profile.join("data")).expect("a folder");
    let child = Command::new(program)
        .args(FLAGS)
        .arg(format!("--user-data-dir={}", profile.join("data").display()))
        .arg("about:blank")
        .env("HOME", profile)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{program}: {error}"));
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let mut said = String::new();
    for line in lines.by_ref().map_while(Result::ok) {
        if let Some(address) = line.strip_prefix("DevTools listening on ") {
            let address = address.to_owned();
            // Whoever writes more does not wait for a reader.
            std::thread::spawn(move || lines.for_each(drop));
            return (child, address);
        }
        said += "\n";
        said += &line;
    }
    let ended = child.wait();
    panic!("{program} ended ({ended:?}):{said}")
}
