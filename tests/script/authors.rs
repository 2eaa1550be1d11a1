//! What authors have at hand beside runs: files, servers, persons, and answers of agents as data.

use serde_json::json;

use crate::fixture::{Project, pass};

const SCHEMA: &str = r#"#{ type: "object", properties: #{ kind: #{ "enum": ["bug", "idea"] } }, required: ["kind"] }"#;

#[test]
fn an_answer_is_data_for_an_item_and_in_main_and_goes_back_once_when_it_does_not_fit() {
    pass(&format!(
        r#"
        let schema = {SCHEMA};
        fake::agent("ask", #{{ text: "I think it is a bug." }});
        fake::agent("ask", #{{ text: "Sorry:\n```json\n{{ \"kind\": \"bug\" }}\n```" }});
        assert_eq(agent::ask("reviewer", #{{ prompt: "What is it?", schema: schema }}), #{{ kind: "bug" }});
        let calls = fake::calls();
        assert_eq(calls.map(|asked| asked.item), ["ask", "ask"]);
        assert(calls[0].prompt.contains("JSON Schema") && !calls[0].prompt.contains("Your last answer"));
        assert(calls[1].prompt.contains("I think it is a bug.") && calls[1].prompt.contains("it holds no JSON value"));
        assert_eq(agent::ask("reviewer", #{{ prompt: "Say it again" }}), "Sorry:\n```json\n{{ \"kind\": \"bug\" }}\n```");
        fake::agent("a", #{{ text: `{{ "kind": "idea" }}` }});
        let closed = dag::analyze([#{{ id: "a" }}]).run(#{{}}, |item| {{
            outcome::completed(agent::ask("reviewer", #{{ prompt: item.id, schema: schema }}).kind)
        }});
        assert_eq(closed.items[0].reason, "idea");
        "#
    ));
}

#[test]
fn an_answer_that_never_fits_and_an_agent_that_fails_are_failures_with_a_kind() {
    pass(&format!(
        r#"
        let schema = {SCHEMA};
        fake::agent("ask", #{{ text: `{{ "kind": "joke" }}` }});
        try {{
            agent::ask("reviewer", #{{ prompt: "?", schema: schema }});
            throw "no failure";
        }} catch (error) {{
            assert_eq(error.kind, "check-failed");
            assert(error.message.contains("`kind` is \"joke\""), error.message);
        }}
        assert_eq(fake::calls().len(), 2);
        fake::agent("b", #{{ status: "auth", text: "log in first" }});
        fake::agent("c", #{{ status: "crashed", text: "boom" }});
        let closed = dag::analyze([#{{ id: "b" }}, #{{ id: "c" }}]).run(#{{ retries: 0 }}, |item| {{
            outcome::completed(agent::ask("reviewer", #{{ prompt: item.id, schema: schema }}).kind)
        }});
        assert_eq(closed.totals.failed, 2);
        "#
    ));
    pass(
        r#"
        try {
            agent::ask("reviewer", #{ prompt: "?", schema: #{ oneOf: [] } });
            throw "no failure";
        } catch (error) { assert(error.message.contains("`oneOf`"), error.message); }
        assert_eq(fake::calls().len(), 0);
        "#,
    );
}

#[test]
fn only_servers_that_the_project_names_are_reached_and_a_busy_one_is_asked_again() {
    pass(
        r#"
        for url in ["https://example.com/", "http://localhost@example.com/", "http://127.0.0.1.example.com/"] {
            try { http::request(#{ url: url }); throw "no failure"; }
            catch (error) {
                assert_eq(error.kind, "policy");
                assert(error.help.contains("hosts = ["), error.help);
            }
        }
        assert_eq(fake::requests().len(), 0);
        for status in [503, 429, 200] { fake::http(#{ status: status, body: `{ "id": 7 }` }); }
        assert_eq(http::json(#{ url: "https://api.linear.app/x", retries: 2, json: #{ a: 1 } }).id, 7);
        assert_eq(fake::requests().map(|sent| sent.method + sent.body), ["POST{\"a\":1}", "POST{\"a\":1}", "POST{\"a\":1}"]);
        fake::http(#{ status: 404, body: "no such thing" });
        try { http::json(#{ url: "http://[::1]:80/x?secret=1" }); throw "no failure"; }
        catch (error) {
            assert_eq(error.kind, "remote");
            assert(error.message.contains("status 404") && !error.message.contains("secret"), error.message);
            assert(error.help.contains("no such thing"), error.help);
        }
        "#,
    );
}

#[test]
fn files_are_found_copied_extended_and_removed_within_the_project() {
    pass(
        r#"
        files::write("docs/a.md", "A");
        files::write("docs/deep/b.txt", "B");
        assert_eq(files::glob("docs/**/*.{md,txt}"), ["docs/a.md", "docs/deep/b.txt"]);
        assert_eq(files::glob("*.md"), []);
        assert_eq(files::walk("."), ["docs/a.md", "docs/deep/b.txt"]);
        files::append("docs/a.md", "!");
        files::copy("docs/a.md", "old/a.md");
        assert_eq(files::read("old/a.md"), "A!");
        files::remove("docs/a.md");
        assert_eq(files::walk("docs"), ["docs/deep/b.txt"]);
        for wrong in [
            || files::copy("docs/deep/b.txt", "old/a.md"),
            || files::remove("docs/a.md"),
            || files::copy("docs/deep/b.txt", "../b"),
            || files::append(".git/config", "x"),
            || files::remove(".ce/batchprp.toml"),
            || files::glob("../*"),
            || files::walk("/etc"),
        ] {
            let failed = false;
            try { wrong.call(); } catch (error) { failed = error.kind != "internal"; }
            assert(failed);
        }
        "#,
    );
}

#[test]
fn nobody_is_asked_without_a_terminal_nor_for_an_item() {
    let project = Project::new(&[(
        "a.rhai",
        "const ABOUT = \"x\";\nfn main() {\n    if person::prompt(\"Which?\", \"src\") != \"src\" || person::confirm(\"Go on?\", false) { throw \"asked\"; }\n}\n",
    )]);
    project.run("a.rhai", &json!({})).expect("the defaults");
    pass(
        r#"
        let closed = dag::analyze([#{ id: "a" }]).run(#{}, |item| outcome::completed(person::prompt(item.id, "x")));
        assert(closed.items[0].reason.contains("ask in `main`"), closed.items[0].reason);
        "#,
    );
}
