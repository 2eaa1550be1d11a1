//! Who makes our commits: the user where git's configuration and environment name them, else batchprp.
//!
//! Asked of git once, because only git knows every place of its configuration. What is answered here is what git would
//! put into a commit; where that cannot be told for certain, the git program makes the commit.

use super::configuration::ConfigEntry;
use super::run::DURABLE;

/// Who commits when the user has not told git who they are.
const FALLBACK: (&str, &str) = ("batchprp", "batchprp@localhost");

/// What git's configuration says about commits that are made now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The user has not said who commits.
    pub(crate) anonymous: bool,
    /// Author and committer, each with an e-mail address; `None` when only the git program can make a commit.
    people: Option<[String; 2]>,
    /// Objects need nothing but what git does by default.
    plain_objects: bool,
}

impl Identity {
    /// Finds out from what git says that is configured.
    pub(crate) fn of(configuration: &[ConfigEntry]) -> Self {
        let pairs = configuration.iter().map(|entry| (entry.key.as_str(), entry.value.as_deref().unwrap_or("true")));
        Self::read(&pairs.collect::<Vec<_>>(), |name| std::env::var_os(name)?.into_string().ok())
    }

    fn read(settings: &[(&str, &str)], variable: impl Fn(&str) -> Option<String>) -> Self {
        let setting = |name: &str| settings.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| *value);
        let part = |role: &str, part: &str| {
            let own = setting(&format!("{role}.{part}")).filter(|value| !value.is_empty());
            let given = own.or_else(|| setting(&format!("user.{part}"))).map(str::to_owned);
            variable(&format!("GIT_{}_{}", role.to_uppercase(), part.to_uppercase())).or(given)
        };
        let person =
            |role: &str| part(role, "name").filter(|name| name.chars().any(|c| !is_crud(c))).zip(part(role, "email"));
        let committer = person("committer");
        let anonymous = committer.is_none();
        let fallback = || Some((FALLBACK.0.to_owned(), FALLBACK.1.to_owned()));
        let people = if anonymous { [fallback(), fallback()] } else { [person("author"), committer] };
        let is_now = ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].iter().all(|name| variable(name).is_none());
        // Ours is met by the store, which flushes what it writes.
        let flushed = |value: &str| DURABLE.strip_prefix("core.fsync=") == Some(value);
        let plain_objects = settings.iter().filter(|(key, _)| *key == "core.fsync").all(|(_, value)| flushed(value))
            && setting("core.fsyncobjectfiles").is_none_or(|value| value.eq_ignore_ascii_case("false"))
            && setting("core.sharedrepository").is_none();
        let line = |person: Option<(String, String)>| {
            let (name, email) = person?;
            (is_plain(&name) && is_plain(&email)).then(|| format!("{name} <{email}>"))
        };
        let [author, committer] = people.map(line);
        let people = author.zip(committer).filter(|_| is_now).map(|(author, committer)| [author, committer]);
        Self { anonymous, people, plain_objects }
    }

    /// Returns the variables that give a commit an author where the user's identity is missing; empty otherwise.
    pub(crate) fn variables(&self) -> Vec<(&'static str, &'static str)> {
        let (name, email) = FALLBACK;
        let author = [("GIT_AUTHOR_NAME", name), ("GIT_AUTHOR_EMAIL", email)];
        let committer = [("GIT_COMMITTER_NAME", name), ("GIT_COMMITTER_EMAIL", email)];
        if self.anonymous { [author, committer].concat() } else { Vec::new() }
    }

    /// Tells whether an object that is written as git does it by default is written as the user wants it.
    pub(crate) fn writes_objects(&self) -> bool {
        self.plain_objects
    }

    /// Returns the lines of author and committer of a commit that is made now.
    pub(crate) fn lines(&self) -> Option<[String; 2]> {
        let now = jiff::Zoned::now();
        let time = format!("{} {}", now.timestamp().as_second(), now.strftime("%z"));
        self.people.clone().map(|people| people.map(|person| format!("{person} {time}")))
    }
}

/// What git takes away at the ends of a name.
fn is_crud(c: char) -> bool {
    u32::from(c) <= 32 || ".,:;<>\"\\'".contains(c)
}

/// Tells whether git takes a name or an address as it is.
fn is_plain(text: &str) -> bool {
    let ends = [text.chars().next(), text.chars().next_back()];
    !ends.into_iter().flatten().any(is_crud) && !text.contains(['<', '>', '\n', '\0', '\u{fffd}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMED: [(&str, &str); 2] = [("user.name", "Ann"), ("user.email", "ann@example.org")];

    fn read(settings: &[(&str, &str)], variables: &[(&str, &str)]) -> Identity {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Identity::read(settings, variable)
    }

    #[test]
    fn the_closest_word_counts_and_variables_before_settings() {
        let own =
            [("user.name", "Ann"), ("user.email", "ann@example.org"), ("author.name", "Bob"), ("user.name", "Eve")];
        let identity = read(&own, &[("GIT_COMMITTER_EMAIL", "ci@example.org")]);
        let people = ["Bob <ann@example.org>", "Eve <ci@example.org>"].map(str::to_owned);
        assert_eq!(identity, Identity { anonymous: false, people: Some(people), plain_objects: true });
        assert!(identity.variables().is_empty());
    }

    #[test]
    fn who_is_not_named_commits_as_batchprp() {
        for settings in [&[][..], &NAMED[..1], &NAMED[1..], &[("user.name", " . "), NAMED[1]]] {
            let identity = read(settings, &[]);
            assert!(identity.anonymous && identity.variables().len() == 4, "{settings:?}");
            assert!(identity.lines().is_some_and(|[author, _]| author.starts_with("batchprp <batchprp@localhost> ")));
        }
        assert!(!read(&[("user.email", ""), NAMED[0]], &[]).anonymous, "an empty address is one that was given");
    }

    #[test]
    fn what_only_git_can_do_right_is_left_to_git() {
        for more in [("user.name", "Ann."), ("user.email", "a<b>c")] {
            assert_eq!(read(&[NAMED[0], NAMED[1], more], &[]).lines(), None, "{more:?}");
        }
        let lasting = [("core.fsync", "all"), ("core.fsyncobjectfiles", "true"), ("core.sharedrepository", "group")];
        for more in lasting {
            assert!(!read(&[NAMED[0], NAMED[1], more], &[]).writes_objects(), "{more:?}");
        }
        let committer = [("committer.name", "Ci"), ("committer.email", "ci@example.org")];
        assert_eq!(read(&committer, &[]).lines(), None, "git guesses the author");
        assert_eq!(read(&NAMED, &[("GIT_AUTHOR_DATE", "yesterday")]).lines(), None);
        assert!(read(&NAMED, &[]).lines().is_some() && read(&NAMED, &[]).writes_objects());
    }
}
