//! `graph`: stages, edges with their reason, critical path and lower bound of a plan or a batch.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use super::graph_items::{self, GraphItem};
use super::scripts;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::config::Config;
use crate::error::{Error, ExitCode, Result};
use crate::graph::{Cycle, Graph, LeftOut, Node, render};
use crate::host::plan_files;
use crate::model::problem::Problem;
use crate::model::prp::Prp;
use crate::model::read::{ReadDocument, document};
use crate::model::status::Status;

/// Show what waits for what, and why
#[derive(clap::Args)]
pub struct Args {
    /// Plan whose phases are shown
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    plan: Option<PathBuf>,
    /// Batch whose PRPs are shown
    #[arg(long, value_name = "ID")]
    batch: Option<u32>,
    /// text, mermaid, dot or json
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Items at a time for the lower bound; default: `run.jobs`
    #[arg(short, long, value_name = "N")]
    jobs: Option<u32>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Mermaid,
    Dot,
    Json,
}

/// Runs the subcommand; exit code 5 when a document has errors or items wait for each other in a circle.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let config = context.config()?;
    let (items, left_out) = match (&args.plan, args.batch) {
        (Some(plan), _) => (graph_items::of_path(plan, &scripts::readers(context, &config)?)?, LeftOut::default()),
        (None, Some(batch)) => batch_items(context, &config, batch)?,
        (None, None) => return Err(Error::new(ExitCode::Usage, "name a plan, or a batch with `--batch N`").into()),
    };
    let slots = args.jobs.unwrap_or(config.run.jobs) as usize;
    let nodes: Vec<Node> = items.iter().map(|item| item.node.clone()).collect();
    let format = if context.globals.json { Format::Json } else { args.format };
    let out = &mut context.terminal.out;
    match Graph::analyze(nodes.clone()) {
        Ok(graph) => {
            match format {
                Format::Text => write!(out, "{}", render::text(&graph, &left_out, slots))?,
                Format::Mermaid => write!(out, "{}", render::mermaid(&graph))?,
                Format::Dot => write!(out, "{}", render::dot(&graph))?,
                Format::Json => writeln!(out, "{}", render::json(&graph, &left_out, slots))?,
            }
            Ok(ExitCode::Done)
        }
        Err(cycle) => {
            if let Format::Json = format {
                writeln!(out, "{}", render::cycle_json(&nodes, &cycle))?;
            }
            Err(circle(&cycle, &items).into())
        }
    }
}

/// Explains a cycle with every place where an edge of it is written down.
fn circle(cycle: &Cycle, items: &[GraphItem]) -> Error {
    let id = |index: &usize| items[*index].node.id.as_str();
    let paths: Vec<String> =
        cycle.paths.iter().map(|path| path.iter().map(id).collect::<Vec<_>>().join(" → ")).collect();
    let hints: Vec<String> =
        cycle.break_hint.iter().map(|(from, to)| format!("`{}` out of `{}`", id(from), id(to))).collect();
    let mut error =
        Error::new(ExitCode::InvalidInput, format!("items wait for each other in a circle: {}", paths.join("; ")))
            .help(format!("take the dependency on {}", hints.join(" and ")));
    for edge in &cycle.edges {
        let item = &items[edge.to];
        let from = id(&edge.from);
        let mut problem = Problem::error("graph::cycle", format!("`{}` waits for `{from}`", item.node.id));
        problem.span = item.places.iter().find(|(name, _)| name == from).map(|(_, span)| span.clone());
        match error.findings.iter_mut().find(|findings| findings.name == item.path) {
            Some(findings) => findings.problems.push(problem),
            None => error = error.findings(item.path.clone(), item.text.to_string(), vec![problem]),
        }
    }
    error
}

fn batch_items(context: &Context, config: &Config, batch: u32) -> Result<(Vec<GraphItem>, LeftOut)> {
    let mut documents = Vec::new();
    for folder in [&config.paths.requests, &config.paths.executed] {
        let folder = context.root.join(folder);
        let files = walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter().flatten();
        for file in files.filter(|file| file.path().extension().is_some_and(|ending| ending == "md")) {
            let shown = file.path().strip_prefix(&context.root).unwrap_or(file.path());
            if let ReadDocument::Prp(prp, problems) = document(shown, &plan_files::read(&context.root, shown)?)
                && prp.id.as_ref().and_then(crate::model::id::PrpId::batch).map(|id| id.0).or(prp.batch) == Some(batch)
            {
                documents.push((*prp, problems));
            }
        }
    }
    if documents.is_empty() {
        return Err(Error::new(ExitCode::NothingMatched, format!("there is no PRP of batch {batch}"))
            .help(format!("looked in `{}` and `{}`", config.paths.requests, config.paths.executed)));
    }
    documents.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let known: BTreeSet<String> = documents.iter().filter_map(|(prp, _)| Some(prp.id.as_ref()?.to_string())).collect();
    let executed = context.root.join(&config.paths.executed);
    let (mut off, mut done) = (BTreeMap::new(), BTreeSet::new());
    for (prp, id) in documents.iter().filter_map(|(prp, _)| Some((prp, prp.id.as_ref()?.to_string()))) {
        if prp.status == Some(Status::Cancelled) {
            off.insert(id, given_up(prp));
        } else if prp.status.is_some_and(Status::is_done) || context.root.join(&prp.path).starts_with(&executed) {
            done.insert(id);
        }
    }
    let mut items = graph_items::of_prps(documents, &known)?;
    let mut nodes: Vec<Node> = items.iter().map(|item| item.node.clone()).collect();
    let left_out = LeftOut::take(&mut nodes, off, |id| done.contains(id));
    items.retain(|item| !left_out.0.contains_key(&item.node.id));
    for (item, node) in items.iter_mut().zip(nodes) {
        item.node = node;
    }
    Ok((items, left_out))
}

/// Says that a document is off, in its author's own word too.
fn given_up(prp: &Prp) -> String {
    match prp.status_word.as_deref().filter(|word| !word.eq_ignore_ascii_case(Status::Cancelled.as_str())) {
        Some(word) => format!("cancelled (`status: {word}`)"),
        None => Status::Cancelled.to_string(),
    }
}
