//! An editor that speaks the Language Server Protocol writes a script.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::support::Test;

struct Editor {
    child: Child,
    stdout: BufReader<ChildStdout>,
    file: String,
    id: u64,
}

impl Editor {
    fn start(test: &Test) -> Self {
        let mut command = test.command(["lsp"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the server starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let file = format!("file://{}", test.path(".ce/commands/a.rhai").display());
        let mut editor = Self { child, stdout, file, id: 0 };
        let hello = editor.ask("initialize", &json!({ "processId": null, "rootUri": null, "capabilities": {} }));
        assert_eq!(hello["capabilities"]["hoverProvider"], true, "{hello}");
        editor.tell("initialized", &json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let stdin = self.child.stdin.as_mut().expect("open");
        write!(stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("the server reads");
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.stdout.read_line(&mut line).expect("text") > 0, "the server ended");
            match line.trim().split_once(": ") {
                Some((_, count)) => length = count.parse().expect("a length"),
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.stdout.read_exact(&mut text).expect("a message");
        serde_json::from_slice(&text).expect("JSON")
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.id += 1;
        let id = self.id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.read();
            if message["id"] == id {
                return message["result"].clone();
            }
        }
    }

    /// Has the editor show a text, and returns what is wrong with it.
    fn show(&mut self, method: &str, text: &str) -> Vec<Value> {
        let file = self.file.clone();
        match method {
            "didOpen" => {
                let document = json!({ "uri": file, "languageId": "rhai", "version": 1, "text": text });
                self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
            }
            _ => self.tell(
                "textDocument/didChange",
                &json!({ "textDocument": { "uri": file, "version": 2 }, "contentChanges": [{ "text": text }] }),
            ),
        }
        let told = self.read();
        assert_eq!(told["method"], "textDocument/publishDiagnostics", "{told}");
        told["params"]["diagnostics"].as_array().cloned().unwrap_or_default()
    }

    /// Asks about the place of the mark `|` in a text that is open without it.
    fn at(&mut self, what: &str, marked: &str) -> Value {
        let (before, _) = marked.split_once('|').expect("a mark");
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        let place = json!({ "line": line, "character": character });
        self.ask(what, &json!({ "textDocument": { "uri": self.file }, "position": place }))
    }

    fn labels(&mut self, marked: &str) -> Vec<String> {
        self.show("didChange", &marked.replacen('|', "", 1));
        let found = self.at("textDocument/completion", marked);
        let found = found.as_array().cloned().unwrap_or_default();
        found.iter().filter_map(|one| one["label"].as_str().map(str::to_owned)).collect()
    }
}

const TEXT: &str = "import \"words\" as words;\n\nconst ABOUT = \"x\";\nconst ARGS = #{\n    batch: #{ type: \"int\", help: \"B\" },\n};\n\nfn main(args) {\n    let prps = prp::select(#{ batch: args.batch });\n    help(prps)\n}\n\n/// Says how many.\nfn help(prps) { print(words::count(prps.len(), \"PRP\")) }\n";

#[test]
fn an_editor_gets_mistakes_explanations_completion_and_definitions() {
    let test = Test::new();
    let mut editor = Editor::start(&test);
    let wrong = editor.show("didOpen", &TEXT.replace("prp::select", "prp::selekt"));
    let first = wrong.iter().find(|problem| problem["severity"] == 1).expect("an error");
    assert_eq!(first["range"]["start"]["line"], 8, "{first}");
    assert!(first["message"].as_str().unwrap_or_default().contains("did you mean `prp::select`?"), "{first}");
    editor.show("didChange", TEXT);

    let shown = editor.at("textDocument/hover", &TEXT.replace("select", "sel|ect"));
    assert!(shown["contents"]["value"].as_str().unwrap_or_default().contains("prp::select(options: map)"), "{shown}");
    let shown = editor.at("textDocument/hover", &TEXT.replacen("help(prps)", "he|lp(prps)", 1));
    assert!(shown["contents"]["value"].as_str().unwrap_or_default().contains("Says how many."), "{shown}");
    assert_eq!(editor.at("textDocument/hover", &TEXT.replacen("    let", "  |  let", 1)), Value::Null);

    let found = editor.at("textDocument/definition", &TEXT.replacen("help(prps)", "he|lp(prps)", 1));
    assert_eq!((found["range"]["start"]["line"].as_u64(), found["uri"].as_str()), (Some(13), Some(&*editor.file)));
    let found = editor.at("textDocument/definition", &TEXT.replacen("import \"words\"", "import \"wo|rds\"", 1));
    let address = found["uri"].as_str().unwrap_or_default();
    assert!(address.ends_with("stdlib/words.rhai"), "{found}");
    assert!(std::path::Path::new(address.trim_start_matches("file://")).is_file(), "{address}");

    let labels = editor.labels(&TEXT.replace("prp::select(#{ batch: args.batch })", "prp::|"));
    assert!(labels.contains(&"select".to_owned()) && !labels.contains(&"ask".to_owned()), "{labels:?}");
    let labels = editor.labels(&TEXT.replace("prp::select(#{ batch: args.batch })", "agent::run(\"x\", #{ pro|"));
    assert!(labels.contains(&"prompt".to_owned()), "{labels:?}");
    assert_eq!(editor.labels(&TEXT.replace("args.batch", "args.|")), ["batch"]);
    let labels = editor.labels(&TEXT.replace("words::count", "words::|"));
    assert!(labels.contains(&"count".to_owned()), "{labels:?}");

    assert_eq!(editor.ask("shutdown", &Value::Null), Value::Null);
    editor.tell("exit", &Value::Null);
    assert!(editor.child.wait().expect("an end").success());
}
