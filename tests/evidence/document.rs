//! The tables of the document are those of the program.

use std::fmt::Write as _;
use std::path::PathBuf;

use batchprp::evidence::guard::RULES;
use batchprp::evidence::verdict::ROWS;

/// Returns the tables, each with the mark before which it stands.
fn tables() -> [(&'static str, String); 2] {
    let mut rows = "| row | when | then |\n|---|---|---|\n".to_owned();
    for row in ROWS {
        writeln!(rows, "| `{}` | {} | {} |", row.id, row.when, row.then).unwrap();
    }
    let mut rules = "| rule | default | what it finds | why |\n|---|---|---|---|\n".to_owned();
    for rule in RULES {
        writeln!(rules, "| `{}` | {} | {} | {} |", rule.id, rule.level.as_str(), rule.finds, rule.reason).unwrap();
    }
    [("rows", rows), ("rules", rules)]
}

#[test]
fn the_tables_of_the_document_are_those_of_the_program() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/evidence.md");
    let found = std::fs::read_to_string(&path).expect("the document");
    let mut wanted = found.clone();
    for (name, table) in tables() {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
        let (before, rest) = wanted.split_once(&open).expect("the mark at the beginning");
        let (_, after) = rest.split_once(&close).expect("the mark at the end");
        wanted = format!("{before}{open}{table}{close}{after}");
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &wanted).expect("written");
        return;
    }
    assert!(found == wanted, "docs/evidence.md is stale: run `UPDATE=1 cargo test --test evidence document`");
}
