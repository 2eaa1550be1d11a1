//! The tests that stand beside the built-in scripts, as `batchprp test commands stdlib` runs them.

use std::path::Path;
use std::sync::Arc;

use batchprp::config::{Config, Layers};
use batchprp::script::search::SearchPath;
use batchprp::script::testing::runner::TestRunner;

#[test]
fn every_test_beside_a_built_in_script_passes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let search = SearchPath { current: root.to_owned(), ..SearchPath::default() };
    let config = Arc::new(Config::from_layers(Layers(Vec::new())));
    let runner = TestRunner { root: root.to_owned(), config, search, filter: None, coverage: None };
    let results = runner.run(&[root.join("commands"), root.join("stdlib")]).expect("they run");
    let failed: Vec<String> = results
        .iter()
        .filter_map(|result| Some(format!("{} {}: {:?}", result.file, result.name, result.error.as_ref()?)))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(results.len() > 30, "{} tests", results.len());
}
