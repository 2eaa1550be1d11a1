//! The tools, as a table: what each is for, which arguments it takes, and the command line that it stands for.

use serde_json::{Map, Value, json};

/// A command of this program that an agent host may call.
pub struct Tool {
    pub name: &'static str,
    pub about: &'static str,
    /// Words in front of the arguments.
    pub words: &'static [&'static str],
    pub arguments: &'static [Argument],
    pub answer: Answer,
    /// It changes nothing.
    pub reads_only: bool,
}

/// What a tool answers with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// What the command says to people.
    Text,
    /// The command's JSON document.
    Document,
    /// The command goes on in the background, unless it is a dry run; the answer names the run.
    Background,
}

/// An argument of a tool, named as the flag is.
pub struct Argument {
    pub name: &'static str,
    pub about: &'static str,
    pub kind: Kind,
    pub required: bool,
}

/// What an argument is, and how it stands on the command line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text without a flag.
    Positional,
    Text,
    Integer,
    /// A flag without a value.
    Switch,
    /// Texts, joined with commas behind the flag.
    List,
}

const fn argument(name: &'static str, kind: Kind, about: &'static str) -> Argument {
    Argument { name, about, kind, required: false }
}

const fn required(name: &'static str, kind: Kind, about: &'static str) -> Argument {
    Argument { name, about, kind, required: true }
}

const BATCH: Argument = argument("batch", Kind::Integer, "Number of the batch");
const AGENT: Argument = argument("agent", Kind::Text, "Agent that does the work; default: the configured one");
const DRY_RUN: Argument = argument("dry_run", Kind::Switch, "Say what would happen, and do nothing");
const ITEM: Argument = required("item", Kind::Positional, "PRP, such as PRP-47.1.1");

/// All tools.
pub const TOOLS: &[Tool] = &[
    Tool {
        name: "inspect",
        about: "Read a plan or a PRP and list all its problems with lines. Call it before gen.",
        words: &["inspect", "--json"],
        arguments: &[required("plan", Kind::Positional, "Path of the plan or PRP")],
        answer: Answer::Document,
        reads_only: true,
    },
    Tool {
        name: "graph",
        about: "Stages, dependencies with their reasons, and the critical path of a plan or of a batch.",
        words: &["graph", "--format", "json"],
        arguments: &[argument("plan", Kind::Positional, "Path of a plan; or give batch"), BATCH],
        answer: Answer::Document,
        reads_only: true,
    },
    Tool {
        name: "gen",
        about: "Generate the PRPs of a new batch from a plan.",
        words: &["gen"],
        arguments: &[
            required("plan", Kind::Positional, "Path of the plan"),
            argument("batch", Kind::Integer, "Number to use instead of the next free one"),
            argument("overwrite", Kind::Switch, "Generate into a batch that exists"),
            AGENT,
            argument("commit", Kind::Switch, "Commit the PRPs, which exe needs"),
            DRY_RUN,
        ],
        answer: Answer::Text,
        reads_only: false,
    },
    Tool {
        name: "exe",
        about: "Carry out the PRPs of a batch with coding agents, each in its own workspace. Starts in the background \
                and answers with the run; ask status for how it goes. A run that was stopped goes on where it stood.",
        words: &["exe"],
        arguments: &[
            BATCH,
            argument("prps", Kind::List, "Only these PRPs"),
            argument("stage", Kind::Integer, "Only this stage"),
            AGENT,
            argument("jobs", Kind::Integer, "How many PRPs run at the same time"),
            DRY_RUN,
        ],
        answer: Answer::Background,
        reads_only: false,
    },
    Tool {
        name: "land",
        about: "Bring a finished batch onto the branch on which it began, once the tree that lands is validated. Nothing \
                moves when that is refused.",
        words: &["land"],
        arguments: &[
            required("batch", Kind::Integer, "Number of the batch"),
            argument("onto", Kind::Text, "Branch to land on instead"),
            argument("strategy", Kind::Text, "auto, ff, merge, rebase or squash"),
            argument("partial", Kind::Switch, "Land what is merged although items are open"),
            argument("undo", Kind::Switch, "Take the last landing back"),
            DRY_RUN,
        ],
        answer: Answer::Text,
        reads_only: false,
    },
    Tool {
        name: "status",
        about: "Where a run stands, item by item; the latest run when none is named.",
        words: &["status", "--json"],
        arguments: &[
            argument("batch", Kind::Positional, "Number of the batch"),
            argument("run", Kind::Text, "Run id or the beginning of one"),
        ],
        answer: Answer::Document,
        reads_only: true,
    },
    Tool {
        name: "logs",
        about: "What happened in a run, or what the agents of one of its items wrote.",
        words: &["logs"],
        arguments: &[
            required("run", Kind::Positional, "Run id, the beginning of one, or `latest`"),
            argument("item", Kind::Positional, "PRP, such as PRP-47.1.1"),
        ],
        answer: Answer::Text,
        reads_only: true,
    },
    Tool {
        name: "approve",
        about: "Approve what the guard found in an item, so that the item is merged. Only a person may decide this.",
        words: &["approve"],
        arguments: &[
            ITEM,
            argument("rule", Kind::Text, "Only findings of this rule"),
            argument("reason", Kind::Text, "Why; kept with the approval"),
            argument("merge", Kind::Switch, "Merge at once instead of with the next exe"),
            argument("show", Kind::Switch, "Only show what was found"),
        ],
        answer: Answer::Text,
        reads_only: false,
    },
    Tool {
        name: "stop",
        about: "End a run: agents are stopped, their work is kept, and the same exe goes on later.",
        words: &["stop"],
        arguments: &[required("run", Kind::Positional, "Run id, the beginning of one, or `latest`")],
        answer: Answer::Text,
        reads_only: false,
    },
];

