//! One HTTP request on behalf of a script. No header and no query ever reaches an error message.

use std::collections::BTreeMap;
use std::time::Duration;

use ureq::http::{Request, Uri};

use super::failpoint;
use crate::error::{Error, ExitCode, Result};

/// So many redirects of a question that changes nothing are followed.
const REDIRECTS: u32 = 10;

/// Wait before the first further try; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// A server that wants more is not waited for any longer.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Largest answer that is read.
const MAX_BODY: u64 = 16 * 1024 * 1024;

/// A request as a script makes it.
#[derive(Clone, Default)]
pub struct HttpRequest {
    pub url: String,
    /// Upper-case method name.
    pub method: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub timeout: Duration,
}

/// Any answer of the server, also one of failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpReply {
    pub status: u16,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// Performs a request on a blocking thread; every status is an answer, only a missing answer is an error.
pub async fn request(request: HttpRequest) -> Result<HttpReply> {
    match tokio::task::spawn_blocking(move || perform(&request)).await {
        Ok(reply) => reply,
        Err(_) => Err(Error::new(ExitCode::Internal, "the request was dropped")),
    }
}

/// Returns how long to wait before a request is sent again; `None` where that would change nothing. `tries` were made again
/// before. Without an answer the place may be back soon.
pub fn again(answer: Option<&HttpReply>, tries: u32) -> Option<Duration> {
    if answer.is_some_and(|answer| !matches!(answer.status, 429 | 500 | 502 | 503 | 504)) {
        return None;
    }
    let asked = answer.and_then(|answer| answer.headers.get("retry-after")?.trim().parse().ok());
    let wait = asked.map_or(FIRST_WAIT * 2u32.saturating_pow(tries), Duration::from_secs);
    Some(wait.min(LONGEST_WAIT))
}

fn perform(request: &HttpRequest) -> Result<HttpReply> {
    let place = place(&request.url)?;
    let failed = |reason: &str| Error::new(ExitCode::Internal, format!("`{place}` did not answer: {reason}"));
    let mut builder = Request::builder().method(request.method.as_str()).uri(request.url.as_str());
    for (name, value) in &request.headers {
        builder = builder.header(name.as_str(), value.as_str());
    }
    let prepared = builder.body(request.body.clone());
    // The reason is left out: it may quote a header.
    let prepared = prepared.map_err(|_| failed("the method, a header or the address is not valid"))?;
    let is_read = matches!(request.method.as_str(), "GET" | "HEAD");
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(request.timeout))
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        // What follows a redirect is a GET without the body: an answer to something that nobody asked.
        .max_redirects(if is_read { REDIRECTS } else { 0 })
        .max_redirects_will_error(is_read)
        .user_agent(concat!("batchprp/", env!("CARGO_PKG_VERSION")))
        .build();
    let send = || config.new_agent().run(prepared).map_err(|error| failed(&reason(&error)));
    let mut reply = failpoint::around("http.request", send)?;
    let body = reply.body_mut().with_config().limit(MAX_BODY).lossy_utf8(true).read_to_string();
    let body = body.map_err(|error| failed(&reason(&error)))?;
    let headers = reply.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    Ok(HttpReply { status: reply.status().as_u16(), headers: headers.collect(), body })
}

/// Returns scheme, host and path: what may be shown of an address.
fn place(url: &str) -> Result<String> {
    let refuse = || {
        let error = Error::new(ExitCode::InvalidInput, "the address of the request is not a http or https URL");
        error.help("give it as `https://host/path`")
    };
    let uri: Uri = url.parse().map_err(|_| refuse())?;
    match (uri.scheme_str(), uri.host()) {
        (Some(scheme @ ("http" | "https")), Some(host)) => {
            let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
            Ok(format!("{scheme}://{host}{port}{}", uri.path()))
        }
        _ => Err(refuse()),
    }
}

/// Says in plain words what went wrong, without quoting anything of the request.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it took too long".to_owned(),
        ureq::Error::HostNotFound => "the host is not known".to_owned(),
        ureq::Error::ConnectionFailed => "no connection".to_owned(),
        ureq::Error::Io(error) => error.kind().to_string(),
        ureq::Error::BodyExceedsLimit(limit) => format!("the answer is larger than {limit} bytes"),
        ureq::Error::TooManyRedirects => "too many redirects".to_owned(),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "the encrypted connection failed".to_owned(),
        _ => "the request failed".to_owned(),
    }
}
