//! Passwords and tokens of requests: `Authorization: Bearer …`, `curl -u user:password`.

use super::encoded;
use super::known::Found;
use super::random::{is_example, is_random, is_uuid};

/// Programs that take a name and a password.
const CLIENTS: [&str; 4] = ["curl", "wget", "xh", "http"];
const FLAGS: [&str; 4] = ["-u", "--user", "--proxy-user", "-U"];
/// Hosts whose passwords open nothing elsewhere.
const LOCAL: [&str; 5] = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "example."];

/// Finds what requests carry.
pub(super) fn find(line: &str) -> Vec<Found> {
    let mut found = authorization(line);
    if !LOCAL.iter().any(|host| line.contains(host)) {
        found.extend(client(line));
    }
    found
}

fn authorization(line: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (scheme, what) in
        [("Bearer ", "a bearer token"), ("bearer ", "a bearer token"), ("Basic ", "a password of a request")]
    {
        for (at, _) in line.match_indices(scheme) {
            let start = at + scheme.len();
            let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
            let token = line[start..].split(|c| !is_part(c)).next().unwrap_or_default();
            let is_key = match scheme {
                "Basic " => encoded::decode(token).is_some_and(|pair| {
                    pair.split_once(':').is_some_and(|(user, password)| is_password(user, password))
                }),
                _ => !is_example(token) && !is_uuid(token) && is_random(token, 20, 3.4),
            };
            // `Bearer ${token}`, `Bearer <token>`.
            if is_key && !line[start + token.len()..].starts_with(['$', '{', '<']) {
                found.push(Found::new(what, start..start + token.len()));
            }
        }
    }
    found
}

/// `curl -u user:password`.
fn client(line: &str) -> Option<Found> {
    let words = || line.split([' ', '\t', '"', '\'', '=', ',', '[', ']', '(', ')']).filter(|word| !word.is_empty());
    let is_client = words().any(|word| CLIENTS.contains(&word.rsplit('/').next().unwrap_or(word)));
    let value = words().skip_while(|word| !FLAGS.contains(word)).nth(1).filter(|_| is_client)?;
    let (user, password) = value.split_once(':')?;
    let start = line.find(value)? + user.len() + 1;
    is_password(user, password).then(|| Found::new("a password of a request", start..start + password.len()))
}

fn is_password(user: &str, password: &str) -> bool {
    password.len() >= 8
        && !user.is_empty()
        && password != user
        && password.bytes().any(|byte| byte.is_ascii_digit())
        && !is_example(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_requests_carry_is_found_and_holes_are_not() {
        for line in [
            "curl -u grace:9fK2xQpL7v https://db.acme.io/x",
            "subprocess.run([\"curl\", \"--user\", \"grace:9fK2xQpL7v\", url])",
            "Authorization: Bearer 9fK2xQpL7vRtB3mN8sWdA1cE5gH6",
            "headers = {\"Authorization\": \"Bearer 9fK2xQpL7vRtB3mN8sWdA1cE5gH6\"}",
            "Authorization: Basic Z3JhY2U6OWZLMnhRcEw3dg==",
        ] {
            assert_eq!(find(line).len(), 1, "{line}");
        }
        for line in [
            "curl -u user:password https://db.acme.io/x",
            "curl -u \"$USER:$PASSWORD\" https://db.acme.io/x",
            "curl -u admin:admin123 http://localhost:9200",
            "docker run -u 1000:10000000 image",
            "Authorization: Bearer <token>",
            "Authorization: Bearer ${TOKEN}",
            "`Bearer ${await token(user, 1)}`",
            "WWW-Authenticate: Basic realm=\"acme\"",
            "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            "Basic authentication is off",
        ] {
            assert_eq!(find(line), [], "{line}");
        }
    }
}
