use batchprp::review::{DriftLevel, drift};

fn paths(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn what_is_declared_and_what_is_changed_count_on_both_sides() {
    let found = drift(&paths(&["src/a.rs", "src/b.rs"]), &paths(&["src/b.rs", "README.md"]));
    assert_eq!(found.missing, ["src/a.rs"]);
    assert_eq!(found.extra, ["README.md"]);
    assert!((found.ratio - 1.0).abs() < 1e-9);
    assert_eq!(found.level, DriftLevel::Critical);
}

#[test]
fn directories_and_globs_declare_what_lies_in_them() {
    let declared = paths(&["src/auth/", "tests/**/*.rs", "./docs"]);
    let changed = paths(&["src/auth/deep/token.rs", "tests/a/b.rs", "docs/guide.md"]);
    let found = drift(&declared, &changed);
    assert_eq!((found.ratio, found.level), (0.0, DriftLevel::Healthy));
}

#[test]
fn the_limits_are_five_and_fifteen_percent() {
    let declared = (0..100).map(|n| format!("f{n}")).collect::<Vec<_>>();
    for (missing, level) in [
        (0, DriftLevel::Healthy),
        (4, DriftLevel::Healthy),
        (5, DriftLevel::Warning),
        (15, DriftLevel::Warning),
        (16, DriftLevel::Critical),
    ] {
        assert_eq!(drift(&declared, &declared[missing..]).level, level, "{missing}");
    }
}

#[test]
fn nothing_declared_divides_by_one_and_doubles_count_once() {
    assert!((drift(&[], &paths(&["a", "b", "a"])).ratio - 2.0).abs() < 1e-9);
    assert!(drift(&[], &[]).ratio.abs() < 1e-9);
    assert!((drift(&paths(&["a", "a", "b"]), &paths(&["b"])).ratio - 0.5).abs() < 1e-9);
}
