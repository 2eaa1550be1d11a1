//! Code fences, read with a stack.
//!
//! `CommonMark` has no nested fences: the first bare fence ends a block, whatever was opened inside. People nest them
//! all the same. Here a line with an info string opens inside an open fence too, and a bare one closes the innermost.

use std::ops::Range;

use super::source::{bom, lines};

/// An outermost code block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The opening line.
    pub(crate) open: Range<usize>,
    /// What follows the fence on the opening line, such as `bash`.
    pub(crate) info: Range<usize>,
    /// The lines between.
    pub(crate) body: Range<usize>,
    /// The closing line; `None` when the block runs to the end.
    pub(crate) close: Option<Range<usize>>,
    /// The first opening line inside, where one was seen.
    pub(crate) nested: Option<Range<usize>>,
}

impl Fence {
    /// Returns opening line, body and closing line.
    pub(crate) fn whole(&self) -> Range<usize> {
        self.open.start..self.close.as_ref().map_or(self.body.end, |close| close.end)
    }
}

/// One line that may open or close a block.
struct Mark {
    byte: u8,
    run: usize,
    /// Offset of the first fence character in the line.
    indent: usize,
    info: Range<usize>,
}

fn mark(text: &str, line: &Range<usize>) -> Option<Mark> {
    let bytes = &text.as_bytes()[line.clone()];
    let indent = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let byte = *bytes.get(indent).filter(|byte| matches!(byte, b'`' | b'~'))?;
    let run = bytes[indent..].iter().take_while(|other| **other == byte).count();
    let info = super::source::trim(text, line.start + indent + run..line.end);
    let inline = byte == b'`' && text[info.clone()].contains('`');
    (run >= 3 && !inline).then_some(Mark { byte, run, indent, info })
}

/// Reads all outermost blocks from `start` on.
pub(crate) fn fences(text: &str, start: usize) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let mut stack: Vec<(u8, usize)> = Vec::new();
    for line in lines(text, start..text.len()) {
        let Some(mark) = mark(text, &line) else { continue };
        let after = text[line.end..].find('\n').map_or(text.len(), |next| line.end + next + 1);
        match (stack.last().copied(), found.last_mut()) {
            // A shorter run, or the other character, can neither close what is open nor open inside it.
            (Some((byte, run)), Some(_)) if mark.byte != byte || mark.run < run => {}
            (Some(_), Some(fence)) if mark.info.is_empty() => {
                stack.pop();
                if stack.is_empty() {
                    fence.body.end = line.start;
                    fence.close = Some(line);
                }
            }
            (Some(_), Some(fence)) => {
                stack.push((mark.byte, mark.run));
                fence.nested.get_or_insert(line);
            }
            _ => {
                stack.push((mark.byte, mark.run));
                found.push(Fence { open: line, info: mark.info, body: after..text.len(), close: None, nested: None });
            }
        }
    }
    found
}

/// Reads the blocks as if they could not be nested: the first bare fence that is long enough ends one.
pub(crate) fn flat_fences(text: &str, start: usize) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open: Option<(u8, usize)> = None;
    for line in lines(text, start..text.len()) {
        let Some(mark) = mark(text, &line) else { continue };
        if let (Some((byte, run)), Some(block)) = (open, found.last_mut()) {
            if mark.byte == byte && mark.run >= run && mark.info.is_empty() {
                block.end = line.end;
                open = None;
            }
        } else {
            open = Some((mark.byte, mark.run));
            found.push(line.start..text.len());
        }
    }
    found
}

/// Returns a copy of the text in which the given ranges are blank, so that all offsets stay.
pub(crate) fn blank<'a>(text: &str, ranges: impl Iterator<Item = Range<usize>> + 'a) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        masked.push_str(&text[from..range.start]);
        for line in text[range.clone()].split_inclusive('\n') {
            let end = usize::from(line.ends_with('\n'));
            spaces(&mut masked, line.len() - end);
            masked.push_str(&line[line.len() - end..]);
        }
        from = range.end;
    }
    masked.push_str(&text[from..]);
    masked
}

/// Appends spaces, many at a time.
pub(crate) fn spaces(text: &mut String, mut count: usize) {
    const SPACES: &str = "                                                                                ";
    while count > 0 {
        let part = count.min(SPACES.len());
        text.push_str(&SPACES[..part]);
        count -= part;
    }
}

/// Makes every outer fence longer than any run of the same character inside it, so that all readings agree.
///
/// Returns `None` when there is nothing to change. A block that is never closed is left alone.
pub fn fix_fences(text: &str) -> Option<String> {
    let start = super::frontmatter::end(text).unwrap_or_else(|| bom(text));
    let mut fixed = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for fence in fences(text, start) {
        let (Some(close), Some(opening)) = (&fence.close, mark(text, &fence.open)) else { continue };
        let inner = lines(text, fence.body.clone()).filter_map(|line| mark(text, &line));
        let longest = inner.filter(|inner| inner.byte == opening.byte).map(|inner| inner.run).max().unwrap_or(0);
        let Some(closing) = mark(text, close).filter(|_| longest >= opening.run) else { continue };
        for (line, mark) in [(&fence.open, &opening), (close, &closing)] {
            let run = line.start + mark.indent;
            fixed.push_str(&text[from..run]);
            fixed.extend(std::iter::repeat_n(char::from(mark.byte), longest + 1));
            from = run + mark.run;
        }
    }
    (from > 0).then(|| {
        fixed.push_str(&text[from..]);
        fixed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NESTED: &str = "a\n```markdown\n# x\n```bash\nls\n```\n### Phase 9: no\n```\nb\n";

    #[test]
    fn a_block_inside_a_block_of_equal_length_does_not_end_it() {
        let found = fences(NESTED, 0);
        assert_eq!(found.len(), 1);
        assert_eq!(&NESTED[found[0].info.clone()], "markdown");
        assert_eq!(found[0].nested.clone().map(|line| &NESTED[line]), Some("```bash"));
        assert_eq!(&NESTED[found[0].whole().end..], "\nb\n");
    }

    #[test]
    fn blanking_keeps_every_offset_and_line() {
        let text = "é\n```\nü\n```\n";
        let masked = blank(text, fences(text, 0).iter().map(Fence::whole));
        assert_eq!((masked.len(), masked.lines().count()), (text.len(), 4));
        assert!(masked.starts_with("é\n   \n  \n"));
    }

    #[test]
    fn fixing_lengthens_the_outer_fence_only_and_once() {
        let fixed = fix_fences(NESTED).unwrap();
        assert_eq!(fixed, "a\n````markdown\n# x\n```bash\nls\n```\n### Phase 9: no\n````\nb\n");
        assert_eq!(fix_fences(&fixed), None);
        assert_eq!(fix_fences("```\nx\n```\n"), None);
    }

    #[test]
    fn inline_code_is_no_fence_and_an_open_block_runs_to_the_end() {
        assert!(fences("```a``` b\n", 0).is_empty());
        let open = fences("```\nx", 0);
        assert_eq!((open[0].close.clone(), open[0].body.clone()), (None, 4..5));
    }
}
