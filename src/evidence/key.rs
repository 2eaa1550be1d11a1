//! Kinds of keys that are known by how they begin: one table for redaction and for the guard of content.

/// A kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyKind {
    /// For people: `a GitHub token`.
    pub name: &'static str,
    pub prefix: &'static str,
    /// So many bytes it has at least, prefix included; what is shorter is a word or an example.
    pub least: usize,
}

const fn kind(prefix: &'static str, least: usize, name: &'static str) -> KeyKind {
    KeyKind { name, prefix, least }
}

/// All kinds, sorted by their beginnings.
pub const KEY_KINDS: [KeyKind; 38] = [
    kind("AGE-SECRET-KEY-1", 60, "an age key"),
    kind("AIza", 39, "a Google API key"),
    kind("AKIA", 20, "an AWS access key"),
    kind("ASIA", 20, "an AWS access key"),
    kind("SG.", 40, "a SendGrid key"),
    kind("dckr_pat_", 20, "a Docker Hub token"),
    kind("doo_v1_", 40, "a DigitalOcean token"),
    kind("dop_v1_", 40, "a DigitalOcean token"),
    kind("figd_", 30, "a Figma token"),
    kind("gho_", 20, "a GitHub token"),
    kind("ghp_", 20, "a GitHub token"),
    kind("ghr_", 20, "a GitHub token"),
    kind("ghs_", 20, "a GitHub token"),
    kind("ghu_", 20, "a GitHub token"),
    kind("github_pat_", 20, "a GitHub token"),
    kind("glpat-", 20, "a GitLab token"),
    kind("glptt-", 20, "a GitLab token"),
    kind("glrt-", 20, "a GitLab token"),
    kind("hf_", 30, "a Hugging Face token"),
    kind("lin_api_", 20, "a Linear key"),
    kind("lin_oauth_", 20, "a Linear token"),
    kind("npm_", 36, "an npm token"),
    kind("pypi-", 60, "a PyPI token"),
    kind("rk_live_", 24, "a Stripe key"),
    kind("rubygems_", 40, "a RubyGems key"),
    kind("shpat_", 30, "a Shopify token"),
    kind("shpss_", 30, "a Shopify secret"),
    kind("sk-", 20, "an API key"),
    kind("sk_live_", 24, "a Stripe key"),
    kind("sntrys_", 40, "a Sentry token"),
    kind("sq0csp-", 40, "a Square secret"),
    kind("whsec_", 30, "a webhook secret"),
    kind("xapp-", 30, "a Slack token"),
    kind("xoxa-", 20, "a Slack token"),
    kind("xoxb-", 20, "a Slack token"),
    kind("xoxp-", 20, "a Slack token"),
    kind("xoxs-", 20, "a Slack token"),
    kind("ya29.", 40, "a Google token"),
];

/// Tells whether a byte is part of a key.
pub fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_kinds_are_found_by_their_first_byte() {
        assert!(KEY_KINDS.windows(2).all(|pair| pair[0].prefix < pair[1].prefix));
        assert!(KEY_KINDS.iter().all(|kind| kind.least > kind.prefix.len() + 8));
    }
}
