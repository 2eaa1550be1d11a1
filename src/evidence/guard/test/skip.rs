//! What keeps a test from being run.

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
        Language::Rust if packed.starts_with("#[cfg_attr(") && has(&["ignore"]) => Skip::Sometimes,
        Language::Rust if has(&["#[cfg(any())]", "#[cfg(false)]"]) => Skip::Always,
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
    let skips = language == Language::Python
        && (packed.starts_with("__test__=False")
            || line.indent == 0 && packed.starts_with("pytest.skip(") && packed.contains("allow_module_level=True"));
    skips.then_some(Skip::Always)
}

/// Reads the line that begins a test or a group of tests.
pub(super) fn of_head(language: Language, code: &str) -> Skip {
    let head = code.split(['(', ' ']).next().unwrap_or_default();
    match language {
        Language::JavaScript => {
            let conditional =
                head.contains(".skipIf") || head.contains(".runIf") || code.contains("? it") || code.contains("? test");
            let skipped = head.split('.').any(|part| part == "skip" || part == "todo" || part == "fixme")
                || ["xit", "xtest", "xdescribe", "xcontext", "xspecify"].contains(&head);
            if conditional {
                Skip::Sometimes
            } else if skipped {
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
    let found = body.iter().filter(|line| skips(line));
    let depth = |line: &Line<'_>| {
        if line.indent > level
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
