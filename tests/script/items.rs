//! Items that are no PRPs: maps of a script, or what JSON, YAML and CSV say.

use crate::fixture::{error_of, pass};

#[test]
fn harmful_ids_and_keys_that_lose_the_order_are_refused_with_a_suggestion() {
    let refused = |item: &str| {
        let error = error_of(&format!("fn main() {{ dag::analyze([{item}]); }}\n"));
        (error.message, error.help.unwrap_or_default())
    };
    let (message, help) = refused("#{ id: \"../x\" }");
    assert!(message.contains("cannot be the id of an item") && help.contains("call it `x`"), "{message} {help}");
    assert!(refused("#{ id: \"a b\" }").1.contains("`a-b`"));
    assert!(refused("#{ id: \"\" }").0.contains("empty"));
    assert!(refused("#{ id: \"a\" }, #{ id: \"A\" }").0.contains("capitals"));
    assert!(refused("#{ id: \"a\" }, #{ id: \"b\", depends: [\"a\"] }").1.contains("`dependencies`"));
    assert!(refused("#{ id: \"a\" }, #{ id: \"b\", dependancies: [\"a\"] }").1.contains("`dependencies`"));
    assert!(refused("#{ id: 3 }").0.contains("is `int`, not a text"));
}

#[test]
fn json_yaml_and_csv_give_the_same_items() {
    pass(
        r#"
    let json = items::from_json(`{ "tasks": [{ "id": 1, "title": "Users", "owner": "me" },
        { "id": "login", "depends_on": ["1"], "files": "src/login.rs", "estimate": 2 }] }`);
    let yaml = items::from_yaml("- id: 1\n  title: Users\n  owner: me\n- id: login\n  deps: '1'\n  files: src/login.rs\n  hours: 2\n");
    let csv = items::from_csv("id,title,depends_on,files,hours,owner\n1,Users,,,,me\nlogin,,1,src/login.rs;README.md,2.5,\n");
    for found in [json, yaml, csv] {
        assert_eq!(dag::analyze(found).order, ["1", "login"]);
        assert_eq!(found[0].title, "Users");
        assert_eq!(found[0].data.owner, "me");
        assert_eq!(found[1].files[0], "src/login.rs");
    }
    assert_eq!(csv[1].files, ["src/login.rs", "README.md"]);
    assert_eq!(csv[1].hours, 2.5);
    try { items::from_json("[{ \"title\": \"x\" }]"); throw "not reached"; }
    catch (error) { assert_eq!(error.message, "item 1 has no `id`"); }
"#
        .replace("assert_eq!", "assert_eq")
        .as_str(),
    );
}
