//! The level of the script API: a script says which one it was written for, `const API = 2;`, and what came with which
//! level stands in the documentation of each function.

use rhai::{AST, ASTFlags, Expr, LexError, ParseError, ParseErrorType, Position, Stmt};

use super::super::reference::Function;

/// The level of this program. It rises with each release in which functions come or get another name.
pub(crate) const LEVEL: i64 = 2;

/// Begins the sentence about the level with which a function came; those of level 1 have none.
const SINCE: &str = "Since level ";

/// Begins the sentence about a function that has a successor: `Deprecated since level 2: use ` and its name in back-ticks.
const DEPRECATED: &str = "Deprecated since level ";

/// Returns the level that a script asks for, `None` where it is no number, and its place; nothing where it asks for none.
pub(crate) fn wanted(ast: &AST) -> Option<(Option<i64>, Position)> {
    ast.statements().iter().find_map(|stmt| match stmt {
        Stmt::Var(var, flags, _) if flags.contains(ASTFlags::CONSTANT) && var.0.name == "API" => match &var.1 {
            Expr::IntegerConstant(level, at) if *level > 0 => Some((Some(*level), *at)),
            other => Some((None, other.position())),
        },
        _ => None,
    })
}

/// Refuses a script that was written for a later program: what it would do with this one is a guess.
pub(crate) fn require(ast: &AST) -> Result<(), ParseError> {
    match wanted(ast) {
        Some((Some(level), at)) if level > LEVEL => {
            Err(ParseError(ParseErrorType::BadInput(LexError::Runtime(too_new(level))).into(), at))
        }
        _ => Ok(()),
    }
}

/// Says what is wrong with a script of a later level.
pub(crate) fn too_new(level: i64) -> String {
    format!("the script is written for level {level} of the script API, and this batchprp has level {LEVEL}")
}

/// What to do about such a script.
pub(crate) const TOO_NEW_HELP: &str = "update batchprp, or take an older version of the script";

/// Returns the level with which a function came.
pub(crate) fn since(function: &Function) -> i64 {
    number_behind(&function.doc, SINCE).map_or(1, |(level, _)| level)
}

/// Returns since which level a function has a successor, and its name.
pub(crate) fn successor(function: &Function) -> Option<(i64, &str)> {
    let (level, rest) = number_behind(&function.doc, DEPRECATED)?;
    Some((level, rest.strip_prefix(": use `")?.split_once('`')?.0))
}

fn number_behind<'d>(doc: &'d str, words: &str) -> Option<(i64, &'d str)> {
    let rest = &doc[doc.find(words)? + words.len()..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    Some((rest[..digits].parse().ok()?, &rest[digits..]))
}
