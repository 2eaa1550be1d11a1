//! Checks of what a PRP declares: frontmatter, files, dependencies.

use crate::review::check::Check;
use crate::review::document::ReviewedPrp;
use crate::review::finding::FindingSeverity::{Error, Info, Warning};

const NAME: &str = "frontmatter";

pub(super) fn frontmatter(document: &ReviewedPrp<'_>) -> Check {
    let mut check = Check::new(NAME, 1.0);
    let prp = document.prp;
    let Some(front) = &document.frontmatter else {
        check.findings.push(document.finding(
            Error,
            NAME,
            None,
            "the file has no frontmatter",
            "start the file with a block between two `---` lines that holds `prp_id`, `title` and `status`",
        ));
        return check.seen("no frontmatter");
    };
    let place = Some(front.start..front.start);
    check.points += 0.25;
    let id = prp.id.is_some() && document.key(&["prp_id", "id", "name"]).is_some();
    check.award(0.25, id, || {
        document.finding(Warning, NAME, place.clone(), "the frontmatter has no `prp_id`", "add `prp_id: PRP-B.S.O`")
    });
    let titled = prp.title.as_ref().is_some_and(|title| !title.trim().is_empty());
    check.award(0.25, titled && prp.status.is_some(), || {
        let lacking = match (titled, prp.status) {
            (false, None) => "title and no known status",
            (false, Some(_)) => "title",
            (true, _) => "known status",
        };
        let span = document.key(&["status", "title"]).or_else(|| place.clone());
        let way = "add `title: …` and `status: planning`";
        document.finding(Warning, NAME, span, format!("the frontmatter has no {lacking}"), way)
    });
    check.award(0.25, prp.hours.is_some() && prp.complexity.is_some(), || {
        let lacking = match (prp.hours, prp.complexity) {
            (None, None) => "`estimated_hours` and no `complexity`",
            (None, Some(_)) => "`estimated_hours`",
            (Some(_), _) => "`complexity`",
        };
        let way = "add both: order of work, choice of model and forecasts use them";
        document.finding(Info, NAME, place.clone(), format!("the frontmatter has no readable {lacking}"), way)
    });
    let id = prp.id.as_ref().map_or("no id", |id| id.as_str());
    check.seen(format!("frontmatter up to line {}, {id}", document.line(front.end)))
}

pub(super) fn files(document: &ReviewedPrp<'_>) -> Check {
    const NAME: &str = "files";
    let mut check = Check::new(NAME, 1.0);
    let files = &document.prp.files;
    let key = document.key(&["files_modified", "files"]);
    if files.is_empty() {
        let topic = document.topic(&[
            "files modified",
            "files to modify",
            "files to create",
            "affected files",
            "^files",
            "^file structure",
            "^file changes",
        ]);
        let named = topic.filter(|heading| document.body(heading).contains('`'));
        check.points = if named.is_some() { 0.5 } else { 0.0 };
        let span = key.or_else(|| named.map(|heading| heading.span.clone()));
        check.findings.push(document.finding(
            Warning,
            NAME,
            span,
            "no files are declared, so conflicts with other PRPs cannot be seen before the run",
            "list every file the work touches under `files_modified:` in the frontmatter",
        ));
        return check.seen(named.map_or("no files".to_owned(), |heading| format!("files under `{}`", heading.title)));
    }
    check.points = 0.5;
    let everything = files.iter().find(|file| matches!(file.as_str(), "*" | "**" | "**/*" | "." | "./" | "/"));
    check.award(0.5, everything.is_none(), || {
        let file = everything.map_or("*", String::as_str);
        document.finding(
            Warning,
            NAME,
            key,
            format!("`{file}` matches every file, so this PRP conflicts with all others"),
            "name the files or folders that really change",
        )
    });
    check.seen(format!("{} declared", count(files.len(), "file")))
}

pub(super) fn dependencies(document: &ReviewedPrp<'_>) -> Check {
    const NAME: &str = "dependencies";
    let mut check = Check::new(NAME, 1.0);
    let found = document.prp.dependencies.len();
    if found > 0 || document.key(&["dependencies"]).is_some() {
        check.points = 1.0;
        return check.seen(match found {
            0 => "declared to have none".to_owned(),
            _ => format!("{found} declared"),
        });
    }
    let topic = document.topic(&["^dependencies", "^depends on", "^prerequisites", "=related prps"]);
    check.points = if topic.is_some() { 0.5 } else { 0.0 };
    check.findings.push(document.finding(
        Warning,
        NAME,
        topic.map(|heading| heading.span.clone()),
        match topic {
            Some(heading) => {
                format!("dependencies stand under `{}` only, where no order follows from them", heading.title)
            }
            None => "the PRP does not say what it depends on".to_owned(),
        },
        "add `dependencies: [PRP-…]` to the frontmatter, or `dependencies: []` when there are none",
    ));
    check.seen(topic.map_or("not declared".to_owned(), |heading| format!("section `{}`", heading.title)))
}

/// Returns a number with its noun, such as `1 file` or `2 files`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
