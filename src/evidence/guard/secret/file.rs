//! Files by their name: which hold secrets, which hold what only looks like one.

use super::assignment::Strictness;
use crate::evidence::guard::test;

/// What a file is, for the search of secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) strictness: Strictness,
    /// Its name says that it holds secrets.
    pub(super) holds_secrets: bool,
    /// Values under secret names are examples there more often than not.
    pub(super) examples: bool,
    /// Sums and encoded data: values say nothing.
    pub(super) data: bool,
}

/// Names of files that hold keys or passwords.
const HOLDERS: [&str; 14] = [
    ".envrc",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".htpasswd",
    ".git-credentials",
    ".pypirc",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".dockercfg",
    "credentials.json",
    "service-account.json",
];
const HOLDER_ENDS: [&str; 8] = [".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk", ".pem", ".key"];
/// `.env.example` holds none.
const TEMPLATES: [&str; 8] = ["example", "sample", "template", "dist", "defaults", "default", "tpl", "schema"];

/// Tells what a file is.
pub(super) fn kind(path: &str) -> Kind {
    let name = path.rsplit('/').next().unwrap_or_default();
    let parts: Vec<&str> = name.split('.').collect();
    let template = parts.iter().any(|part| TEMPLATES.contains(part));
    let environment = name == ".env" || name.starts_with(".env.") || parts.last() == Some(&"env");
    let holds_secrets = !template && (environment || HOLDERS.contains(&name));
    let end = parts.last().copied().unwrap_or_default();
    let settings =
        ["ini", "cfg", "conf", "properties", "yml", "yaml", "toml", "env", "envrc"].contains(&end) || environment;
    let documents = ["md", "rst", "txt", "adoc", "html", "ipynb", "snap"].contains(&end);
    let locks =
        end == "lock" || ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum"].contains(&name);
    let fixtures =
        path.split('/').any(|part| ["fixtures", "testdata", "__snapshots__", "mocks", "examples"].contains(&part));
    Kind {
        strictness: match (holds_secrets, settings) {
            (true, _) => Strictness::Secrets,
            (false, true) => Strictness::Settings,
            (false, false) => Strictness::Code,
        },
        holds_secrets,
        examples: template || documents || fixtures || test::is_test_file(path) || path.starts_with("docs/"),
        data: locks || ["map", "svg", "min", "sum"].contains(&end) || name.contains(".min."),
    }
}

/// Tells whether a file is a store of keys by its name alone.
pub(super) fn is_store(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    HOLDERS.contains(&name) || HOLDER_ENDS[..6].iter().any(|end| name.ends_with(end))
}
