//! A first look at the arguments, before the whole command line can be built: global flags and the word that follows.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Command};

use super::globals::Globals;

/// What the first look finds.
#[derive(Debug)]
pub struct Peek {
    pub globals: Globals,
    /// Index of the subcommand in the arguments.
    pub word: Option<usize>,
}

/// Looks at the arguments; nothing is an error yet.
pub fn peek(argv: &[OsString]) -> Peek {
    let command = Globals::augment_args(Command::new("batchprp"))
        .ignore_errors(true)
        .allow_external_subcommands(true)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true);
    let Ok(matches) = command.try_get_matches_from(argv) else {
        return Peek { globals: Globals::default(), word: None };
    };
    let mut globals = <Globals as clap::FromArgMatches>::from_arg_matches(&matches).unwrap_or_default();
    let rest = matches.subcommand().map(|(_, rest)| rest.get_many::<OsString>("").map_or(0, Iterator::count));
    let word = rest.and_then(|rest| argv.len().checked_sub(rest + 1));
    behind(argv.get(word.map_or(argv.len(), |at| at + 1)..).unwrap_or_default(), &mut globals);
    Peek { globals, word }
}

/// Finds, behind the subcommand, the flags that decide where the subcommand is looked for and how errors are written.
fn behind(rest: &[OsString], globals: &mut Globals) {
    let mut rest = rest.iter().take_while(|arg| *arg != "--");
    while let Some(arg) = rest.next() {
        let text = arg.to_string_lossy();
        if text == "--json" {
            globals.json = true;
        } else if text == "-C" || text == "--directory" {
            globals.directory = rest.next().map(PathBuf::from).or(globals.directory.take());
        } else if let Some(folder) = text.strip_prefix("--directory=") {
            globals.directory = Some(PathBuf::from(folder));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(line: &str) -> Option<String> {
        let argv: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        peek(&argv).word.map(|index| argv[index].to_string_lossy().into_owned())
    }

    #[test]
    fn the_subcommand_is_found_behind_global_flags() {
        assert_eq!(word("batchprp exe --batch 47").as_deref(), Some("exe"));
        assert_eq!(word("batchprp -C some/dir --json exe 1 2").as_deref(), Some("exe"));
        assert_eq!(word("batchprp --color=never run exe").as_deref(), Some("run"));
        assert_eq!(word("batchprp --help"), None);
        assert_eq!(word("batchprp"), None);
    }
}
