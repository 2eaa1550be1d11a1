//! The batchprp binary.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| words.iter().any(|word| word == name);
    let mut files = words.iter().skip(1).filter(|word| !word.starts_with("--"));
    match (words.first().map(String::as_str), files.next()) {
        (Some("inspect"), Some(file)) => {
            let mut out = anstream::stdout();
            batchprp::cli::inspect::inspect(Path::new(file), flag("--json"), flag("--fix"), &mut out)
                .map_or(ExitCode::from(5), ExitCode::from)
        }
        _ => ExitCode::from(2),
    }
}
