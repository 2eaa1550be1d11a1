//! Answers the questions of an editor.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, Request, Response};
use serde_json::{Value, json};

use super::place::{address, offset, path, place};
use crate::model::problem::{Problem, Severity};
use crate::script::ScriptHost;
use crate::script::editor::{Definition, EditedScript, Suggestion, SuggestionKind};
use crate::script::embedded;
use crate::script::library::ScriptPlace;

/// What an editor has open, and the host that knows the scripts.
pub(super) struct Server {
    host: ScriptHost,
    texts: HashMap<PathBuf, String>,
    /// Folder for texts that are built into the program, so that an editor can open them.
    folder: PathBuf,
}

impl Server {
    pub(super) fn new(host: ScriptHost, folder: PathBuf) -> Self {
        Self { host, texts: HashMap::new(), folder }
    }

    /// Serves until the editor says that it is done, or is gone.
    pub(super) fn serve(&mut self, connection: &Connection) -> Result<(), ProtocolError> {
        let can = json!({
            "textDocumentSync": { "openClose": true, "change": 1 },
            "hoverProvider": true,
            "definitionProvider": true,
            "completionProvider": { "triggerCharacters": [":", ".", "{"] },
        });
        connection.initialize(can)?;
        for message in &connection.receiver {
            match message {
                Message::Request(request) if connection.handle_shutdown(&request)? => return Ok(()),
                Message::Request(request) => {
                    let answer = self.answer(request);
                    // Nobody reads any more: the loop ends by itself.
                    drop(connection.sender.send(Message::Response(answer)));
                }
                Message::Notification(told) => {
                    if let Some(found) = self.told(&told) {
                        drop(connection.sender.send(Message::Notification(found)));
                    }
                }
                Message::Response(_) => {}
            }
        }
        Ok(())
    }

    /// Takes over what the editor has, and tells what is wrong with it.
    fn told(&mut self, told: &Notification) -> Option<Notification> {
        let document = told.params.get("textDocument")?;
        let address = document.get("uri")?.as_str()?;
        let file = path(address)?;
        match told.method.as_str() {
            "textDocument/didOpen" => {
                let text = document.get("text")?.as_str()?.to_owned();
                self.texts.insert(file.clone(), text);
            }
            "textDocument/didChange" => {
                let changes = told.params.get("contentChanges")?.as_array()?;
                let text = changes.last()?.get("text")?.as_str()?.to_owned();
                self.texts.insert(file.clone(), text);
            }
            "textDocument/didClose" => {
                self.texts.remove(&file);
                return Some(published(address, &[]));
            }
            _ => return None,
        }
        let text = self.texts.get(&file)?;
        let report = EditedScript::new(&self.host, &file, text).problems();
        let problems: Vec<Value> = report.problems.iter().map(|problem| diagnostic(problem, text)).collect();
        Some(published(address, &problems))
    }

    fn answer(&self, request: Request) -> Response {
        let ask: fn(&Self, &EditedScript<'_>, &str, usize) -> Value = match request.method.as_str() {
            "textDocument/hover" => |_, script, _, at| match script.hover(at) {
                Some(text) => json!({ "contents": { "kind": "markdown", "value": text } }),
                None => Value::Null,
            },
            "textDocument/definition" => |server, script, _, at| {
                script.definition(at).and_then(|found| server.location(&found)).unwrap_or_default()
            },
            "textDocument/completion" => {
                |_, script, _, at| script.completions(at).iter().map(completion).collect::<Vec<_>>().into()
            }
            other => {
                let text = format!("there is no answer to `{other}`");
                return Response::new_err(request.id, ErrorCode::MethodNotFound as i32, text);
            }
        };
        let found = self.opened(&request.params).map(|(file, text, at)| {
            let script = EditedScript::new(&self.host, &file, &text);
            ask(self, &script, &text, at)
        });
        Response::new_ok(request.id, found.unwrap_or_default())
    }

    /// Returns the document of a question, its text, and the place that it is about.
    fn opened(&self, params: &Value) -> Option<(PathBuf, String, usize)> {
        let file = path(params.pointer("/textDocument/uri")?.as_str()?)?;
        let text = self.texts.get(&file).cloned().or_else(|| fs::read_to_string(&file).ok())?;
        let at = offset(&text, params.get("position")?)?;
        Some((file, text, at))
    }

    fn location(&self, found: &Definition) -> Option<Value> {
        let file = match &found.place {
            ScriptPlace::File(file) => file.clone(),
            ScriptPlace::BuiltIn(name) => shown(&self.folder, name)?,
        };
        let at = json!({ "line": found.line, "character": 0 });
        Some(json!({ "uri": address(&file), "range": { "start": at, "end": at } }))
    }
}

/// Writes a built-in text where an editor can open it, for reading only.
fn shown(folder: &Path, name: &str) -> Option<PathBuf> {
    let (file, text) = (folder.join(name), embedded::text(name)?);
    if fs::read_to_string(&file).ok().as_deref() == Some(text) {
        return Some(file);
    }
    fs::create_dir_all(file.parent()?).ok()?;
    drop(fs::remove_file(&file));
    fs::write(&file, text).ok()?;
    let mut rights = fs::metadata(&file).ok()?.permissions();
    rights.set_readonly(true);
    fs::set_permissions(&file, rights).ok()?;
    Some(file)
}

fn published(address: &str, problems: &[Value]) -> Notification {
    let params = json!({ "uri": address, "diagnostics": problems });
    Notification::new("textDocument/publishDiagnostics".to_owned(), params)
}

fn diagnostic(problem: &Problem, text: &str) -> Value {
    let span = problem.span.clone().unwrap_or(0..0);
    let help = problem.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    json!({
        "range": { "start": place(text, span.start), "end": place(text, span.end) },
        "severity": if problem.severity == Severity::Error { 1 } else { 2 },
        "code": problem.code,
        "source": "batchprp",
        "message": format!("{}{help}", problem.message),
    })
}

fn completion(suggestion: &Suggestion) -> Value {
    // Numbers of the protocol.
    let kind = match suggestion.kind {
        SuggestionKind::Function => 3,
        SuggestionKind::Method => 2,
        SuggestionKind::Property => 10,
        SuggestionKind::Module => 9,
        SuggestionKind::Key => 5,
    };
    json!({
        "label": suggestion.name,
        "kind": kind,
        "detail": suggestion.detail,
        "documentation": { "kind": "markdown", "value": suggestion.doc },
    })
}
