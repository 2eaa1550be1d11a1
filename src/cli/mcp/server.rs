//! The server: answers what the protocol asks, from the table of tools and the list of resources.

use std::path::PathBuf;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult,
    ResourceContents, ServerCapabilities, ServerConfig, Tool as Described, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::{Value, json};

use super::call::{Caller, Ended};
use super::resources::{self, Meant};
use super::tools::{Answer, TOOLS, Tool};

const INSTRUCTIONS: &str = "batchprp carries out batches of work packages (PRPs) with coding agents. The usual way: \
    `inspect` a plan, `gen` it with commit, `exe` the batch, ask `status` now and then until the run has ended, look \
    at `logs` of what failed. Every answer that refuses something names the reason and a way out.";

pub(super) struct Server {
    caller: Caller,
    runs: PathBuf,
}

impl Server {
    pub(super) fn new(caller: Caller, runs: PathBuf) -> Self {
        Self { caller, runs }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_resources().build())
            .with_server_info(Implementation::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(TOOLS.iter().map(described).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = TOOLS.iter().find(|tool| tool.name == request.name) else {
            let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
            let text = format!("there is no tool `{}`; there are {}", request.name, known.join(", "));
            return Err(ErrorData::invalid_params(text, None));
        };
        // Said as a result and not as an error of the protocol: a model can mend what it reads.
        let line = match tool.command_line(&request.arguments.unwrap_or_default()) {
            Ok(line) => line,
            Err(wrong) => return Ok(CallToolResult::error(vec![ContentBlock::text(wrong.join("\n"))]).into()),
        };
        let ended = self.caller.run(line, context.ct.cancelled()).await.map_err(|error| internal(&error))?;
        Ok(answer(tool, &ended).into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::list(&self.runs)))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let text = match resources::meant(&request.uri) {
            None => return Err(unknown(&request.uri, "no such resource")),
            Some(Meant::Schema(text)) => text.to_owned(),
            Some(Meant::Report(run)) => {
                let line = vec!["report".to_owned(), run];
                let ended = self.caller.run(line, context.ct.cancelled()).await.map_err(|error| internal(&error))?;
                if ended.code != 0 {
                    return Err(unknown(&request.uri, &ended.err));
                }
                ended.out
            }
        };
        Ok(ReadResourceResult::new(vec![ResourceContents::text(text, request.uri)]).into())
    }
}

fn described(tool: &Tool) -> Described {
    let hints = ToolAnnotations::new().read_only(tool.reads_only).destructive(false);
    Described::new(tool.name, tool.about, Arc::new(tool.schema())).with_annotations(hints)
}

/// Turns the end of a command into an answer; what failed says its exit code.
fn answer(tool: &Tool, ended: &Ended) -> CallToolResult {
    if ended.code != 0 {
        let text = format!("{}\n(exit code {})", ended.said(), ended.code);
        return CallToolResult::error(vec![ContentBlock::text(text)]);
    }
    match tool.answer {
        Answer::Document | Answer::Background => match serde_json::from_str::<Value>(&ended.out) {
            Ok(document) => CallToolResult::structured(document),
            // A dry run, or a run that had nothing to do, speaks to people.
            Err(_) => CallToolResult::success(vec![ContentBlock::text(ended.said())]),
        },
        Answer::Text => CallToolResult::success(vec![ContentBlock::text(ended.said())]),
    }
}

fn internal(error: &std::io::Error) -> ErrorData {
    ErrorData::internal_error(format!("cannot start the command: {error}"), None)
}

fn unknown(uri: &str, reason: &str) -> ErrorData {
    ErrorData::resource_not_found(reason.to_owned(), Some(json!({ "uri": uri })))
}
