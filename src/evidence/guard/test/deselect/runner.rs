//! Lines of settings and of tests by which runners leave tests out.

use super::way::Way;

/// Finds lines that have one of these parts.
fn lines(text: &str, parts: &[&str]) -> Vec<Way> {
    let found = text.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.starts_with('#'));
    let found = found.filter(|line| parts.iter().any(|part| line.replace(' ', "").contains(&part.replace(' ', ""))));
    found.map(|line| Way::sure(format!("`{line}` leaves tests out"), line)).collect()
}

/// Maven and Gradle.
pub(super) fn java(text: &str) -> Vec<Way> {
    lines(
        text,
        &[
            "<skipTests>true",
            "<maven.test.skip>true",
            "<testFailureIgnore>true",
            "skipTests=true",
            "-DskipTests",
            "-Dmaven.test.skip",
            "excludeTestsMatching",
            "excludeTags",
            "test.enabled = false",
            "isIgnoreFailures = true",
            "ignoreFailures = true",
        ],
    )
}

pub(super) fn rspec(text: &str) -> Vec<Way> {
    lines(text, &["--tag ~", "--exclude-pattern", "--example", "--pattern"])
}

pub(super) fn spec_helper(text: &str) -> Vec<Way> {
    lines(text, &["filter_run_excluding", "exclusion_filter"])
}

pub(super) fn phpunit(text: &str) -> Vec<Way> {
    lines(text, &["<exclude>"]).into_iter().filter(|way| way.what.to_lowercase().contains("test")).collect()
}

/// A `TestMain` that runs no tests.
pub(super) fn go(text: &str) -> Vec<Way> {
    let Some((_, rest)) = text.split_once("func TestMain(") else { return Vec::new() };
    let body = rest.split("\n}").next().unwrap_or_default();
    let runs = body.lines().any(|line| line.contains(".Run(") && !line.trim_start().starts_with("//"));
    // Packages that test others hand it on: `goleak.VerifyTestMain(m)`.
    let hands_on = body.split_once('{').is_some_and(|(_, body)| body.contains("(m"));
    let way = || Way::sure("`TestMain` runs no tests of the package", "func TestMain(");
    (!runs && !hands_on).then(way).into_iter().collect()
}

/// A `load_tests` that loads none.
pub(super) fn unittest(text: &str) -> Vec<Way> {
    let Some((_, rest)) = text.split_once("def load_tests(") else { return Vec::new() };
    let body: String =
        rest.lines().skip(1).take_while(|line| line.starts_with([' ', '\t']) || line.is_empty()).collect();
    let loads =
        ["addTest", "loadTests", "discover", "return tests", "DocTestSuite"].iter().any(|word| body.contains(word));
    let way = || Way::sure("`load_tests` loads no tests", "def load_tests(");
    (!loads).then(way).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_leave_tests_out_are_found() {
        for (find, text, wanted) in [
            (java as fn(&str) -> Vec<Way>, "<skipTests>true</skipTests>\n", 1),
            (java, "tasks.test {\n  useJUnitPlatform { excludeTags(\"slow\") }\n}\n", 1),
            (java, "tasks.test {\n  useJUnitPlatform()\n}\n", 0),
            (rspec, "--format doc\n--tag ~slow\n", 1),
            (rspec, "--require spec_helper\n", 0),
            (spec_helper, "config.filter_run_excluding slow: true\n", 1),
            (spec_helper, "config.filter_run_when_matching :focus\n", 0),
            (phpunit, "<exclude>tests/LoginTest.php</exclude>\n", 1),
            (go, "func TestMain(m *testing.M) {\n\tos.Exit(0)\n}\n", 1),
            (go, "func TestMain(m *testing.M) {\n\tos.Exit(m.Run())\n}\n", 0),
            (go, "func TestMain(m *testing.M) {\n\tgoleak.VerifyTestMain(m)\n}\n", 0),
            (unittest, "def load_tests(loader, tests, pattern):\n    return unittest.TestSuite()\n", 1),
            (unittest, "def load_tests(loader, tests, pattern):\n    tests.addTests(x)\n    return tests\n", 0),
        ] {
            assert_eq!(find(text).len(), wanted, "{text}");
        }
    }
}
