//! Shell blocks of a text: what a document wants to be run.

use std::ops::Range;

use super::fence::fences;
use super::source::bom;
use crate::model::read::gate::script;

/// A fenced block of shell commands, without prompts and comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellBlock {
    /// Opening line, commands and closing line.
    pub span: Range<usize>,
    /// Line of the opening fence, from 1.
    pub line: usize,
    pub script: String,
}

/// Reads the shell blocks of a text, outermost ones only, in order.
pub fn shell_blocks(text: &str) -> Vec<ShellBlock> {
    let blocks = fences(text, bom(text)).into_iter().filter_map(|fence| {
        let script = script(text, &fence)?;
        let line = text[..fence.open.start].matches('\n').count() + 1;
        Some(ShellBlock { span: fence.whole(), line, script })
    });
    blocks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shell_is_read_and_examples_inside_of_others_are_not() {
        let text = "a\n```bash\n# why\n$ echo one\nout\n```\n```rust\nx\n```\n````md\n```sh\nno\n```\n````\n  ```sh\n  echo two\n  ```\n";
        let blocks = shell_blocks(text);
        let got: Vec<(usize, &str)> = blocks.iter().map(|block| (block.line, block.script.as_str())).collect();
        assert_eq!(got, [(2, "echo one"), (15, "echo two")]);
        assert_eq!(text[blocks[1].span.clone()].trim(), "```sh\n  echo two\n  ```");
    }
}
