//! The picture of the board in the README: a screen of a real run on a real terminal, drawn as SVG.
//!
//! `UPDATE=1 cargo test --test screen picture` draws it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::support::Test;
use super::terminal::Terminal;

const PICTURE: &str = "docs/screens/board.svg";
const ROWS: u16 = 22;
const COLUMNS: u16 = 96;
/// Width and height of a character.
const CELL: (f32, f32) = (8.4, 18.0);
const SIZE: f32 = 14.0;
const PAPER: &str = "#16181d";
const INK: &str = "#d6d9de";
/// The sixteen colours of the terminal.
const COLOURS: [&str; 16] = [
    "#30343c", "#ef6b73", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d6d9de", "#7d8590", "#ff8790",
    "#b5e08f", "#f2d399", "#82c4ff", "#dd9bf0", "#7cd3de", "#ffffff",
];

const ABOUT: &str = "# Accounts\n\nPeople sign up and sign in.\n";
/// Title, file and dependencies of each phase.
const PHASES: [(&str, &str, &str); 6] = [
    ("Schema", "schema.sql", "None"),
    ("Password hashing", "hash.py", "None"),
    ("Sign-up", "signup.py", "Phase 1, Phase 2"),
    ("Sign-in", "signin.py", "Phase 1, Phase 2"),
    ("Session tokens", "tokens.py", "Phase 4"),
    ("Mail confirmation", "mail.py", "Phase 3"),
];

fn plan() -> String {
    let mut plan = ABOUT.to_owned();
    for (label, (title, file, dependencies)) in (1..).zip(PHASES) {
        write!(
            plan,
            "\n### Phase {label}: {title}\n\n**Goal**: {title} works\n\n**Estimated Hours**: 1\n\n**Complexity**: low\n\n\
             **Files Modified**:\n- {file}\n\n**Dependencies**: {dependencies}\n\n**Implementation Steps**:\n1. Write the \
             tests\n2. Write `{file}`\n\n**Validation Gates**:\n- L1: `test -d .`\n"
        )
        .expect("a text");
    }
    plan
}

/// Two items are done; of the next two each works on something, and says so.
fn script() -> serde_json::Value {
    let done = |file: &str, tokens: u64, usd: f64| {
        serde_json::json!([
            { "do": "usage", "input": tokens, "output": tokens / 8, "usd": usd },
            { "do": "write", "append": true, "files": { file: "a line\n" } },
            { "do": "succeed" },
        ])
    };
    let works = |step: &str, percent: f64, tokens: u64, usd: f64| {
        serde_json::json!([
            { "do": "usage", "input": tokens, "output": tokens / 8, "usd": usd },
            { "do": "progress", "text": step, "percent": percent },
            { "do": "sleep", "seconds": 600 },
        ])
    };
    serde_json::json!({ "items": {
        "PRP-1.1.1": done("schema.sql", 2100, 0.05),
        "PRP-1.1.2": done("hash.py", 1800, 0.04),
        "PRP-1.2.1:1": done("signup.py", 2600, 0.06),
        "PRP-1.2.2:1": done("signin.py", 2900, 0.07),
        "PRP-1.2.1:2": works("Edit signup.py", 40.0, 5200, 0.19),
        "PRP-1.2.2:2": works("Run pytest tests/test_signin.py", 60.0, 3250, 0.23),
    }})
}

