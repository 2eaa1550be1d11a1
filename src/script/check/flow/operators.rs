//! Operators: between which values they stand, and what comes of them.

use rhai::{Expr, FnCallExpr, Position, Token};

use crate::model::problem::Problem;

use super::super::super::suggest;
use super::types::Type;
use super::walk::Walk;

impl Walk<'_> {
    /// Looks at an operator and its one or two sides.
    pub(super) fn operator(&mut self, call: &FnCallExpr, at: Position) -> Type {
        let args: Vec<Type> = call.args.iter().map(|arg| self.expression(arg)).collect();
        let Some(token) = &call.op_token else { return Type::Any };
        match (token, args.as_slice()) {
            (Token::Bang, [one]) => {
                if let [arg] = call.args.as_slice() {
                    self.is_condition(one, arg);
                }
                Type::Bool
            }
            (Token::UnaryMinus | Token::UnaryPlus, [one]) => one.clone(),
            (Token::EqualsTo | Token::NotEqualsTo, [left, right]) => {
                self.compared(call, left, right, at);
                Type::Bool
            }
            (
                Token::LessThan | Token::GreaterThan | Token::LessThanEqualsTo | Token::GreaterThanEqualsTo,
                [left, right],
            ) => {
                if let (Some(one), Some(other)) = (scalar(left), scalar(right))
                    && one != other
                    && !(is_number(left) && is_number(right))
                {
                    let text =
                        format!("{} is compared with {}: the answer is always the same", left.shown(), right.shown());
                    self.note(Problem::warning("check::comparison", text).help("convert one of the two first"), at);
                }
                Type::Bool
            }
            (Token::In | Token::NotIn, _) => Type::Bool,
            _ if call.name == "contains" => Type::Bool,
            (Token::ExclusiveRange | Token::InclusiveRange, _) => Type::Range,
            (_, [left, right]) => self.arithmetic(call, left, right, at),
            _ => Type::Any,
        }
    }

    fn arithmetic(&mut self, call: &FnCallExpr, left: &Type, right: &Type, at: Position) -> Type {
        let sign = call.name.as_str();
        if matches!(left, Type::Unseen) || matches!(right, Type::Unseen) {
            return Type::Unseen;
        }
        match (left, right) {
            (Type::Text | Type::Word(_), _) | (_, Type::Text | Type::Word(_)) if sign == "+" => return Type::Text,
            (Type::List(_), Type::List(_)) if sign == "+" => return left.join(right),
            (Type::List(of), other) if sign == "+" => return Type::list(of.join(other)),
            (Type::Map(left), Type::Map(right)) if sign == "+" => {
                return Type::Map(left.clone()).join(&Type::Map(right.clone()));
            }
            (Type::Int, Type::Int) => return Type::Int,
            _ if is_number(left) && is_number(right) => return Type::Float,
            _ => {}
        }
        let bad =
            |kind: &Type| matches!(kind, Type::Unit | Type::Bool | Type::Closure(..) | Type::Dag(_) | Type::Named(_));
        let mixed = scalar(left).is_some() && scalar(right).is_some() && (is_number(left) != is_number(right));
        let texts = |kind: &Type| matches!(kind, Type::Text | Type::Word(_) | Type::Char);
        let signs = ["+", "-", "*", "/", "%", "**"];
        if signs.contains(&sign)
            && (bad(left) && !right.is_open() || bad(right) && !left.is_open() || mixed)
            && !(sign == "-" && texts(left) && texts(right))
            && !(sign == "+" && (texts(left) || texts(right)))
        {
            let text = format!("`{sign}` does not go between {} and {}", left.shown(), right.shown());
            self.note(
                Problem::error("check::operator", text)
                    .help("convert one of the two first, or put it into a text with `${…}`"),
                at,
            );
        }
        Type::Any
    }

    fn compared(&mut self, call: &FnCallExpr, left: &Type, right: &Type, at: Position) {
        for (kind, other) in [(left, call.args.get(1)), (right, call.args.first())] {
            let kind = if let Type::Optional(of) = kind { &**of } else { kind };
            if let (Type::Word(words), Some(Expr::StringConstant(word, place))) = (kind, other)
                && !words.contains(&word.as_str())
            {
                let problem =
                    Problem::error("check::word", format!("it is never `{word}`")).help(suggest::help(word, words));
                self.note(problem, *place);
                return;
            }
        }
        let plain = |kind: &Type| if let Type::Optional(of) = kind { (**of).clone() } else { kind.clone() };
        let (left, right) = (plain(left), plain(right));
        if let (Some(one), Some(other)) = (scalar(&left), scalar(&right))
            && one != other
            && !(is_number(&left) && is_number(&right))
        {
            let text = format!("{} is compared with {}: they are never equal", left.shown(), right.shown());
            let help = match (&left, &right) {
                (Type::Char, Type::Text) | (Type::Text, Type::Char) => {
                    "texts stand in double quotes, one character in single ones"
                }
                _ => "convert one of the two first: `to_string()`, `parse_int(text)`",
            };
            self.note(Problem::warning("check::comparison", text).help(help), at);
        }
    }

    /// Looks at what decides: it must be a bool.
    pub(super) fn condition(&mut self, expr: &Expr) {
        let kind = self.expression(expr);
        self.is_condition(&kind, expr);
    }

    fn is_condition(&mut self, kind: &Type, expr: &Expr) {
        if kind.is_open() || *kind == Type::Bool {
            return;
        }
        let help = match kind {
            Type::List(_) => "write `!list.is_empty()`",
            Type::Text | Type::Word(_) => "write `text != \"\"`",
            Type::Int | Type::Float => "write `number != 0`",
            Type::Named(name) if name == "Answer" || name == "Outcome" || name == "Closed" => "write `.ok` behind it",
            _ => "compare it: `value != ()`",
        };
        let text = format!("the condition is {}, not a bool", kind.shown());
        self.note(Problem::error("check::condition", text).help(help), expr.start_position());
    }

    /// Looks at what a `for` goes over.
    pub(super) fn iterable(&mut self, kind: &Type, at: Position) {
        let help = match kind {
            Type::Map(_) => "write `for key in map.keys()`",
            Type::Int => "write `for i in 0..number`",
            Type::Dag(_) => "write `for item in dag.items`",
            Type::Bool | Type::Float | Type::Unit | Type::Closure(..) | Type::Named(_) => {
                "a loop goes over an array, a text or a range"
            }
            _ => return,
        };
        let problem = Problem::error("check::iterable", format!("a `for` loop cannot go over {}", kind.shown()));
        self.note(problem.help(help), at);
    }
}

/// Returns a number for each simple type: values of different ones are never equal.
fn scalar(kind: &Type) -> Option<u8> {
    Some(match kind {
        Type::Bool => 0,
        Type::Int => 1,
        Type::Float => 2,
        Type::Text | Type::Word(_) => 3,
        Type::Char => 4,
        _ => return None,
    })
}

fn is_number(kind: &Type) -> bool {
    matches!(kind, Type::Int | Type::Float)
}
