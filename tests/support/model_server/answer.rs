//! What the model answers: text, tool calls, and why it stopped.

use serde_json::{Value, json};

use super::conversation::Conversation;
use super::script::{Counts, Fault, Script, Step};

/// Why an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    End,
    Tools,
    MaxTokens,
    Refusal,
}

/// One tool call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) arguments: Value,
}

/// One answer, whichever interface it goes by.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) model: String,
    pub(super) text: String,
    pub(super) calls: Vec<Call>,
    pub(super) stop: Stop,
    pub(super) counts: Counts,
}

impl Answer {
    /// Makes the answer for a turn of a script. `serial` makes its ids unique.
    pub(super) fn new(asked: &Conversation, script: &Script, turn: usize, fault: Option<Fault>, serial: u64) -> Self {
        let planned = script.steps.get(turn).filter(|_| !asked.tools.is_empty());
        let call = planned.map(|step| call(step, asked, serial));
        let said = match &call {
            Some(_) => format!("Step {} of {}.", turn + 1, script.steps.len()),
            None if asked.tools.is_empty() && asked.schema.is_some() => {
                asked.schema.as_ref().map(filled).unwrap_or_default().to_string()
            }
            None if script.say.is_empty() => "Done.".to_owned(),
            None => script.say.clone(),
        };
        let (text, calls, stop) = match fault {
            Some(Fault::Refuse) => ("I cannot help with that.".to_owned(), Vec::new(), Stop::Refusal),
            Some(Fault::MaxTokens) => ("This answer is".to_owned(), Vec::new(), Stop::MaxTokens),
            Some(Fault::Empty) => (String::new(), Vec::new(), Stop::End),
            _ => {
                let stop = if call.is_some() { Stop::Tools } else { Stop::End };
                (said, call.into_iter().collect(), stop)
            }
        };
        let counts = script.usage.unwrap_or(Counts { input: 100, output: 10, ..Counts::default() });
        Self { id: format!("{serial:08}"), model: asked.model.clone(), text, calls, stop, counts }
    }

    /// Returns the text in pieces, as a stream has it.
    pub(super) fn pieces(&self) -> Vec<String> {
        let letters: Vec<char> = self.text.chars().collect();
        letters.chunks(24).map(|piece| piece.iter().collect()).collect()
    }
}

fn call(step: &Step, asked: &Conversation, serial: u64) -> Call {
    let (name, arguments) = match step {
        Step::Tool(name, arguments) => (name.clone(), arguments.clone()),
        Step::Bash(line) => shell(line, asked),
        Step::Write(path, content) => write(path, content, asked),
    };
    Call { id: format!("call_{serial:08}"), name, arguments }
}

/// Uses the shell tool that the client offers.
fn shell(line: &str, asked: &Conversation) -> (String, Value) {
    let described = json!({ "command": line, "description": "a step" });
    let forms = [
        ("Bash", described.clone()),
        ("bash", described.clone()),
        ("run_shell_command", json!({ "command": line, "description": "a step", "is_background": false })),
        ("exec_command", json!({ "cmd": line })),
        ("shell_command", json!({ "command": line })),
        ("shell", json!({ "command": ["bash", "-lc", line] })),
    ];
    let form = forms.into_iter().find(|(name, _)| asked.tools.contains(*name));
    form.map_or_else(|| ("Bash".to_owned(), described), |(name, arguments)| (name.to_owned(), arguments))
}

/// Uses the tool that writes a file where the client offers one, else its shell.
fn write(path: &str, content: &str, asked: &Conversation) -> (String, Value) {
    let forms = [("Write", "file_path"), ("write", "filePath")];
    let form = forms.into_iter().find(|(name, _)| asked.tools.contains(*name));
    if let (Some((name, key)), Some(cwd)) = (form, asked.cwd()) {
        return (name.to_owned(), json!({ key: format!("{cwd}/{path}"), "content": content }));
    }
    let quoted = content.replace('\'', "'\\''");
    // Gemini CLI refuses a command line that holds another one.
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    shell(&format!("mkdir -p '{folder}' && printf %s '{quoted}' > '{path}'"), asked)
}

/// Makes the smallest value of a schema, for the side questions of clients.
fn filled(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str().unwrap_or("object").to_lowercase().as_str() {
        "object" => {
            let fields = schema["properties"].as_object();
            fields
                .into_iter()
                .flatten()
                .map(|(key, field)| (key.clone(), filled(field)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        "array" => json!([]),
        "number" | "integer" => json!(1),
        "boolean" => json!(false),
        _ => json!("text"),
    }
}
