//! Registers all types and modules with the engine.

use rhai::{Engine, Module, exported_module};

use super::super::failure::ScriptFailure;
use super::super::value;
use super::document::{plan, prp, review, section, template};
use super::run::{agent, baseline, dag, event, git, outcome};
use super::text::{csv, digest, element, fill, items, json, layout, path, pattern, toml, words, yaml};
use super::world::{config, env, files, http, person, process, time};
use super::{assert, failure, fake};

/// Adds everything that scripts can name.
pub(crate) fn register(engine: &mut Engine) {
    types(engine);
    let mut text = exported_module!(words::module);
    text.combine(exported_module!(pattern::module)).combine(exported_module!(layout::module));
    let modules: [(&str, Module); 28] = [
        ("agent", exported_module!(agent::module)),
        ("baseline", exported_module!(baseline::module)),
        ("config", exported_module!(config::module)),
        ("dag", exported_module!(dag::module)),
        ("csv", exported_module!(csv::module)),
        ("digest", exported_module!(digest::module)),
        ("document", exported_module!(section::module)),
        ("env", exported_module!(env::module)),
        ("event", exported_module!(event::module)),
        ("fake", exported_module!(fake::module)),
        ("failure", exported_module!(failure::module)),
        ("files", exported_module!(files::module)),
        ("git", exported_module!(git::module)),
        ("http", exported_module!(http::module)),
        ("items", exported_module!(items::module)),
        ("json", exported_module!(json::module)),
        ("outcome", exported_module!(outcome::module)),
        ("path", exported_module!(path::module)),
        ("person", exported_module!(person::module)),
        ("plan", exported_module!(plan::module)),
        ("process", exported_module!(process::module)),
        ("prp", exported_module!(prp::module)),
        ("review", exported_module!(review::module)),
        ("template", exported_module!(template::module)),
        ("text", text),
        ("time", exported_module!(time::module)),
        ("toml", exported_module!(toml::module)),
        ("yaml", exported_module!(yaml::module)),
    ];
    for (name, module) in modules {
        engine.register_static_module(name, module.into());
    }
}

fn types(engine: &mut Engine) {
    engine
        .register_type_with_name::<value::prp::PrpValue>("Prp")
        .register_type_with_name::<value::phase::PhaseValue>("Phase")
        .register_type_with_name::<value::plan::PlanValue>("Plan")
        .register_type_with_name::<value::plan_phase::PlanPhaseValue>("PlanPhase")
        .register_type_with_name::<value::document::DocumentValue>("Document")
        .register_type_with_name::<value::dag::DagValue>("Dag")
        .register_type_with_name::<value::worktree::WorktreeValue>("Worktree")
        .register_type_with_name::<value::checks::ChecksValue>("Checks")
        .register_type_with_name::<value::answer::AnswerValue>("Answer")
        .register_type_with_name::<value::outcome::OutcomeValue>("Outcome")
        .register_type_with_name::<value::closed::ClosedValue>("Closed")
        .register_type_with_name::<ScriptFailure>("Failure");
    let modules: [Module; 15] = [
        exported_module!(fill::module),
        exported_module!(element::module),
        exported_module!(assert::module),
        exported_module!(value::prp::getters),
        exported_module!(value::phase::getters),
        exported_module!(value::plan::getters),
        exported_module!(value::plan_phase::getters),
        exported_module!(value::document::getters),
        exported_module!(value::dag_methods::methods),
        exported_module!(value::worktree::methods),
        exported_module!(value::checks::getters),
        exported_module!(value::answer::getters),
        exported_module!(value::outcome::getters),
        exported_module!(value::closed::getters),
        exported_module!(value::failure::getters),
    ];
    for module in modules {
        engine.register_global_module(module.into());
    }
}
