//! What the name of a variable says about its value.

/// Parts of names whose values are secret.
const SECRET: &str = "
    AUTH AUTHORIZATION BEARER CONNECTIONSTRING CONNSTR COOKIE COOKIES CRED CREDENTIAL CREDENTIALS CREDS DSN JWT
    KEY KEYS MNEMONIC OTP PASS PASSPHRASE PASSWD PASSWORD PAT PIN PRIVATE PSK PW SALT SECRET SECRETS SESSION
    SIGNATURE TOKEN TOTP WEBHOOK";

/// Ends of parts that are written without a `_` between: `PGPASSWORD`, `authToken`, `MYSQL_PWD`.
const SECRET_ENDS: [&str; 9] =
    ["APIKEY", "COOKIE", "CREDENTIALS", "KEY", "PASS", "PASSWD", "PASSWORD", "PWD", "SECRET"];

/// Last parts of names that are about a secret and do not hold it: `TOKEN_LIMIT`, `AUTH_URL`, `KEY_FILE`.
const ABOUT: &str = "
    ALGORITHM COUNT DIR DISABLED ENABLED FILE HOST ID LENGTH LEVEL LIMIT MAX METHOD MIN MODE NAME NAMES PATH PORT
    PROVIDER REGION REQUIRED ROUNDS SIZE SOCK TIMEOUT TTL TYPE URI URL USER VERSION";

/// Tells whether a word is in a list of words.
pub(super) fn is_one_of(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

/// Tells whether a name fits a pattern in which each `*` stands for any text.
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut open) = name.strip_prefix(first) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return open.ends_with(part);
        }
        match open.find(part) {
            Some(at) => open = &open[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// Tells whether a variable of this name holds a secret.
pub(in crate::evidence) fn says_secret(name: &str) -> bool {
    let upper = name.to_uppercase();
    let parts = upper.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.bytes().all(|b| b.is_ascii_digit()));
    let parts: Vec<&str> = parts.collect();
    if parts.last().is_some_and(|last| is_one_of(ABOUT, last)) {
        return false;
    }
    let secret = |part: &&str| {
        is_one_of(SECRET, part) || SECRET_ENDS.iter().any(|end| part.ends_with(end)) || part.ends_with("TOKEN")
    };
    parts.iter().any(secret) || parts.windows(2).any(|pair| pair == ["CONNECTION", "STRING"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_wherever_it_is() {
        for (pattern, name, fits) in [
            ("PATH", "PATH", true),
            ("PATH", "PATHS", false),
            ("AWS_*", "AWS_REGION", true),
            ("AWS_*", "AWS_", true),
            ("*_URL", "DATABASE_URL", true),
            ("*_URL", "DATABASE_URLS", false),
            ("A*B*C", "AxxBxxC", true),
            ("A*B*C", "AxxCxxB", false),
            ("A**B", "AB", true),
            ("AB*B", "AB", false),
            ("*", "ANY", true),
            ("", "A", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn names_say_what_they_hold() {
        for name in [
            "MY_DB_PASS",
            "STRIPE_KEY",
            "NPM_AUTH",
            "SESSION_COOKIE",
            "AWS_CREDENTIALS",
            "GOOGLE_CREDENTIALS",
            "GITHUB_TOKEN",
            "MYSQL_PWD",
            "PGPASSWORD",
            "npm_config__authToken",
            "RAILS_MASTER_KEY",
            "SENTRY_DSN",
            "TF_TOKEN_app_terraform_io",
            "POETRY_HTTP_BASIC_ACME_PASSWORD",
            "AZURE_CONNECTION_STRING",
            "API_KEY_2",
            "SSHKEY",
            "DJANGO_SECRET_KEY",
            "UV_INDEX_ACME_PASSWORD",
            "SLACK_WEBHOOK",
        ] {
            assert!(says_secret(name), "{name}");
        }
        for name in [
            "PATH",
            "HOME",
            "TOKEN_LIMIT",
            "AUTH_URL",
            "PASSWORD_FILE",
            "KEYBOARD",
            "GOPRIVATE",
            "SESSION_TIMEOUT",
            "MAX_TOKENS",
            "AWS_ACCESS_KEY_ID",
            "DB_HOST",
            "XAUTHORITY",
            "BRANCH",
            "AUTHOR",
        ] {
            assert!(!says_secret(name), "{name}");
        }
    }
}
