//! The fuzz targets, without a fuzzer: they compile against the readers as they are, hold for their own seeds, and their
//! package depends on what the readers need. Fuzzing itself is in `docs/fuzzing.md`.

// The targets name the package of the fuzzer and its library; both names are this test and this program here.
extern crate batchprp as batchprp_fuzz;
extern crate self as libfuzzer_sys;

use std::fs;
use std::path::{Path, PathBuf};

/// Makes a function of a target: it runs over every input that can be made of a seed.
#[macro_export]
macro_rules! fuzz_target {
    (|$input:ident: $type:ty| $body:block) => {
        pub(crate) fn run(seed: &[u8]) {
            for $input in <$type as $crate::Seed>::inputs(seed) {
                let one = || $body;
                one();
            }
        }
    };
}

#[allow(unused_attributes, unused_imports, reason = "`no_main` and the import are for the fuzzer")]
#[path = "../fuzz/fuzz_targets/dependency_text.rs"]
mod dependency_text;
#[allow(
    unused_attributes,
    unused_imports,
    clippy::panic,
    reason = "`no_main` and the import are for the fuzzer, and targets panic"
)]
#[path = "../fuzz/fuzz_targets/frontmatter_edit.rs"]
mod frontmatter_edit;
#[allow(unused_attributes, unused_imports, reason = "`no_main` and the import are for the fuzzer")]
#[path = "../fuzz/fuzz_targets/plan_md.rs"]
mod plan_md;
#[allow(unused_attributes, unused_imports, reason = "`no_main` and the import are for the fuzzer")]
#[path = "../fuzz/fuzz_targets/prp_md.rs"]
mod prp_md;
#[allow(unused_attributes, unused_imports, reason = "`no_main` and the import are for the fuzzer")]
#[path = "../fuzz/fuzz_targets/task_list.rs"]
mod task_list;
#[allow(unused_attributes, unused_imports, reason = "`no_main` and the import are for the fuzzer")]
#[path = "../fuzz/fuzz_targets/told.rs"]
mod told;

/// Something that targets take, made of a seed.
trait Seed<'a>: Sized {
    fn inputs(seed: &'a [u8]) -> Vec<Self>;
}

impl<'a> Seed<'a> for &'a [u8] {
    /// The seed, and what is left of it when it is cut off in several places.
    fn inputs(seed: &'a [u8]) -> Vec<Self> {
        (0..=16).map(|part| &seed[..seed.len() * part / 16]).collect()
    }
}

impl<'a> Seed<'a> for &'a str {
    fn inputs(seed: &'a [u8]) -> Vec<Self> {
        <&[u8]>::inputs(seed).into_iter().filter_map(|bytes| std::str::from_utf8(bytes).ok()).collect()
    }
}

impl Seed<'_> for (String, String, u8) {
    fn inputs(seed: &[u8]) -> Vec<Self> {
        let text = String::from_utf8_lossy(seed).into_owned();
        let words = ["done", "it's: #1", "a/b", ""];
        words.iter().flat_map(|word| (0..5).map(|kind| (text.clone(), (*word).to_owned(), kind))).collect()
    }
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

#[test]
fn every_target_holds_for_its_seeds() {
    type Run = fn(&[u8]);
    let targets: [(&str, Run); 6] = [
        ("dependency_text", dependency_text::run),
        ("frontmatter_edit", frontmatter_edit::run),
        ("plan_md", plan_md::run),
        ("prp_md", prp_md::run),
        ("task_list", task_list::run),
        ("told", told::run),
    ];
    let names = |folder: &str| {
        let entries = fs::read_dir(fuzz().join(folder)).expect("a folder").flatten();
        let mut names: Vec<_> =
            entries.filter_map(|e| Some(e.path().file_stem()?.to_string_lossy().into_owned())).collect();
        names.sort();
        names
    };
    let known = targets.map(|(name, _)| name);
    assert_eq!(names("fuzz_targets"), known, "a target that this test does not know");
    assert_eq!(names("seeds"), known);
    for (name, run) in targets {
        for seed in fs::read_dir(fuzz().join("seeds").join(name)).expect("seeds").flatten() {
            run(&fs::read(seed.path()).expect("a seed"));
        }
    }
}

#[test]
fn the_package_of_the_targets_has_what_the_readers_need() {
    let manifest = |path: PathBuf| -> toml::Table {
        fs::read_to_string(path).expect("a manifest").parse().expect("a manifest is TOML")
    };
    let own = manifest(fuzz().join("Cargo.toml"));
    let program = manifest(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let dependencies = |manifest: &toml::Table| manifest["dependencies"].as_table().expect("a table").clone();
    let (own, program) = (dependencies(&own), dependencies(&program));
    for (name, version) in own.iter().filter(|(name, _)| *name != "libfuzzer-sys") {
        assert_eq!(Some(version), program.get(name), "{name}: the program has another version");
    }
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model");
    let files = walkdir::WalkDir::new(model).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let text: String = files.map(|entry| fs::read_to_string(entry.path()).expect("source")).collect();
    let used = |name: &String| {
        let path = format!("{}::", name.replace('-', "_"));
        text.match_indices(&path)
            .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_:`".contains(c)))
    };
    let missing: Vec<_> = program.keys().filter(|name| !own.contains_key(*name) && used(name)).collect();
    assert!(missing.is_empty(), "the readers name what `fuzz/Cargo.toml` does not have: {missing:?}");
}
