//! `report`: a finished run as HTML, JUnit, Markdown, OpenTelemetry spans, GitHub annotations, or the summary.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::runs::{self, FoundRun, RUN_HELP, Selector};
use crate::cli::batch::job;
use crate::cli::dashboard::{project, texts};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode, Result};
use crate::event::{ItemView, RunView};
use crate::host::git::plumbing::repo::{GitPolicy, Repo};
use crate::host::http::{self, HttpRequest};
use crate::host::journal;
use crate::report::page::{self, ItemDetail};
use crate::report::text::{line, numbered};
use crate::report::{junit, markdown, metrics, otlp, summary};
use crate::run::shared::names;

/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Most of one text of an item that stands in an HTML report.
const TEXT: u64 = 32 * 1024;

/// Write reports about a run
#[derive(clap::Args)]
pub struct Args {
    #[arg(help = RUN_HELP)]
    run: Option<String>,
    /// Write the pages of the dashboard as one file that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write Markdown
    #[arg(long, value_name = "FILE")]
    md: Option<PathBuf>,
    /// Write OpenTelemetry spans as OTLP/JSON, or send them to the address of a collector as it stands
    #[arg(long, value_name = "FILE|URL")]
    otlp: Option<String>,
    /// Print annotations for GitHub Actions
    #[arg(long)]
    github: bool,
}

/// Runs the subcommand. Without a wish for a format it prints the summary, or the metrics with `--json`.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let FoundRun { state, folder, .. } = runs::find(context, &Selector::of(args.run.as_deref()))?;
    if let Some(path) = &args.html {
        save(path, html(&state, &folder, context)?.as_bytes())?;
    }
    let paths = context.config()?.paths;
    let terminal = &mut context.terminal;
    let views: [(&Option<PathBuf>, View); 2] = [(&args.junit, junit::write), (&args.md, markdown::write)];
    for (path, view) in views {
        if let Some(path) = path {
            let mut text = Vec::new();
            view(&state, &mut text)?;
            save(path, &text)?;
        }
    }
    if let Some(target) = &args.otlp {
        let taken = export(target, &otlp::document(&journal::read(&folder)?))?;
        if let Some(address) = taken.filter(|_| !context.globals.json) {
            writeln!(terminal.out, "spans sent to {}", line(address, 300))?;
        }
    }
    if args.github {
        let mut told = Vec::new();
        job::annotations(&state, &context.root, &[paths.requests, paths.executed], &mut told)?;
        terminal.out.commands(&told)?;
    } else if args.html.is_none() && args.junit.is_none() && args.md.is_none() && args.otlp.is_none() {
        if context.globals.json {
            let figures = serde_json::to_string(&metrics::from_state(&state)).map_err(io::Error::from)?;
            writeln!(terminal.out, "{figures}")?;
        } else {
            summary::write(&state, terminal.style, &mut terminal.out)?;
        }
    }
    Ok(ExitCode::Done)
}

/// Returns the pages of a run as one document, with all that its items left behind.
fn html(state: &RunView, folder: &Path, context: &Context) -> Result<String> {
    let config = context.config()?;
    let archives = context.root.join(&config.paths.state).join("completed-batches");
    let repo = Repo::open(&context.root, GitPolicy::default()).ok();
    let item = |item: &ItemView| {
        let folder = folder.join(names::file_name(&item.info.id));
        let texts = texts::all(&folder, repo.as_ref(), item, state.batch, TEXT);
        (item.info.id.clone(), ItemDetail::of(item), texts)
    };
    let items: Vec<_> = state.items.iter().map(item).collect();
    page::report(&project::page(state, &archives, &context.root), &items, &project::history(&archives, &config))
        .map_err(|error| Error::new(ExitCode::Internal, format!("cannot write the page: {error}")))
}

/// Writes spans into a file, or sends them where a collector listens; returns the address that took them.
fn export<'a>(target: &'a str, document: &str) -> Result<Option<&'a str>> {
    let help = "give the whole address under which the collector takes traces, such as \
                `http://127.0.0.1:4318/v1/traces`";
    if !(target.starts_with("http://") || target.starts_with("https://")) {
        if target.contains("://") {
            let message = format!("spans go into a file or to a http or https address, not to `{}`", line(target, 200));
            return Err(Error::new(ExitCode::Usage, message).help(help));
        }
        return save(Path::new(target), document.as_bytes()).map(|()| None);
    }
    let request = HttpRequest {
        url: target.to_owned(),
        method: "POST".to_owned(),
        headers: [("content-type".to_owned(), otlp::CONTENT_TYPE.to_owned())].into(),
        body: document.to_owned(),
        timeout: PATIENCE,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::new(ExitCode::Internal, format!("cannot send spans: {error}")))?;
    let remote = |message: String| Error::new(ExitCode::Remote, message).help(help);
    let reply = runtime.block_on(http::request(request)).map_err(|error| remote(error.message))?;
    let said = line(&reply.body, 300);
    match reply.status {
        200..300 => match refused(&reply.body) {
            Some(why) => Err(remote(format!("the collector did not take all spans: {}", line(&why, 300)))),
            None => Ok(Some(target)),
        },
        300..400 => {
            let there = reply.headers.get("location").map(|place| line(place, 200)).unwrap_or_default();
            Err(remote(format!(
                "the address leads elsewhere ({}), and spans are sent nowhere else: {there}",
                reply.status
            )))
        }
        status => Err(remote(format!("the collector refuses the spans ({status}): {said}"))),
    }
}

/// Says what a collector that answered did not take: `partialSuccess` of OTLP.
fn refused(body: &str) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_str(body).ok()?;
    let partial = &answer["partialSuccess"];
    // 64-bit numbers are text in OTLP/JSON.
    let rejected = &partial["rejectedSpans"];
    let count = rejected.as_u64().or_else(|| rejected.as_str()?.parse().ok()).filter(|count| *count > 0)?;
    let why = partial["errorMessage"].as_str().map(|why| format!(": {why}")).unwrap_or_default();
    Some(format!("{} rejected{why}", numbered(usize::try_from(count).ok()?, "span")))
}

type View = fn(&RunView, &mut dyn Write) -> io::Result<()>;

/// Writes a report; `-` is standard output.
fn save(path: &Path, text: &[u8]) -> Result<()> {
    let written = if path == Path::new("-") { io::stdout().write_all(text) } else { fs::write(path, text) };
    written.map_err(|error| Error::new(ExitCode::Internal, format!("cannot write `{}`: {error}", path.display())))
}
