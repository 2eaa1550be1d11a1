//! `http::request`.

use rhai::Map;
use rhai::plugin::*;

use crate::bridge::door::{Reply, Request};

use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, Thrown, native, unexpected};

/// Seconds that a server gets where the script says nothing.
const TIMEOUT: f64 = 30.0;

fn send(call: &Call, options: Map) -> Result<Map, Fault> {
    let fields = Fields::new("http::request", options, &["url", "method", "headers", "body", "timeout"])?;
    let request = Request::Http {
        url: fields.required("url")?,
        method: fields.text("method")?.unwrap_or_else(|| "GET".to_owned()),
        headers: fields.pairs("headers")?,
        body: fields.text("body")?.unwrap_or_default(),
        timeout: fields.number("timeout")?.unwrap_or(TIMEOUT),
    };
    match call.ask(request)? {
        Reply::Http { status, headers, body } => {
            let headers: Map = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            let mut map = Map::new();
            map.insert("status".into(), i64::from(status).into());
            map.insert("headers".into(), headers.into());
            map.insert("body".into(), body.into());
            Ok(map)
        }
        other => Err(unexpected(&other)),
    }
}

#[export_module]
pub(crate) mod module {
    /// Sends one request: `url`, and optionally `method`, `headers`, `body`, `timeout` in seconds. Returns
    /// `#{ status, headers, body }`; a bad status is not thrown.
    ///
    /// ```rhai
    /// let answer = http::request(#{ url: "https://example.com/api", timeout: 10 });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn request(context: NativeCallContext, options: Map) -> Thrown<Map> {
        native(&context, |call| send(call, options))
    }
}
