//! How far the work went from the files that its PRP declares.

use serde::{Deserialize, Serialize};

use crate::model::pattern::DeclaredFile;

/// What a drift ratio means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DriftLevel {
    /// Below 5 %.
    Healthy,
    /// Up to 15 %.
    Warning,
    Critical,
}

impl DriftLevel {
    /// Returns the word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// The difference between declared and changed files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// (extra + missing) / declared, or / 1 when nothing is declared.
    pub ratio: f64,
    pub level: DriftLevel,
    /// Declared, but nothing that fits was changed.
    pub missing: Vec<String>,
    /// Changed, but not declared.
    pub extra: Vec<String>,
}

/// Compares declared paths, directories and globs with the files that were changed. Both lists count as sets.
pub fn drift(declared: &[String], changed: &[String]) -> Drift {
    let declared = sorted(declared);
    let changed = sorted(changed);
    let patterns = declared.iter().map(|path| DeclaredFile::new(path)).collect::<Vec<_>>();
    let unmet = |pattern: &DeclaredFile| !changed.iter().any(|file| pattern.matches(file));
    let missing = declared.iter().zip(&patterns).filter(|(_, pattern)| unmet(pattern)).map(|(path, _)| (*path).clone());
    let missing = missing.collect::<Vec<_>>();
    let undeclared = |file: &&&String| !patterns.iter().any(|pattern| pattern.matches(file));
    let extra = changed.iter().filter(undeclared).map(|file| (*file).clone()).collect::<Vec<_>>();
    let ratio = (extra.len() + missing.len()) as f64 / declared.len().max(1) as f64;
    let level = if ratio < 0.05 {
        DriftLevel::Healthy
    } else if ratio <= 0.15 {
        DriftLevel::Warning
    } else {
        DriftLevel::Critical
    };
    Drift { ratio, level, missing, extra }
}

fn sorted(paths: &[String]) -> Vec<&String> {
    let mut paths = paths.iter().collect::<Vec<_>>();
    paths.sort_unstable();
    paths.dedup();
    paths
}