#[test]
fn the_picture_of_the_board_is_what_a_terminal_shows() {
    let test = Test::with_git();
    test.write("PLAN.md", plan());
    test.write("fake.json", script().to_string());
    test.run(["gen", "PLAN.md", "--agent", "template"]).expect_code(0);
    test.commit("plan");
    let mut command = test.command(["exe", "--batch", "1", "--agent", "fake", "--level", "1"]);
    command.env("BATCHPRP_FAKE", test.path("fake.json"));
    let mut terminal = Terminal::start(command, ROWS, COLUMNS);
    terminal.wait_for("Edit signup.py");
    terminal.wait_for("Run pytest");
    let (said, picture) = terminal.with_screen(|screen| (screen.contents(), drawn(screen)));
    kill(Pid::from_raw(terminal.child.id().cast_signed()), Signal::SIGTERM).expect("a signal");
    assert_eq!(terminal.end(), 143);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PICTURE);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &picture).expect("a picture");
    }
    let kept = fs::read_to_string(&path).expect("a picture");
    let shown: String = kept.lines().filter_map(text_of).collect::<Vec<_>>().join("\n");
    for text in [
        "BATCH 1: exe",
        "2/6 done, 2 at work",
        "PRP-1.1.1-schema",
        "[COMPLETE]",
        "PRP-1.2.1-sign-up",
        "Edit signup.py",
        "Run pytest",
        "(waiting for PRP-1.2",
        "Tokens: ",
        "Cost: $",
    ] {
        assert!(said.contains(text), "no {text:?} in\n{said}");
        assert!(shown.contains(text), "{PICTURE} is stale: `UPDATE=1 cargo test --test screen picture`");
    }
}

/// Returns the text of a row of the picture.
fn text_of(line: &str) -> Option<String> {
    let inner = line.trim().strip_prefix("<text ")?.split_once('>')?.1.strip_suffix("</text>")?;
    let mut text = String::new();
    for part in inner.split('<') {
        text += part.split_once('>').map_or(part, |(_, words)| words);
    }
    Some(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

/// Draws a screen.
fn drawn(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let used = (0..rows).rev().find(|row| (0..columns).any(|at| has_text(screen, *row, at))).map_or(1, |row| row + 1);
    let (width, height) = (f32::from(columns) * CELL.0 + 24.0, f32::from(used) * CELL.1 + 24.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-size=\"{SIZE}\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\">\n\
         <title>The board of a running batch</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..used {
        let y = f32::from(row) * CELL.1 + 12.0 + SIZE;
        writeln!(svg, "<text x=\"12\" y=\"{y:.1}\" xml:space=\"preserve\">{}</text>", line(screen, row))
            .expect("a text");
    }
    svg + "</svg>\n"
}

fn has_text(screen: &vt100::Screen, row: u16, column: u16) -> bool {
    screen.cell(row, column).is_some_and(|cell| !cell.contents().trim().is_empty())
}

/// Draws one row, in runs of cells that look alike. What follows a sign that fonts draw in a width of their own is put in
/// its column again.
fn line(screen: &vt100::Screen, row: u16) -> String {
    let (_, columns) = screen.size();
    let end = (0..columns).rev().find(|at| has_text(screen, row, *at)).map_or(0, |at| at + 1);
    let mut line = String::new();
    let mut before = String::new();
    let mut is_odd = false;
    for column in 0..end {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
        let look = look(cell);
        if look != before || column == 0 || is_odd {
            let close = if column == 0 { "" } else { "</tspan>" };
            let x = f32::from(column) * CELL.0 + 12.0;
            write!(line, "{close}<tspan x=\"{x:.1}\" {look}>").expect("a text");
            before = look;
        }
        let text = if cell.has_contents() { cell.contents() } else { " " };
        is_odd = !text.is_ascii();
        line += &text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    }
    if end == 0 { line } else { line + "</tspan>" }
}

fn look(cell: &vt100::Cell) -> String {
    let colour = match cell.fgcolor() {
        vt100::Color::Idx(number) => COLOURS.get(usize::from(number)).copied().unwrap_or(INK).to_owned(),
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        vt100::Color::Default => INK.to_owned(),
    };
    let weight = if cell.bold() { " font-weight=\"bold\"" } else { "" };
    let faint = if cell.dim() { " opacity=\"0.6\"" } else { "" };
    format!("fill=\"{colour}\"{weight}{faint}")
}
