//! What keeps a test from being run.

use super::dead::is_always_entered;
use super::language::Language;
use super::line::Line;

/// Whether a test is run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Skip {
    #[default]
    No,
    /// Only somewhere, or sometimes.
    Sometimes,
    Always,
}

/// Reads a line before a test or a group of tests: an attribute, a decorator, an annotation.
pub(super) fn of_mark(language: Language, code: &str) -> Skip {
    let packed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let has = |texts: &[&str]| texts.iter().any(|text| packed.contains(text));
    match language {
        Language::Rust if packed.starts_with("#[ignore") => Skip::Always,
        Language::Rust if packed.starts_with("#[cfg_attr(all(),ignore") => Skip::Always,
        Language::Rust if packed.starts_with("#[cfg_attr(") && has(&["ignore"]) => Skip::Sometimes,
        Language::Rust if has(&["#[cfg(any())]", "#[cfg(false)]", "#[cfg(not(test))]", "#[cfg(all(any()"]) => {
            Skip::Always
        }
        // A table without rows, a condition that always holds, or a function that is no test any more.
        Language::Python if has(&["parametrize("]) && has(&[",[])", ",[],", ",())"]) => Skip::Always,
        Language::Python if packed.starts_with("@pytest.fixture") => Skip::Always,
        Language::Python
            if has(&[
                "skipif(True",
                "skipif(1,",
                "skipif(notFalse",
                "skipIf(True",
                "skipUnless(False",
                "skipIf(1,",
            ]) =>
        {
            Skip::Always
        }
        Language::Python if has(&["skipif", "skipIf", "skipUnless", "skip_if", "skip_unless"]) => Skip::Sometimes,
        Language::Python if packed.starts_with('@') && has(&["skip", "xfail", "expectedFailure"]) => {
            if has(&["condition", "sys.", "os.", "platform"]) { Skip::Sometimes } else { Skip::Always }
        }
        Language::Java if has(&["@Disabled", "@Ignore"]) => {
            if has(&["@DisabledOn", "@DisabledIf", "@DisabledFor"]) {
                Skip::Sometimes
            } else {
                Skip::Always
            }
        }
        Language::Java if has(&["@EnabledOn", "@EnabledIf", "@EnabledFor"]) => Skip::Sometimes,
        _ => Skip::No,
    }
}

/// Reads a line that keeps a whole file, or a whole class, from being run.
pub(super) fn of_file(language: Language, line: &Line<'_>) -> Option<Skip> {
    let packed: String = line.code.chars().filter(|c| !c.is_whitespace()).collect();
    let begins = |texts: &[&str]| texts.iter().any(|text| packed.starts_with(text));
    let top = line.indent == 0;
    let found = match language {
        Language::Python if begins(&["__test__=False"]) => Skip::Always,
        Language::Python if top && begins(&["pytest.skip("]) && packed.contains("allow_module_level=True") => {
            Skip::Always
        }
        Language::Python
            if top
                && begins(&["raiseunittest.SkipTest", "raiseSkipTest", "sys.exit(", "os._exit(", "pytest.exit("]) =>
        {
            Skip::Always
        }
        Language::Python if top && begins(&["pytest.importorskip("]) => Skip::Sometimes,
        Language::Rust if begins(&["#![cfg(any())]", "#![cfg(false)]", "#![cfg(not(test))]"]) => Skip::Always,
        Language::Rust if begins(&["#![cfg("]) => Skip::Sometimes,
        Language::JavaScript if top && begins(&["process.exit("]) => Skip::Always,
        Language::Shell if top && matches!(line.code, "exit" | "exit 0" | "return" | "return 0") => Skip::Always,
        _ => return None,
    };
    Some(found)
}

