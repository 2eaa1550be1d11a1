//! What an agent sees of the environment: what is documented, what is asked for, and nothing else.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;

use crate::project::Project;

/// Variables that pass by themselves.
const PASSES: [&str; 12] = [
    "HTTPS_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "JAVA_HOME",
    "VIRTUAL_ENV",
    "CARGO_HOME",
    "GOPATH",
    "XDG_CONFIG_HOME",
    "LC_TIME",
    "TZ",
    "NVM_DIR",
];
/// Variables that do not: keys of others, clouds, sockets, whatever else there is.
const STAYS: [&str; 14] = [
    "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION",
    "GITHUB_TOKEN",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "SSH_AUTH_SOCK",
    "DATABASE_URL",
    "NPM_TOKEN",
    "CLAUDECODE",
    "PYTHONPATH",
    "LD_PRELOAD_X",
    "KUBECONFIG",
    "SOMETHING",
    "MY_SECRET",
];

fn seen(project: &Project, variables: &[(&str, &OsStr)]) -> BTreeMap<String, String> {
    project.sabotage("PRP-47.1.1", 1, "env > \"$TOOLS/seen\"");
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project.run_with(&["exe", "--batch", "47"], variables).exits(0);
    let text = fs::read_to_string(project.tools().join("seen")).expect("seen");
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn an_agent_sees_exactly_what_is_documented_and_configured() {
    let project = Project::new();
    let config = project.read(".ce/batchprp.toml").replace(
        "\"TOOLS\"]",
        "\"TOOLS\", \"MY_*\"]\nenv_set = [\"FLAG=on=off\", \"TZ=UTC\"]\nenv_deny = [\"MY_SECRET*\", \"GOPATH\"]",
    );
    project.write(".ce/batchprp.toml", &(config + "env_pass = [\"OWN_*\", \"EXACT\"]\n"));
    let asked = ["MY_NAME", "MY_SECRET_2", "OWN_KEY", "EXACT"];
    let variables: Vec<(&str, &OsStr)> =
        PASSES.iter().chain(&STAYS).chain(&asked).map(|name| (*name, OsStr::new("planted"))).collect();
    let seen = seen(&project, &variables);
    let planted: Vec<&str> =
        seen.iter().filter(|(_, value)| *value == "planted").map(|(name, _)| name.as_str()).collect();
    let mut wanted: Vec<&str> = PASSES.into_iter().filter(|name| !["GOPATH", "TZ"].contains(name)).collect();
    wanted.extend(["MY_NAME", "OWN_KEY", "EXACT"]);
    wanted.sort_unstable();
    assert_eq!(planted, wanted);
    let told = project.run_with(&["doctor", "--env", "--json"], &variables).exits(0).stdout;
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let names = |key: &str| -> Vec<&str> {
        told[key].as_array().expect("names").iter().filter_map(serde_json::Value::as_str).collect()
    };
    let is_planted = |name: &&str| variables.iter().any(|(planted, _)| planted == name);
    assert_eq!(names("passed").into_iter().filter(is_planted).collect::<Vec<_>>(), wanted);
    assert_eq!((names("set"), names("denied")), (vec!["FLAG", "TZ"], vec!["MY_SECRET*", "GOPATH"]));
    assert!(names("withheld").contains(&"AWS_SECRET_ACCESS_KEY"), "{told}");
    assert_eq!((seen["FLAG"].as_str(), seen["TZ"].as_str()), ("on=off", "UTC"));
}