impl Tool {
    /// Describes the arguments as JSON Schema.
    pub fn schema(&self) -> Map<String, Value> {
        let properties: Map<String, Value> =
            self.arguments.iter().map(|argument| (argument.name.to_owned(), argument.schema())).collect();
        let required: Vec<&str> = self.arguments.iter().filter(|a| a.required).map(|a| a.name).collect();
        let schema = json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        });
        schema.as_object().cloned().unwrap_or_default()
    }

    /// Returns the command line of a call, or what is wrong with its arguments, all of it.
    pub fn command_line(&self, given: &Map<String, Value>) -> Result<Vec<String>, Vec<String>> {
        let (mut flags, mut positional, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        for name in given.keys().filter(|name| self.arguments.iter().all(|a| a.name != name.as_str())) {
            let known: Vec<&str> = self.arguments.iter().map(|a| a.name).collect();
            wrong.push(format!("`{name}` is no argument of {}: it takes {}", self.name, known.join(", ")));
        }
        let mut dry_run = false;
        for argument in self.arguments {
            match given.get(argument.name).filter(|value| !value.is_null()) {
                None if argument.required => wrong.push(format!("`{}` is missing: {}", argument.name, argument.about)),
                None => {}
                Some(value) => match argument.words(value) {
                    Err(reason) => wrong.push(reason),
                    Ok(words) if argument.kind == Kind::Positional => positional.extend(words),
                    Ok(words) => {
                        dry_run |= argument.name == DRY_RUN.name && !words.is_empty();
                        flags.extend(words);
                    }
                },
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let mut line: Vec<String> = self.words.iter().map(|&word| word.to_owned()).collect();
        line.extend(flags);
        // The result is enough, but for a dry run, whose lines are its result.
        line.push(format!("--progress={}", if dry_run { "lines" } else { "none" }));
        if self.answer == Answer::Background && !dry_run {
            line.extend(["--detach".to_owned(), "--json".to_owned()]);
        }
        if !positional.is_empty() {
            line.push("--".to_owned());
            line.extend(positional);
        }
        Ok(line)
    }
}

impl Argument {
    fn schema(&self) -> Value {
        match self.kind {
            Kind::Positional | Kind::Text => json!({ "type": "string", "description": self.about }),
            Kind::Integer => json!({ "type": "integer", "minimum": 0, "description": self.about }),
            Kind::Switch => json!({ "type": "boolean", "description": self.about }),
            Kind::List => json!({ "type": "array", "items": { "type": "string" }, "description": self.about }),
        }
    }

    /// Returns the words that stand for a value; none for a switch that is off.
    fn words(&self, value: &Value) -> Result<Vec<String>, String> {
        let flag = format!("--{}", self.name.replace('_', "-"));
        let joined = |text: String| vec![format!("{flag}={text}")];
        match (self.kind, value) {
            (Kind::Positional, Value::String(text)) if !text.is_empty() => Ok(vec![text.clone()]),
            // A host may well send a batch as the number that it is.
            (Kind::Positional, Value::Number(number)) => Ok(vec![number.to_string()]),
            (Kind::Text | Kind::List, Value::String(text)) => Ok(joined(text.clone())),
            (Kind::Integer, Value::Number(number)) if number.is_u64() => Ok(joined(number.to_string())),
            (Kind::Integer, Value::String(text)) if text.parse::<u32>().is_ok() => Ok(joined(text.clone())),
            (Kind::Switch, Value::Bool(on)) => Ok(if *on { vec![flag] } else { Vec::new() }),
            (Kind::List, Value::Array(values)) if values.iter().all(Value::is_string) => {
                Ok(joined(values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")))
            }
            _ => Err(format!("`{}` cannot be {value}: {}", self.name, self.about)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(tool: &str, arguments: &Value) -> Result<Vec<String>, Vec<String>> {
        let tool = TOOLS.iter().find(|t| t.name == tool).expect("a tool");
        tool.command_line(arguments.as_object().expect("an object"))
    }

    #[test]
    fn arguments_become_flags_and_words() {
        let wanted = "exe --batch=47 --prps=PRP-47.1.1,PRP-47.1.2 --agent=fake --progress=none --detach --json";
        let given = json!({ "batch": 47, "prps": ["PRP-47.1.1", "PRP-47.1.2"], "agent": "fake", "dry_run": false });
        assert_eq!(line("exe", &given).expect("a line").join(" "), wanted);
        let dry = line("exe", &json!({ "batch": "47", "dry_run": true })).expect("a line");
        assert_eq!(dry.join(" "), "exe --batch=47 --dry-run --progress=lines");
        assert_eq!(
            line("status", &json!({ "batch": 47 })).expect("a line").join(" "),
            "status --json --progress=none -- 47"
        );
    }

    #[test]
    fn a_value_cannot_become_another_flag() {
        let given = json!({ "plan": "--overwrite", "agent": "x --yes" });
        assert_eq!(
            line("gen", &given).expect("a line"),
            ["gen", "--agent=x --yes", "--progress=none", "--", "--overwrite"]
        );
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let wrong = line("logs", &json!({ "itme": "PRP-1.1.1", "item": 1.5 })).expect_err("wrong");
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        assert_eq!(wrong[0], "`itme` is no argument of logs: it takes run, item");
        assert!(wrong[1].starts_with("`run` is missing"), "{wrong:?}");
        assert!(line("exe", &json!({ "batch": -1 })).is_err());
    }
}
