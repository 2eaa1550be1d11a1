//! `http::…`: requests to the servers that the project names.

use rhai::plugin::*;
use rhai::{Dynamic, Map};

use crate::bridge::{HttpAnswer, SendHttp};
use crate::error::{Error, ExitCode};

use super::env::variable;
use crate::script::api::fields::Fields;
use crate::script::api::native::{Call, Fault, Thrown, invalid, native};
use crate::script::api::shape::{Key, Kind, Shape, key, required};
use crate::script::value::convert::data;

/// Seconds that a server gets where the script says nothing.
const TIMEOUT: f64 = 30.0;

/// Where issues of Linear are, when the configuration says nothing else.
const LINEAR: &str = "api.linear.app";

/// Characters of an answer that an error quotes.
const QUOTED: usize = 200;

/// Methods that a request can have.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const KEYS: &[Key] = &[
    required("url", Kind::Text),
    key("method", Kind::Word(METHODS)),
    key("headers", Kind::Map),
    key("body", Kind::Text),
    key("json", Kind::Any),
    key("timeout", Kind::Number),
    key("retries", Kind::Int),
];

/// Options of `http::request`.
pub(crate) const REQUEST: Shape = Shape::closed("http::request", 0, KEYS);

/// Options of `http::json`.
pub(crate) const JSON: Shape = Shape::closed("http::json", 0, KEYS);

/// What `http::request` returns.
pub(crate) const ANSWER: &[Key] = &[key("status", Kind::Int), key("headers", Kind::Map), key("body", Kind::Text)];

/// Sends what the options say; returns the place too, without its query.
fn send(call: &Call, shape: &Shape, options: Map) -> Result<(HttpAnswer, String), Fault> {
    let fields = Fields::new(shape, options)?;
    let url = fields.required("url")?;
    require_known(call, &url)?;
    let (mut headers, mut body) = (fields.pairs("headers")?, fields.text("body")?);
    let has = |headers: &std::collections::BTreeMap<String, String>, name: &str| {
        headers.keys().any(|known| known.eq_ignore_ascii_case(name))
    };
    if let Some(json) = fields.json("json")? {
        if body.is_some() {
            return Err(invalid(format!("`{}` has `body` and `json`", shape.function)).help("give one of them").into());
        }
        body = Some(json.to_string());
        if !has(&headers, "content-type") {
            headers.insert("content-type".to_owned(), "application/json".to_owned());
        }
    }
    if shape.function == JSON.function && !has(&headers, "accept") {
        headers.insert("accept".to_owned(), "application/json".to_owned());
    }
    let otherwise = if body.is_some() { "POST" } else { "GET" };
    let place = url.split(['?', '#']).next().unwrap_or_default().to_owned();
    let order = SendHttp {
        url,
        method: fields.text("method")?.unwrap_or_else(|| otherwise.to_owned()),
        headers,
        body: body.unwrap_or_default(),
        timeout: fields.number("timeout")?.unwrap_or(TIMEOUT),
        retries: fields.int("retries")?.unwrap_or_default(),
    };
    Ok((call.ask(order)?, place))
}

/// Refuses servers that nobody named: a slip or a document does not make a script talk to strangers.
fn require_known(call: &Call, url: &str) -> Result<(), Fault> {
    // What is no address is told by whoever sends it.
    let Some(host) = host_of(url) else { return Ok(()) };
    let is_loopback = host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip| is_loopback(&ip));
    if is_loopback || known(call)?.iter().any(|known| fits(known, &host)) {
        return Ok(());
    }
    let error = Error::new(ExitCode::Policy, format!("`{host}` is no server that scripts of this project may reach"));
    Err(error.help(format!("`[script] hosts = [\"{host}\"]` in `.ce/batchprp.toml` allows it")).into())
}

fn is_loopback(ip: &std::net::IpAddr) -> bool {
    ip.is_loopback()
}

/// Returns the servers that the configuration names.
fn known(call: &Call) -> Result<Vec<String>, Fault> {
    let state = &call.state;
    let mut hosts = state.setting_texts("script.hosts").unwrap_or_default();
    let linear = state.setting_text("tracker.linear.endpoint");
    hosts.push(linear.and_then(|url| host_of(&url)).unwrap_or_else(|| LINEAR.to_owned()));
    let targets = state.config.get("notify");
    for target in targets.iter().filter_map(|list| list.as_array()).flatten() {
        let text = |key: &str| target.get(key).and_then(|value| value.as_str());
        hosts.extend(text("url").and_then(host_of));
        if let Some(name) = text("url_env") {
            hosts.extend(variable(call, name)?.and_then(|url| host_of(&url)));
        }
    }
    Ok(hosts)
}

