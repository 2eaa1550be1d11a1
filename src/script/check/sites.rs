//! The calls in a script, as they are written.

use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

/// One call as it is written.
#[derive(Debug)]
pub(super) struct Site {
    /// Empty for a call without one.
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) args: usize,
    pub(super) method: bool,
    pub(super) position: Position,
}

/// Returns the calls of a file, operators left out.
pub(super) fn sites(ast: &AST) -> Vec<Site> {
    let mut found = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        let (call, position, method) = match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position))) => {
                (call, *position, false)
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => (call, *position, true),
            _ => return true,
        };
        if call.op_token.is_none() {
            found.push(site(call, position, method));
        }
        true
    });
    found
}

fn site(call: &FnCallExpr, position: Position, method: bool) -> Site {
    let namespace = call.namespace.path.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join("::");
    Site { namespace, name: call.name.to_string(), args: call.args.len(), method, position }
}
