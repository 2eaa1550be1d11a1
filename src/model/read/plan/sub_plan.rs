//! Hierarchical plans: `## Mega-Phase N:` sections that link plans of their own.

use std::ops::Range;

use crate::model::plan::SubPlan;
use crate::model::problem::Problem;
use crate::model::read::path::{BadPath, clean_path};
use crate::model::read::phase_heading::HeadingKind;
use crate::model::read::text::heading::Heading;
use crate::model::read::text::list_item::first_code;
use crate::model::read::text::source::{lines, trim};

/// Reads the sub-plans of a plan, in order.
pub(crate) fn sub_plans(masked: &str, headings: &[Heading], problems: &mut Vec<Problem>) -> Vec<SubPlan> {
    let mut found = Vec::new();
    for (at, heading) in headings.iter().enumerate() {
        let Some(mega) = heading.phase.as_ref().filter(|phase| phase.kind == HeadingKind::MegaPhase) else { continue };
        let after = headings[at + 1..].iter().find(|other| other.level <= heading.level);
        let body = heading.span.end..after.map_or(masked.len(), |next| next.span.start);
        let own_phases = headings[at + 1..]
            .iter()
            .take_while(|other| other.span.start < body.end)
            .any(|other| other.phase.as_ref().is_some_and(|phase| phase.kind == HeadingKind::Phase));
        let links = links(masked, body);
        if links.is_empty() && !own_phases {
            problems.push(
                Problem::error("plan::no_sub_plan", format!("Mega-Phase {} links no plan", mega.label))
                    .at(heading.span.clone())
                    .help("name its plan below the heading: `[plan](plans/part-1.md)` or `[Break down into plans/part-1.md]`"),
            );
        }
        for span in links {
            let path = masked[span.clone()].split('#').next().unwrap_or_default();
            match clean_path(path) {
                Ok(path) => found.push(SubPlan { title: mega.title.clone(), path, span }),
                // A plan beside the folder of this one is fine; where it may lie is for the caller to decide.
                Err(BadPath::Parent) => {
                    found.push(SubPlan { title: mega.title.clone(), path: path.trim().to_owned(), span });
                }
                Err(
                    bad @ (BadPath::Absolute | BadPath::Empty | BadPath::Prose | BadPath::Command | BadPath::Handle),
                ) => problems.push(
                    Problem::error("plan::bad_path", format!("the path of a sub-plan `{path}` {}", bad.as_str()))
                        .at(span)
                        .help("write the path relative to this plan"),
                ),
            }
        }
    }
    found
}

/// Returns the targets of links to Markdown files, what stands in brackets alone, as in `[Break down into part-1.md]`, and
/// the code of ``**Plan**: `path` `` lines.
fn links(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for line in lines(text, range) {
        let mut from = line.start;
        while let Some(open) = text[from..line.end].find("](") {
            let start = from + open + 2;
            let Some(length) = text[start..line.end].find(')') else { break };
            let target = trim(text, start..start + length);
            let path = text[target.clone()].split('#').next().unwrap_or_default();
            if !path.contains("://") && markdown(path) {
                found.push(target);
            }
            from = start + length;
        }
        if from == line.start {
            found.extend(bracketed(text, &line));
        }
        let field = text[line.clone()].trim_start_matches(['-', ' ', '*']).to_ascii_lowercase();
        if from == line.start && (field.starts_with("plan") || field.starts_with("sub-plan")) {
            let code = first_code(text, &line).filter(|code| markdown(&text[code.clone()]));
            found.extend(code);
        }
    }
    found
}

/// Returns the path at the end of the first brackets of a line that hold one and are no link.
fn bracketed(text: &str, line: &Range<usize>) -> Option<Range<usize>> {
    let mut from = line.start;
    while let Some(open) = text[from..line.end].find('[').map(|at| from + at + 1) {
        let close = open + text[open..line.end].find(']')?;
        let inside = trim(text, open..close);
        let start = text[inside.clone()].rfind(char::is_whitespace).map_or(inside.start, |at| inside.start + at + 1);
        let path = start..inside.end;
        let ticks = usize::from(text[path.clone()].len() > 2 && text[path.clone()].starts_with('`'));
        let path = path.start + ticks..path.end - ticks;
        if markdown(&text[path.clone()]) {
            return Some(path);
        }
        from = close;
    }
    None
}

fn markdown(path: &str) -> bool {
    path.len() > 3 && path.get(path.len() - 3..).is_some_and(|end| end.eq_ignore_ascii_case(".md"))
}
