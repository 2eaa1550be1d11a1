//! The bodies of functions. The engine shows them only while an AST is walked through, so each is copied once.

use rhai::{AST, ASTNode, Position, Stmt, StmtBlock};

/// A function of a script, or one of its closures.
pub(super) struct Body {
    pub(super) name: String,
    pub(super) params: Vec<String>,
    pub(super) at: Position,
    pub(super) block: StmtBlock,
}

/// Returns all functions of a file in the order in which they are written.
pub(super) fn all(ast: &AST) -> Vec<Body> {
    let functions = ast.clone_functions_only();
    let mut found: Vec<Body> = ast
        .iter_fn_def()
        .map(|function| {
            let (name, count) = (function.name.to_string(), function.params.len());
            let mut alone = functions.clone();
            alone.retain_functions(|_, _, other, params| other == name && params == count);
            let mut statements: Vec<Stmt> = Vec::new();
            alone.walk(&mut |path: &[ASTNode]| {
                if let [ASTNode::Stmt(stmt)] = path {
                    statements.push((*stmt).clone());
                }
                true
            });
            let (at, end) = (function.body.start_position(), function.body.end_position());
            let params = function.params.iter().map(ToString::to_string).collect();
            Body { name, params, at, block: StmtBlock::new(statements, at, end) }
        })
        .collect();
    found.sort_by_key(|body| (body.at.line(), body.at.position()));
    found
}