/// Reads what a file says to the compiler that builds it: `//go:build ignore`.
pub(super) fn of_build(language: Language, text: &str) -> Skip {
    /// Words that hold on some machine, or for some compiler.
    const PLATFORMS: [&str; 28] = [
        "linux",
        "darwin",
        "windows",
        "unix",
        "freebsd",
        "netbsd",
        "openbsd",
        "dragonfly",
        "solaris",
        "illumos",
        "aix",
        "plan9",
        "js",
        "wasip1",
        "android",
        "ios",
        "amd64",
        "arm64",
        "arm",
        "386",
        "wasm",
        "ppc64le",
        "riscv64",
        "s390x",
        "loong64",
        "cgo",
        "race",
        "gc",
    ];
    if language != Language::Go {
        return Skip::No;
    }
    let head = text.lines().take_while(|line| !line.starts_with("package "));
    let Some(constraint) = head.into_iter().find_map(|line| line.strip_prefix("//go:build ")) else { return Skip::No };
    let words = constraint.split(|c: char| !c.is_alphanumeric() && !"_.!".contains(c)).filter(|word| !word.is_empty());
    let holds_somewhere = |word: &str| word.starts_with('!') || PLATFORMS.contains(&word) || word.starts_with("go1");
    if words.into_iter().any(holds_somewhere) { Skip::Sometimes } else { Skip::Always }
}

/// Reads the line that begins a test or a group of tests.
pub(super) fn of_head(language: Language, code: &str) -> Skip {
    let head = code.split(['(', ' ']).next().unwrap_or_default();
    match language {
        Language::JavaScript => {
            let conditional =
                head.contains(".skipIf") || head.contains(".runIf") || code.contains("? it") || code.contains("? test");
            let packed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
            // A condition that always holds, or a table without rows.
            let never = [".skipIf(true)", ".runIf(false)", ".each([])(", ".for([])("];
            let never = never.iter().any(|text| packed.contains(text));
            let skipped = head.split('.').any(|part| ["skip", "todo", "fixme", "fails", "failing"].contains(&part))
                || ["xit", "xtest", "xdescribe", "xcontext", "xspecify"].contains(&head);
            if conditional && !never {
                Skip::Sometimes
            } else if skipped || never {
                Skip::Always
            } else {
                Skip::No
            }
        }
        Language::Ruby => {
            let head = code.split_whitespace().next().unwrap_or_default();
            let skipped = ["xit", "xdescribe", "xcontext", "xspecify", "xscenario", "pending"].contains(&head)
                || code.contains("skip: true")
                || code.contains(", :skip");
            if skipped { Skip::Always } else { Skip::No }
        }
        Language::Rust | Language::Python | Language::Go | Language::Java | Language::Shell => Skip::No,
    }
}

/// Reads the body of a test: at its own level a call skips always, deeper under a condition.
pub(super) fn of_body(language: Language, body: &[Line<'_>]) -> Skip {
    let calls: &[&str] = match language {
        Language::Python => {
            &["pytest.skip(", "self.skipTest(", "raise unittest.SkipTest", "raise SkipTest", "pytest.xfail("]
        }
        Language::JavaScript => &["this.skip(", "ctx.skip(", "t.skip(", "test.skip(", "test.fixme("],
        Language::Go => &["t.Skip(", "t.Skipf(", "t.SkipNow(", "b.Skip("],
        Language::Ruby => &["skip", "skip(", "pending", "omit"],
        Language::Shell => &["skip"],
        Language::Java => &["assumeTrue(", "Assume.", "Assumptions.", "abort("],
        Language::Rust => &[],
    };
    let level = body.first().map_or(0, |line| line.indent);
    let skips = |line: &Line<'_>| {
        let word = line.code.split([' ', ';']).next().unwrap_or_default();
        calls.iter().any(|call| {
            if call.ends_with('(') || call.contains('.') || call.contains(' ') {
                line.code.starts_with(call)
            } else {
                word == *call
            }
        })
    };
    let found = body.iter().enumerate().filter(|(_, line)| skips(line));
    let depth = |(at, line): (usize, &Line<'_>)| {
        let around = body[..at].iter().rev().find(|above| above.indent < line.indent);
        let never =
            ["assumeTrue(false", "assumeThat(false", "assumeFalse(true"].iter().any(|call| line.code.contains(call));
        if never || around.is_some_and(|around| around.indent == level && is_always_entered(language, around.code)) {
            Skip::Always
        } else if line.indent > level
            || line.code.contains(" if ")
            || line.code.contains(" unless ")
            || language == Language::Java
        {
            Skip::Sometimes
        } else {
            Skip::Always
        }
    };
    found.map(depth).max().unwrap_or_default()
}