/// Returns the host of an address in lower case, without user and port.
fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let place = rest.split(['/', '?', '#', '\\']).next()?;
    let place = place.rsplit('@').next()?;
    let host = match place.strip_prefix('[') {
        Some(ip) => format!("[{}]", ip.split(']').next()?),
        None => place.split(':').next()?.to_owned(),
    };
    Some(host.to_lowercase()).filter(|host| !host.is_empty())
}

/// Tells whether a host is the named one, or one below it where the name begins with `*.`.
fn fits(known: &str, host: &str) -> bool {
    let known = known.to_lowercase();
    match known.strip_prefix('*') {
        Some(rest) => host.ends_with(rest) && (rest.is_empty() || host.len() > rest.len()),
        None => known == host,
    }
}

fn answer_map(answer: HttpAnswer) -> Map {
    let headers: Map = answer.headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    let mut map = Map::new();
    map.insert("status".into(), i64::from(answer.status).into());
    map.insert("headers".into(), headers.into());
    map.insert("body".into(), answer.body.into());
    map
}

/// Reads an answer that must be a good one.
fn read(answer: &HttpAnswer, place: &str) -> Result<Dynamic, Error> {
    let refuse = |text: String| {
        let said: String = answer.body.trim().lines().next().unwrap_or_default().chars().take(QUOTED).collect();
        let error = Error::new(ExitCode::Remote, text);
        if said.is_empty() { error } else { error.help(format!("it said: {said}")) }
    };
    if !(200..300).contains(&answer.status) {
        return Err(refuse(format!("`{place}` answered with status {}", answer.status)));
    }
    if answer.body.trim().is_empty() {
        return Ok(Dynamic::UNIT);
    }
    let value: serde_json::Value = serde_json::from_str(&answer.body)
        .map_err(|error| refuse(format!("`{place}` answered with something else than JSON: {error}")))?;
    Ok(data(&value))
}

#[export_module]
pub(crate) mod module {
    /// Sends one request: `url`, and optionally `method` (with a body `POST`, else `GET`), `headers`, `body` or `json` (a
    /// value that is sent as JSON), `timeout` in seconds, `retries` (how often it is sent again when the server does not
    /// answer, or answers with 429, 500, 502, 503 or 504; a wait that the server asks for is kept, up to a minute). Returns
    /// `#{ status, headers, body }`; a bad status is not thrown. It reaches this machine, the servers of the configured
    /// tracker and notifiers, and those of `[script] hosts`, where `*.example.com` stands for all below one.
    ///
    /// ```rhai
    /// fake::http(#{ status: 503 });
    /// fake::http(#{ status: 200, body: "ready" });
    /// print(http::request(#{ url: "http://localhost:8080/state", retries: 2 }).body); // → ready
    /// ```
    #[rhai_fn(return_raw)]
    pub fn request(context: NativeCallContext, options: Map) -> Thrown<Map> {
        native(&context, |call| Ok(answer_map(send(call, &REQUEST, options)?.0)))
    }

    /// Sends a request like `http::request` and returns the JSON of its answer as data; an empty answer is `()`. Throws
    /// `remote` when the status is no good one or the answer is no JSON.
    ///
    /// ```rhai
    /// fake::http(#{ status: 200, body: `{ "open": 3 }` });
    /// print(http::json(#{ url: "http://localhost:8080/issues", json: #{ state: "open" } }).open); // → 3
    /// ```
    #[rhai_fn(return_raw)]
    pub fn json(context: NativeCallContext, options: Map) -> Thrown<Dynamic> {
        native(&context, |call| {
            let (answer, place) = send(call, &JSON, options)?;
            Ok(read(&answer, &place)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{fits, host_of};

    #[test]
    fn the_host_of_an_address_is_what_is_connected_to() {
        for (url, host) in [
            ("https://Example.com/a?b=http://c", "example.com"),
            ("http://user:pass@evil.example:8080/x", "evil.example"),
            ("http://good.example@evil.example/", "evil.example"),
            ("http://evil.example\\@good.example/", "evil.example"),
            ("http://[::1]:9/", "[::1]"),
        ] {
            assert_eq!(host_of(url).as_deref(), Some(host), "{url}");
        }
        assert_eq!(host_of("example.com"), None);
    }

    #[test]
    fn a_star_stands_for_what_is_below_a_host() {
        assert!(fits("*.example.com", "api.example.com") && !fits("*.example.com", "example.com"));
        assert!(!fits("example.com", "api.example.com") && !fits("*.example.com", "badexample.com"));
        assert!(fits("*", "any.host") && fits("API.example.com", "api.example.com"));
    }
}
