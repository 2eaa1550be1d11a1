//! Hooks of pytest that drop or skip what was collected.

use super::way::Way;
use crate::evidence::guard::test::body::body;
use crate::evidence::guard::test::language::Language;
use crate::evidence::guard::test::line::{Line, lines};

/// A hook, and what it does there when it leaves tests out.
const HOOKS: [(&str, &[&str]); 9] = [
    (
        "pytest_collection_modifyitems",
        &["items[:]", "items.clear", "items.remove", "items.pop", "del items", "pytest_deselected", "skip", "xfail"],
    ),
    ("pytest_ignore_collect", &["return"]),
    ("pytest_collection", &["return True"]),
    ("pytest_runtestloop", &["return True"]),
    ("pytest_runtest_protocol", &["return True"]),
    ("pytest_pyfunc_call", &["return True"]),
    ("pytest_runtest_setup", &["skip(", "xfail("]),
    ("pytest_runtest_makereport", &["\"passed\"", "'passed'"]),
    ("pytest_sessionfinish", &["exitstatus = 0", "exitstatus=0", "_exit(0", "exit(0"]),
];

/// What says that a hook means some machines or some calls only, as the manual of pytest has it.
const CONDITIONS: [&str; 12] = [
    "getoption",
    "getvalue",
    "getini",
    "environ",
    "getenv",
    "platform",
    "version",
    "import",
    "which(",
    "get_closest_marker",
    "keywords",
    "is_available",
];

pub(super) fn ways(text: &str) -> Vec<Way> {
    let lines = lines(Language::Python, text);
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.code;
        if code.starts_with("collect_ignore") {
            let sets =
                code.contains('=') || code.contains(".append") || code.contains(".extend") || code.contains(".add");
            let texts = [code]
                .into_iter()
                .chain(lines[at + 1..].iter().map(|line| line.code).take_while(|_| !code.contains(']')));
            let texts: Vec<&str> = texts.take(20).collect();
            let all = texts.join(" ");
            let all = all.split_inclusive(']').next().unwrap_or_default().to_owned();
            if sets && all.contains(['"', '\'']) {
                let is_sure = line.indent == 0 && (all.contains("test") || all.contains('*'));
                found.push(Way::new(format!("`{all}` keeps pytest from collecting tests"), "collect_ignore", is_sure));
            }
        }
        let ends = ["sys.exit(0", "os._exit(", "pytest.exit("].iter().any(|call| code.starts_with(call));
        if ends {
            found.push(Way::sure(format!("`{code}` ends pytest before the tests are run"), code));
        }
        let Some(rest) = code.strip_prefix("def ") else { continue };
        let hook = HOOKS.iter().find(|(hook, _)| rest.strip_prefix(hook).is_some_and(|rest| rest.starts_with('(')));
        found.extend(hook.and_then(|(hook, words)| of_hook(hook, words, body(Language::Python, &lines, at))));
    }
    found
}

fn of_hook(hook: &str, words: &[&str], body: &[Line<'_>]) -> Option<Way> {
    let does = |line: &&Line<'_>| {
        let sorts = line.code.contains("sort") || line.code.contains("shuffle");
        let keeps =
            line.code == "return" || line.code.starts_with("return None") || line.code.starts_with("return False");
        !sorts && !keeps && words.iter().any(|word| line.code.contains(word))
    };
    let first = body.iter().find(does)?;
    let is_sure = !body.iter().any(|line| CONDITIONS.iter().any(|condition| line.code.contains(condition)));
    Some(Way::new(format!("`{hook}` leaves tests out: `{}`", first.code), hook, is_sure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_that_drop_tests_are_told_from_those_that_order_and_mark_them() {
        for (text, wanted) in [
            ("collect_ignore = [\"test_a.py\"]\n", Some(true)),
            ("collect_ignore_glob = [\n    \"slow/*\",\n]\n", Some(true)),
            ("collect_ignore = [\"setup.py\"]\n", Some(false)),
            ("collect_ignore = []\n", None),
            ("if sys.version_info < (3, 9):\n    collect_ignore.append(\"test_a.py\")\n", Some(false)),
            ("def pytest_ignore_collect(path):\n    return True\n", Some(true)),
            ("def pytest_ignore_collect(path, config):\n    return None\n", None),
            (
                "def pytest_collection_modifyitems(config, items):\n    items[:] = [i for i in items if ok(i)]\n",
                Some(true),
            ),
            (
                "def pytest_collection_modifyitems(items):\n    for i in items:\n        i.add_marker(pytest.mark.skip)\n",
                Some(true),
            ),
            ("def pytest_collection_modifyitems(items):\n    items[:] = sorted(items)\n", None),
            (
                "def pytest_collection_modifyitems(items):\n    for i in items:\n        i.add_marker(pytest.mark.asyncio)\n",
                None,
            ),
            (
                "def pytest_collection_modifyitems(config, items):\n    if config.getoption(\"--slow\"):\n        return\n    skip = pytest.mark.skip()\n",
                Some(false),
            ),
            ("def pytest_runtest_makereport(item, call):\n    rep.outcome = \"passed\"\n", Some(true)),
            ("def pytest_sessionfinish(session, exitstatus):\n    session.exitstatus = 0\n", Some(true)),
            ("def pytest_runtest_setup(item):\n    log(item)\n", None),
            ("os._exit(0)\n", Some(true)),
        ] {
            let found: Vec<bool> = ways(text).iter().map(|way| way.is_sure).collect();
            assert_eq!(found, wanted.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }
}
