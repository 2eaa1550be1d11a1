//! YAML of a frontmatter: scalars stay text, everything has a place, and what could surprise is refused.
//!
//! The only file that names the YAML library. Its event stream is used instead of its deserialiser, because ids such
//! as `15.10` must stay text and every value needs its span.

use std::collections::HashSet;
use std::ops::Range;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use crate::model::problem::Problem;

/// A scalar as text, escapes resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    pub text: String,
    /// Written without quotes and not as a block.
    pub plain: bool,
    pub span: Range<usize>,
}

/// A value of the frontmatter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum YamlNode {
    /// Nothing, `null` or `~`.
    Null(Range<usize>),
    Scalar(Scalar),
    /// The scalars of a sequence, the span of the whole, and whether it is written in brackets.
    List(Vec<Scalar>, Range<usize>, bool),
    /// A map, or a sequence of something else than scalars: kept in the file, not understood. The texts are its
    /// brackets and scalars in order, for comparison.
    Other(Vec<String>, Range<usize>),
}

impl YamlNode {
    /// Returns where the value stands.
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::Null(span) | Self::List(_, span, _) | Self::Other(_, span) => span.clone(),
            Self::Scalar(scalar) => scalar.span.clone(),
        }
    }
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlEntry {
    pub key: String,
    pub key_span: Range<usize>,
    pub value: YamlNode,
}

/// A collection that is being read.
struct Frame {
    map: bool,
    /// Keys so far.
    keys: HashSet<String>,
    expects_key: bool,
}

/// What stands between the two `---` lines.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) entries: Vec<YamlEntry>,
    pub(crate) comments: Vec<Range<usize>>,
}

/// Reads `text[range]`; places and problems have offsets of `text`.
pub(crate) fn block(text: &str, range: Range<usize>, problems: &mut Vec<Problem>) -> Block {
    let mut builder =
        Builder { offset: range.start, documents: 0, block: Block::default(), stack: Vec::new(), problems };
    let limit = range.end;
    for step in Parser::new_from_str(&text[range]) {
        match step {
            Ok((event, span)) => {
                let span = span.byte_range().unwrap_or_default();
                builder.event(event, builder.offset + span.start..builder.offset + span.end);
            }
            Err(error) => {
                let at = (builder.offset + error.marker().byte_offset().unwrap_or_default()).min(limit);
                let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
                let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
                builder.problems.push(
                    Problem::error("frontmatter::yaml", format!("the frontmatter is not YAML: {}", error.info()))
                        .at(at..end)
                        .help("put values that hold `: `, ` #` or start with a special character in quotes"),
                );
                break;
            }
        }
    }
    builder.block
}

struct Builder<'p> {
    offset: usize,
    /// Documents so far; a frontmatter is one.
    documents: usize,
    block: Block,
    stack: Vec<Frame>,
    problems: &'p mut Vec<Problem>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse(anchor > 0, "an anchor", &span);
                self.refuse(tag.is_some(), "a tag", &span);
                self.scalar(Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain, span });
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.refuse(anchor > 0, "an anchor", &span);
                self.refuse(tag.is_some(), "a tag", &span);
                self.open(false, style, span);
            }
            Event::MappingStart(style, anchor, tag) => {
                self.refuse(anchor > 0, "an anchor", &span);
                self.refuse(tag.is_some(), "a tag", &span);
                self.open(true, style, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse(true, "an alias", &span);
                self.scalar(Scalar { text: String::new(), plain: false, span });
            }
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.not_a_map(span);
                }
            }
            Event::Comment(..) => self.block.comments.push(span),
            // What else the library may add is presentation.
            _ => {}
        }
    }

    fn refuse(&mut self, found: bool, what: &str, span: &Range<usize>) {
        if found {
            self.problems.push(
                Problem::error("frontmatter::unsupported", format!("{what} in the frontmatter is not supported"))
                    .at(span.clone())
                    .help("write the value out, in quotes if it starts with `&`, `*` or `!`"),
            );
        }
    }

    /// Keeps what belongs to a value that is not understood.
    fn note(&mut self, part: &str) {
        if let (2.., Some(YamlNode::Other(parts, _))) =
            (self.stack.len(), self.block.entries.last_mut().map(|entry| &mut entry.value))
        {
            parts.push(part.to_owned());
        }
    }

    fn scalar(&mut self, scalar: Scalar) {
        self.note(&scalar.text);
        let depth = self.stack.len();
        match self.stack.last_mut() {
            Some(frame) if frame.map && frame.expects_key => {
                frame.expects_key = false;
                let new = frame.keys.insert(scalar.text.clone());
                if !new {
                    self.problems.push(
                        Problem::error("frontmatter::duplicate_key", format!("the key `{}` stands twice", scalar.text))
                            .at(scalar.span.clone())
                            .help("keep one of the two lines"),
                    );
                }
                if depth == 1 {
                    let end = scalar.span.end..scalar.span.end;
                    self.block.entries.push(YamlEntry {
                        key: scalar.text,
                        key_span: scalar.span,
                        value: YamlNode::Null(end),
                    });
                }
            }
            Some(frame) => {
                frame.expects_key = frame.map;
                let map = frame.map;
                self.value(depth, map, scalar);
            }
            None if scalar.plain && is_null(&scalar.text) => {}
            None => self.not_a_map(scalar.span),
        }
    }

    fn value(&mut self, depth: usize, map: bool, scalar: Scalar) {
        let Some(entry) = self.block.entries.last_mut() else { return };
        let null = scalar.plain && is_null(&scalar.text);
        if depth == 1 && map {
            entry.value = if null { YamlNode::Null(scalar.span) } else { YamlNode::Scalar(scalar) };
        } else if let (2, false, false, YamlNode::List(items, _, _)) = (depth, map, null, &mut entry.value) {
            items.push(scalar);
        }
    }

    fn open(&mut self, map: bool, style: StructureStyle, span: Range<usize>) {
        match self.stack.len() {
            0 if !map || style == StructureStyle::Flow => self.not_a_map(span),
            0 => {}
            1 => {
                if let Some(entry) = self.block.entries.last_mut() {
                    let list = |span| YamlNode::List(Vec::new(), span, style == StructureStyle::Flow);
                    entry.value = if map { YamlNode::Other(vec!["{".to_owned()], span) } else { list(span) };
                }
            }
            _ => {
                if let Some(entry) = self.block.entries.last_mut() {
                    let span = entry.value.span();
                    if let YamlNode::List(items, _, _) = &mut entry.value {
                        let items = std::mem::take(items).into_iter().map(|item| item.text);
                        entry.value = YamlNode::Other(std::iter::once("[".to_owned()).chain(items).collect(), span);
                    }
                }
                self.note(if map { "{" } else { "[" });
            }
        }
        if let Some(parent) = self.stack.last_mut() {
            parent.expects_key = parent.map;
        }
        self.stack.push(Frame { map, keys: HashSet::new(), expects_key: map });
    }

    fn close(&mut self, end: &Range<usize>) {
        self.note("}");
        self.stack.pop();
        let entry = self.block.entries.last_mut().filter(|_| self.stack.len() == 1);
        if let Some(YamlNode::List(_, span, _) | YamlNode::Other(_, span)) = entry.map(|entry| &mut entry.value) {
            span.end = span.end.max(end.end);
        }
    }

    fn not_a_map(&mut self, span: Range<usize>) {
        self.problems.push(
            Problem::error("frontmatter::not_a_map", "the frontmatter is not a list of `key: value` lines")
                .at(span)
                .help("write one `key: value` per line between the two `---` lines"),
        );
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
