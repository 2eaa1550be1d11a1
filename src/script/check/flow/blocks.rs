//! Statements: what they make known, and what comes after them.

use rhai::{ASTFlags, Expr, FlowControl, Ident, Position, Stmt, StmtBlock};

use crate::model::problem::Problem;

use super::binding::Role;
use super::types::Type;
use super::walk::Walk;

impl Walk<'_> {
    /// Looks at a statement at the top of the file.
    pub(super) fn top(&mut self, stmt: &Stmt) {
        if let Stmt::Var(var, ..) = stmt {
            self.expression(&var.1);
        }
    }

    /// Looks at a block; returns its value, and whether nothing that follows it can be reached.
    pub(super) fn block(&mut self, block: &StmtBlock) -> (Type, bool) {
        self.slots.enter();
        let statements = block.statements();
        let (mut value, mut ended) = (Type::Unit, false);
        for (index, stmt) in statements.iter().enumerate() {
            if ended && !stmt.is_noop() {
                let problem = Problem::warning("check::unreachable", "nothing gets here")
                    .help("what stands before leaves the block each time: remove one of the two");
                self.note(problem, stmt.position());
            }
            let is_last = statements[index + 1..].iter().all(Stmt::is_noop);
            let (kind, ends) = self.statement(stmt);
            if !is_last && !ended {
                self.dropped(stmt);
            }
            if !stmt.is_noop() {
                value = kind;
            }
            // One problem for all that follows.
            if ended {
                break;
            }
            ended |= ends;
        }
        self.slots.leave();
        (value, ended)
    }

    fn statement(&mut self, stmt: &Stmt) -> (Type, bool) {
        match stmt {
            Stmt::If(flow, _) => self.branches(flow),
            Stmt::Switch(switch, _) => {
                self.expression(&switch.0);
                let (mut value, mut ends) = (Type::Unseen, switch.1.def_case.is_some());
                for case in &switch.1.expressions {
                    if !matches!(case.lhs, Expr::BoolConstant(..)) {
                        self.condition(&case.lhs);
                    }
                    let (kind, leaves) = self.branch(&case.rhs);
                    ends &= leaves;
                    value = if leaves { value } else { value.join(&kind) };
                }
                if switch.1.def_case.is_none() {
                    value = value.join(&Type::Unit);
                }
                (value, ends)
            }
            Stmt::While(flow, at) => self.repeated(flow, *at),
            Stmt::Do(flow, ..) => {
                self.looped(flow);
                self.condition(&flow.expr);
                (Type::Unit, false)
            }
            Stmt::For(parts, _) => {
                self.each(&parts.0, parts.1.as_ref(), &parts.2);
                (Type::Unit, false)
            }
            Stmt::Var(var, flags, _) => {
                let kind = self.expression(&var.1);
                self.nothing_kept(&var.1, &kind);
                let role = if flags.contains(ASTFlags::CONSTANT) { Role::Const } else { Role::Let };
                let function = self.function.clone();
                let slot = self.slots.declare(&function, &var.0.name, var.0.pos, role);
                self.slots.learn(slot, &kind);
                (Type::Unit, false)
            }
            Stmt::Assignment(assignment) => {
                self.assignment(&assignment.0, &assignment.1);
                (Type::Unit, false)
            }
            Stmt::FnCall(call, at) => (self.call(call, *at), false),
            Stmt::Block(block) => self.block(block),
            Stmt::TryCatch(flow, _) => {
                let (value, ends) = self.block(&flow.body);
                self.slots.enter();
                if let Expr::Variable(variable, _, at) = &flow.expr {
                    let function = self.function.clone();
                    let slot = self.slots.declare(&function, &variable.1, *at, Role::Bound);
                    self.slots.learn(slot, &Type::Any);
                }
                let (other, leaves) = self.block(&flow.branch);
                self.slots.leave();
                (
                    if ends {
                        other
                    } else if leaves {
                        value
                    } else {
                        value.join(&other)
                    },
                    ends && leaves,
                )
            }
            Stmt::Expr(expr) => self.branch(expr),
            Stmt::BreakLoop(expr, flags, at) => {
                if let Some(expr) = expr {
                    self.expression(expr);
                }
                if flags.contains(ASTFlags::BREAK) {
                    match self.loops.last_mut() {
                        Some(is_left) => *is_left = true,
                        None => self.outside_of_a_loop(*at),
                    }
                }
                (Type::Unit, true)
            }
            Stmt::Return(expr, flags, at) => {
                let kind = expr.as_ref().map_or(Type::Unit, |expr| self.expression(expr));
                if flags.contains(ASTFlags::BREAK) {
                    self.thrown(expr.as_deref(), &kind, *at);
                } else {
                    self.result = self.result.join(&kind);
                    self.returned(expr.as_deref(), &kind, *at);
                }
                (Type::Unit, true)
            }
            _ => (Type::Unit, false),
        }
    }

    /// Looks at `while` and `loop`.
    fn repeated(&mut self, flow: &FlowControl, at: Position) -> (Type, bool) {
        let endless = matches!(flow.expr, Expr::Unit(_));
        if !endless {
            self.condition(&flow.expr);
            if matches!(flow.expr, Expr::BoolConstant(false, _)) {
                self.note(Problem::warning("check::constant", "the loop never runs"), flow.expr.position());
            }
        }
        let is_left = self.looped(flow);
        let endless = endless || matches!(flow.expr, Expr::BoolConstant(true, _));
        if endless && !is_left && !Self::leaves(&flow.body) {
            let problem = Problem::warning("check::endless", "the loop has no end")
                .help("leave it with `break` or `return`, or give it a condition with `while`");
            self.note(problem, at);
        }
        (if endless && is_left { Type::Any } else { Type::Unit }, endless && !is_left)
    }

    /// Looks at `for variable, counter in …`.
    fn each(&mut self, variable: &Ident, counter: Option<&Ident>, flow: &FlowControl) {
        let over = self.expression(&flow.expr);
        self.iterable(&over, flow.expr.start_position());
        self.slots.enter();
        let function = self.function.clone();
        let slot = self.slots.declare(&function, &variable.name, variable.pos, Role::Bound);
        self.slots.learn(slot, &over.element());
        if let Some(counter) = counter {
            let slot = self.slots.declare(&function, &counter.name, counter.pos, Role::Bound);
            self.slots.learn(slot, &Type::Int);
        }
        self.loops.push(false);
        self.block(&flow.body);
        self.loops.pop();
        self.slots.leave();
    }

    /// Looks at an expression that may be a block, as branches are.
    fn branch(&mut self, expr: &Expr) -> (Type, bool) {
        match expr {
            Expr::Stmt(block) => self.block_value(block),
            other => (self.expression(other), false),
        }
    }

    /// Looks at a block that stands for one statement: `if` as a value is such a block.
    pub(super) fn block_value(&mut self, block: &StmtBlock) -> (Type, bool) {
        match block.statements() {
            [one @ (Stmt::If(..) | Stmt::Switch(..))] => self.statement(one),
            _ => self.block(block),
        }
    }

    fn branches(&mut self, flow: &FlowControl) -> (Type, bool) {
        self.condition(&flow.expr);
        if let Expr::BoolConstant(value, at) = &flow.expr {
            let text = format!("the condition is always {value}");
            self.note(Problem::warning("check::constant", text).help("remove the branch that never runs"), *at);
        }
        let (value, ends) = self.block(&flow.body);
        if flow.branch.is_empty() {
            return (if ends { Type::Unit } else { value.join(&Type::Unit) }, false);
        }
        let (other, leaves) = self.block_value(&flow.branch);
        (
            if ends {
                other
            } else if leaves {
                value
            } else {
                value.join(&other)
            },
            ends && leaves,
        )
    }

    /// Looks at the body of a loop; tells whether a `break` leaves it.
    fn looped(&mut self, flow: &FlowControl) -> bool {
        self.loops.push(false);
        self.block(&flow.body);
        self.loops.pop().unwrap_or_default()
    }

    /// Tells whether a loop is left by `return` or `throw`.
    fn leaves(block: &StmtBlock) -> bool {
        let mut found = false;
        for stmt in block.statements() {
            stmt.walk(&mut Vec::new(), &mut |path| {
                found |= matches!(path.last(), Some(rhai::ASTNode::Stmt(Stmt::Return(..))));
                !found
            });
        }
        // Whatever is called may throw; a loop without any call is stuck for certain.
        found
    }
}
