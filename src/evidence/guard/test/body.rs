//! Where a test ends.

use super::language::Language;
use super::line::Line;

/// Begins of lines that end what stood before at the same or a deeper level. White space at the front says little: texts
/// of several lines often stand at the left margin.
fn heads(language: Language) -> &'static [&'static str] {
    match language {
        Language::Rust => &[
            "fn ",
            "pub ",
            "pub(",
            "impl ",
            "impl<",
            "mod ",
            "struct ",
            "enum ",
            "trait ",
            "use ",
            "const ",
            "static ",
            "type ",
            "macro_rules!",
            "#[",
            "async fn ",
            "unsafe ",
        ],
        Language::Python => &["def ", "class ", "async def ", "@", "if __name__"],
        Language::JavaScript => &[
            "it(",
            "it.",
            "xit(",
            "test(",
            "test.",
            "xtest(",
            "describe(",
            "describe.",
            "xdescribe(",
            "context(",
            "suite(",
            "before(",
            "beforeEach(",
            "beforeAll(",
            "after(",
            "afterEach(",
            "afterAll(",
            "function ",
            "async function ",
            "export ",
            "import ",
            "class ",
            "specify(",
        ],
        Language::Go => &["func ", "type ", "var ", "const ", "import "],
        Language::Java => {
            &["@", "public ", "private ", "protected ", "class ", "fun ", "static ", "void ", "internal "]
        }
        Language::Ruby => &[
            "def ",
            "class ",
            "module ",
            "it ",
            "specify ",
            "test ",
            "describe ",
            "context ",
            "before ",
            "after ",
            "let(",
            "scenario ",
            "feature ",
            "xit ",
            "private",
        ],
        Language::Shell => &["@test ", "function ", "test_expect_", "it ", "Describe ", "setup()", "teardown()"],
    }
}

/// Returns the lines of the body of the test whose head is at `at`.
pub(super) fn body<'a, 'b>(language: Language, lines: &'b [Line<'a>], at: usize) -> &'b [Line<'a>] {
    let head = lines[at];
    let rest = &lines[at + 1..];
    let ends = |line: &Line<'_>| {
        let closes =
            line.indent < head.indent && ["}", ")", "end", "]"].iter().any(|close| line.code.starts_with(close));
        let function = language == Language::Shell && line.code.ends_with("() {");
        closes
            || line.indent <= head.indent
                && (function || heads(language).iter().any(|begin| line.code.starts_with(begin)))
    };
    &rest[..rest.iter().position(ends).unwrap_or(rest.len())]
}
