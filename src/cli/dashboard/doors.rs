//! Who is let in: pages of this server, asked for under the address that it printed, by programs on this machine.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// What the pages may do: use what this server gives them.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The secret of one dashboard.
#[derive(Debug)]
pub(super) struct Doors {
    token: String,
}

impl Doors {
    /// Makes a secret that nobody can guess.
    pub(super) fn new() -> Self {
        Self { token: uuid::Uuid::new_v4().simple().to_string() }
    }

    /// Returns the address under which the pages are. The secret is a part of the path: an address within a page needs
    /// no cookie, which every server of this machine would share.
    pub(super) fn address(&self, port: u16) -> String {
        format!("http://127.0.0.1:{port}/{}/", self.token)
    }

    /// Says why a request is refused.
    fn refuses(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<&'static str> {
        let said = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        // Digests are compared: how long that takes says nothing about the secret.
        if Sha256::digest(said.as_bytes()) != Sha256::digest(self.token.as_bytes()) {
            return Some("the address lacks the token that `batchprp dashboard` printed");
        }
        // A foreign name that leads here is how other pages reach servers of this machine.
        let Some(host) = text(headers, &HOST) else { return Some("the request names no host") };
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        if !matches!(name, "127.0.0.1" | "localhost") {
            return Some("the request is for another host");
        }
        match text(headers, &ORIGIN) {
            Some(origin) if origin != format!("http://{host}") => Some("the request comes from another page"),
            None if headers.contains_key(ORIGIN) || *method != Method::GET => Some("the request names no page"),
            Some(_) | None => None,
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Lets a request pass or not, and says what browsers may do with the answer.
pub(super) async fn guard(State(doors): State<Arc<Doors>>, request: Request<Body>, next: Next) -> Response {
    let refusal = doors.refuses(request.method(), request.uri().path(), request.headers());
    let mut response = match refusal {
        Some(why) => (StatusCode::FORBIDDEN, format!("{why}\n")).into_response(),
        None => next.run(request).await,
    };
    let rules = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in rules {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
