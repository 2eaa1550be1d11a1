//! From a plan to PRPs, driven through the real program: batches, agents that write badly, issue trackers.

#[path = "generate/agent.rs"]
mod agent;
#[path = "generate/batches.rs"]
mod batches;
#[path = "generate/commits.rs"]
mod commits;
#[path = "generate/github.rs"]
mod github;
#[path = "generate/linear.rs"]
mod linear;
#[path = "generate/plan.rs"]
mod plan;
#[path = "batch/project.rs"]
#[allow(dead_code, reason = "the tests here need a part of it")]
mod project;
#[path = "generate/reports.rs"]
mod reports;
#[path = "generate/rest.rs"]
mod rest;
#[path = "generate/server.rs"]
mod server;
#[path = "generate/shapes.rs"]
mod shapes;
#[path = "generate/sources.rs"]
mod sources;
#[path = "generate/troubleshooting.rs"]
mod troubleshooting;
#[path = "generate/written.rs"]
mod written;
