//! `http::request`.

use rhai::Map;
use rhai::plugin::*;

use crate::bridge::SendHttp;

use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, Thrown, native};
use crate::script::api::shape::{Key, Kind, Shape, key, required};

/// Seconds that a server gets where the script says nothing.
const TIMEOUT: f64 = 30.0;

/// Methods that a request can have.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Options of `http::request`.
pub(crate) const REQUEST: Shape = Shape::closed(
    "http::request",
    0,
    &[
        required("url", Kind::Text),
        key("method", Kind::Word(METHODS)),
        key("headers", Kind::Map),
        key("body", Kind::Text),
        key("timeout", Kind::Number),
    ],
);

/// What `http::request` returns.
pub(crate) const ANSWER: &[Key] = &[key("status", Kind::Int), key("headers", Kind::Map), key("body", Kind::Text)];

fn send(call: &Call, options: Map) -> Result<Map, Fault> {
    let fields = Fields::new(&REQUEST, options)?;
    let order = SendHttp {
        url: fields.required("url")?,
        method: fields.text("method")?.unwrap_or_else(|| "GET".to_owned()),
        headers: fields.pairs("headers")?,
        body: fields.text("body")?.unwrap_or_default(),
        timeout: fields.number("timeout")?.unwrap_or(TIMEOUT),
    };
    let answer = call.ask(order)?;
    let headers: Map = answer.headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    let mut map = Map::new();
    map.insert("status".into(), i64::from(answer.status).into());
    map.insert("headers".into(), headers.into());
    map.insert("body".into(), answer.body.into());
    Ok(map)
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
