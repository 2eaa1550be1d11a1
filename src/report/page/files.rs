//! The files of the pages: one script, one style, and the two documents that use them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::detail::{ItemDetail, ItemTexts};
use super::history::History;
use super::run::RunPage;

/// All that the pages do, in one scope of its own.
pub const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("assets/dom.js"),
    include_str!("assets/words.js"),
    include_str!("assets/board.js"),
    include_str!("assets/graph.js"),
    include_str!("assets/timeline.js"),
    include_str!("assets/run.js"),
    include_str!("assets/item.js"),
    include_str!("assets/overview.js"),
    include_str!("assets/history.js"),
    include_str!("assets/source.js"),
    include_str!("assets/keys.js"),
    include_str!("assets/main.js"),
    "})();\n",
);

/// How the pages look.
pub const STYLE: &str = concat!(
    include_str!("assets/base.css"),
    include_str!("assets/parts.css"),
    include_str!("assets/drawings.css"),
    include_str!("assets/small.css"),
);

const BODY: &str = include_str!("assets/body.html");

/// What a report holds of one item beside its row.
#[derive(Serialize)]
struct ReportItem<'a> {
    detail: &'a ItemDetail,
    texts: &'a ItemTexts,
}

#[derive(Serialize)]
struct ReportData<'a> {
    run: &'a RunPage,
    items: BTreeMap<&'a str, ReportItem<'a>>,
    history: &'a History,
}

/// Returns the document of the dashboard, which asks its server for all the rest.
pub fn dashboard() -> String {
    document("<link rel=\"stylesheet\" href=\"style.css\">", "<script src=\"script.js\" defer></script>", "batchprp")
}

/// Returns a run as one document that needs nothing else: its policy allows what stands in it, and nothing more.
pub fn report(
    run: &RunPage,
    items: &[(String, ItemDetail, ItemTexts)],
    history: &History,
) -> Result<String, serde_json::Error> {
    let entries = items.iter().map(|(id, detail, texts)| (id.as_str(), ReportItem { detail, texts }));
    let data = serde_json::to_string(&ReportData { run, items: entries.collect(), history })?;
    // Within a script element only `<` can end the data or begin a comment.
    let data = data.replace('<', "\\u003c");
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    );
    let head = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<style>{STYLE}</style>");
    let script = format!("<script type=\"application/json\" id=\"data\">{data}</script>\n<script>{SCRIPT}</script>");
    Ok(document(&head, &script, &escaped(&run.head.title)))
}

fn document(head: &str, script: &str, title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n{head}\n</head>\n<body>\n{BODY}{script}\n</body>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Names an inline text in a policy.
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}
