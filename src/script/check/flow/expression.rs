//! Expressions: the type of each.

use std::collections::BTreeMap;
use std::rc::Rc;

use rhai::{Expr, FnPtr, OpAssignment};

use super::types::{MapType, Type};
use super::walk::Walk;

impl Walk<'_> {
    /// Returns the type of an expression, and notes what is wrong in it.
    pub(super) fn expression(&mut self, expr: &Expr) -> Type {
        match expr {
            Expr::BoolConstant(..) => Type::Bool,
            Expr::IntegerConstant(..) => Type::Int,
            Expr::FloatConstant(..) => Type::Float,
            Expr::CharConstant(..) => Type::Char,
            Expr::StringConstant(text, at) => {
                self.literal(text, *at);
                Type::Text
            }
            Expr::InterpolatedString(parts, _) => {
                for part in parts {
                    // The pieces between the holes are constants, and no place for advice about back-ticks.
                    if !matches!(part, Expr::StringConstant(..)) {
                        self.expression(part);
                    }
                }
                Type::Text
            }
            Expr::Unit(_) => Type::Unit,
            Expr::DynamicConstant(value, _) => match value.read_lock::<FnPtr>() {
                Some(pointer) => self.closure(&pointer, &[]),
                None => Type::Any,
            },
            Expr::Array(items, _) => {
                let mut kind = Type::Unseen;
                for item in items {
                    let of = self.expression(item);
                    kind = kind.join(&of);
                }
                Type::list(kind)
            }
            Expr::Map(map, _) => {
                let mut keys = BTreeMap::new();
                for (name, value) in &map.0 {
                    let kind = self.expression(value);
                    keys.insert(name.name.to_string(), kind);
                }
                Type::Map(Rc::new(MapType { what: "this map".to_owned(), keys, open: false }))
            }
            Expr::Variable(variable, _, _) => {
                if !variable.2.is_empty() {
                    let space = variable.2.path.first().map(|part| part.name.to_string()).unwrap_or_default();
                    self.used_aliases.insert(space);
                    self.used_constants.insert(variable.1.to_string());
                    return Type::Any;
                }
                if let Some(slot) = self.slots.find(&variable.1) {
                    return self.slots.read(slot);
                }
                self.used_constants.insert(variable.1.to_string());
                Type::Any
            }
            Expr::Stmt(block) => self.block_value(block).0,
            Expr::FnCall(call, at) => self.call(call, *at),
            Expr::Dot(..) | Expr::Index(..) => self.chain(expr),
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                for part in parts.iter() {
                    self.condition(part);
                }
                Type::Bool
            }
            Expr::Coalesce(parts, _) => {
                let mut kind = Type::Unseen;
                for part in parts.iter() {
                    let of = self.expression(part);
                    let of = if let Type::Optional(of) = &of { (**of).clone() } else { of };
                    kind = kind.join(&of);
                }
                kind
            }
            _ => Type::Any,
        }
    }

    /// Looks at `lhs = rhs`, `lhs += rhs` and the like.
    pub(super) fn assignment(&mut self, op: &OpAssignment, sides: &rhai::BinaryExpr) {
        let kind = self.expression(&sides.rhs);
        self.nothing_kept(&sides.rhs, &kind);
        match &sides.lhs {
            Expr::Variable(variable, _, _) => {
                let Some(slot) = self.slots.find(&variable.1) else { return };
                let kind = match op.is_op_assignment() {
                    // A text takes anything, an array one more element, a number stays one.
                    true => match self.slots.kind(slot) {
                        Type::List(_) if !matches!(kind, Type::List(_)) => Type::list(kind),
                        Type::Text | Type::Word(_) => Type::Text,
                        Type::Map(_) => kind,
                        Type::Int if kind == Type::Float => Type::Any,
                        known => known.clone(),
                    },
                    false => kind,
                };
                self.slots.learn(slot, &kind);
            }
            chain @ (Expr::Dot(..) | Expr::Index(..)) => self.assigned(chain, &kind),
            _ => {}
        }
    }

    /// Looks at `a.b = value` and `a[b].c = value`: the variable has that key from now on.
    fn assigned(&mut self, chain: &Expr, kind: &Type) {
        let (Expr::Dot(parts, ..) | Expr::Index(parts, ..)) = chain else { return };
        let slot = self.root(chain);
        let is_dot = matches!(chain, Expr::Dot(..));
        match (&parts.rhs, is_dot, slot) {
            (Expr::Property(property, _), true, Some(slot)) if matches!(parts.lhs, Expr::Variable(..)) => {
                self.gets_key(slot, &property.2, kind);
            }
            (rhs, _, Some(slot)) => {
                // Further in: what is there then is anything.
                let first = match (rhs, is_dot) {
                    (Expr::Dot(inner, ..) | Expr::Index(inner, ..), true) => match &inner.lhs {
                        Expr::Property(property, _) => Some(property.2.to_string()),
                        _ => None,
                    },
                    _ => None,
                };
                match first {
                    Some(name) => self.gets_key(slot, &name, &Type::Any),
                    None => self.opens(slot, kind),
                }
                self.indexes(chain);
            }
            _ => self.indexes(chain),
        }
    }

    /// Looks at what stands between brackets on the left of an assignment.
    fn indexes(&mut self, chain: &Expr) {
        match chain {
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => {
                self.indexes(&parts.lhs);
                self.indexes(&parts.rhs);
            }
            Expr::Variable(..) | Expr::FnCall(..) => {
                self.expression(chain);
            }
            _ => {}
        }
    }

    /// Returns the variable at the start of a chain.
    pub(super) fn root(&mut self, expr: &Expr) -> Option<usize> {
        match expr {
            Expr::Variable(variable, _, _) if variable.2.is_empty() => {
                let slot = self.slots.find(&variable.1)?;
                self.slots.read(slot);
                Some(slot)
            }
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => self.root(&parts.lhs),
            _ => None,
        }
    }

    fn gets_key(&mut self, slot: usize, name: &str, kind: &Type) {
        if let Type::Map(map) = self.slots.kind(slot) {
            let mut keys = map.keys.clone();
            let kind = keys.get(name).map_or_else(|| kind.clone(), |own| own.join(kind));
            keys.insert(name.to_owned(), kind);
            let map = Type::Map(Rc::new(MapType { what: map.what.clone(), keys, open: map.open }));
            self.slots.learn(slot, &map);
        }
    }

    /// From now on the variable may hold anything of its kind.
    pub(super) fn opens(&mut self, slot: usize, element: &Type) {
        match self.slots.kind(slot) {
            Type::Map(map) => {
                let map = Type::Map(Rc::new(MapType { what: map.what.clone(), keys: map.keys.clone(), open: true }));
                self.slots.learn(slot, &map);
            }
            Type::List(_) => self.slots.learn(slot, &Type::list(element.clone())),
            _ => {}
        }
    }
}
