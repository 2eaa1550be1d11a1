//! The command line from outside: streams, exit codes, errors, configuration, and the files that runs leave.

#[path = "cli/agents.rs"]
mod agents;
#[path = "cli/authoring.rs"]
mod authoring;
#[path = "cli/bounds.rs"]
mod bounds;
#[path = "cli/config.rs"]
mod config;
#[path = "cli/dry_run.rs"]
mod dry_run;
#[path = "cli/following.rs"]
mod following;
#[path = "cli/hooks.rs"]
mod hooks;
#[path = "cli/keys.rs"]
mod keys;
#[path = "cli/lsp.rs"]
mod lsp;
#[path = "cli/mcp.rs"]
mod mcp;
#[path = "cli/nested.rs"]
mod nested;
#[path = "cli/otlp.rs"]
mod otlp;
#[path = "cli/own_items.rs"]
mod own_items;
#[path = "cli/repl.rs"]
mod repl;
#[path = "cli/roots.rs"]
mod roots;
#[path = "cli/runs.rs"]
mod runs;
#[path = "cli/scripts.rs"]
mod scripts;
#[path = "cli/slash.rs"]
mod slash;
#[path = "support/mod.rs"]
mod support;
#[path = "cli/trust.rs"]
mod trust;
#[path = "cli/usage.rs"]
mod usage;
