//! `a.b`, `a[b]` and `a.b(c)`, as long as they may be.

use rhai::{ASTFlags, Expr, Position};

use crate::model::problem::Problem;

use super::super::super::suggest;
use super::types::Type;
use super::walk::Walk;

impl Walk<'_> {
    /// Returns the type at the end of a chain.
    pub(super) fn chain(&mut self, expr: &Expr) -> Type {
        match expr {
            Expr::Dot(parts, flags, _) => {
                let base = self.expression(&parts.lhs);
                let root = self.root(&parts.lhs).filter(|_| matches!(parts.lhs, Expr::Variable(..)));
                let base = Self::whole(base, *flags);
                self.dotted(&base, &parts.rhs, *flags, root)
            }
            Expr::Index(parts, flags, _) => {
                let base = self.expression(&parts.lhs);
                self.indexed(&base, &parts.rhs, *flags)
            }
            other => self.expression(other),
        }
    }

    /// `a?.b` asks only what is there.
    fn whole(base: Type, flags: ASTFlags) -> Type {
        match base {
            Type::Optional(of) if flags.contains(ASTFlags::NEGATED) => (*of).clone(),
            other => other,
        }
    }

    fn dotted(&mut self, base: &Type, rhs: &Expr, flags: ASTFlags, root: Option<usize>) -> Type {
        let elvis = flags.contains(ASTFlags::NEGATED);
        match rhs {
            Expr::Property(property, at) => self.property(base, &property.2, *at, elvis),
            Expr::MethodCall(call, at) => self.method(base, call, *at, root),
            Expr::Dot(parts, next, _) => {
                let kind = self.dotted(base, &parts.lhs, flags, root);
                let kind = Self::whole(kind, *next);
                self.dotted(&kind, &parts.rhs, *next, None)
            }
            Expr::Index(parts, next, _) => {
                let kind = self.dotted(base, &parts.lhs, flags, root);
                self.indexed(&kind, &parts.rhs, *next)
            }
            _ => Type::Any,
        }
    }

    fn indexed(&mut self, base: &Type, rhs: &Expr, flags: ASTFlags) -> Type {
        if flags.contains(ASTFlags::BREAK) {
            return self.element(base, rhs);
        }
        match rhs {
            Expr::Dot(parts, next, _) => {
                let kind = self.element(base, &parts.lhs);
                let kind = Self::whole(kind, *next);
                self.dotted(&kind, &parts.rhs, *next, None)
            }
            Expr::Index(parts, next, _) => {
                let kind = self.element(base, &parts.lhs);
                self.indexed(&kind, &parts.rhs, *next)
            }
            index => self.element(base, index),
        }
    }

    fn element(&mut self, base: &Type, index: &Expr) -> Type {
        let kind = self.expression(index);
        match (base, &kind) {
            (Type::Map(map), _) => match index {
                Expr::StringConstant(name, _) => map.keys.get(name.as_str()).cloned().unwrap_or(Type::Any),
                _ if !kind.passes("text") => {
                    let text = format!("a map is asked for a key of {}", kind.shown());
                    let problem = Problem::error("check::index", text).help("keys are texts: `map[key.to_string()]`");
                    self.note(problem, index.start_position());
                    Type::Any
                }
                _ => Type::Any,
            },
            (Type::List(_) | Type::Text | Type::Word(_), Type::Int | Type::Any | Type::Unseen | Type::Optional(_)) => {
                base.element()
            }
            (Type::List(_) | Type::Text | Type::Word(_), Type::Range) => base.clone(),
            (Type::List(_), other) => {
                let text = format!("an array is asked for element {}", other.shown());
                self.note(
                    Problem::error("check::index", text).help("elements are counted: `list[0]`"),
                    index.start_position(),
                );
                Type::Any
            }
            _ => Type::Any,
        }
    }

    /// Returns the type of a property.
    fn property(&mut self, base: &Type, name: &str, at: Position, elvis: bool) -> Type {
        match base {
            Type::Unseen => Type::Unseen,
            Type::Map(map) => match map.keys.get(name) {
                Some(kind) => kind.clone(),
                None if map.open || elvis => Type::Any,
                None => {
                    let known: Vec<&str> = map.keys.keys().map(String::as_str).collect();
                    let (code, text) = match map.what.as_str() {
                        "args" => ("check::args", format!("`args` has no `{name}`: no flag of that name is in `ARGS`")),
                        what => ("check::unknown_property", format!("{what} has no key `{name}`")),
                    };
                    self.note(Problem::error(code, text).help(suggest::help(name, &known)), at);
                    Type::Any
                }
            },
            Type::Unit => {
                let problem = Problem::error("check::unknown_property", format!("`()` has no property `{name}`"));
                self.note(problem, at);
                Type::Any
            }
            known => {
                let Some(receiver) = known.receiver() else { return Type::Any };
                let kind = match (known, name) {
                    (Type::Dag(of), "items") => Some(Type::List(of.clone())),
                    _ => self.file.table.property(receiver, name),
                };
                kind.unwrap_or_else(|| {
                    let problem = self.no_property(receiver, name);
                    self.note(problem, at);
                    Type::Any
                })
            }
        }
    }

    fn no_property(&self, receiver: &str, name: &str) -> Problem {
        let problem = |text: String| Problem::error("check::unknown_property", text);
        let table = self.file.table;
        let shown = Type::of_word(receiver).shown();
        if table.methods(receiver).any(|method| method == name) {
            return problem(format!("`{name}` of {shown} is a function, not a property"))
                .help(format!("call it: `{name}(…)`"));
        }
        let known: Vec<&str> = table.properties(receiver).collect();
        problem(format!("{shown} has no property `{name}`")).help(suggest::help(name, &known))
    }
}
