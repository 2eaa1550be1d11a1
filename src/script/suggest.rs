//! Finds the name that somebody probably meant.

/// Returns the candidate nearest to a word, when one is near enough to be worth asking about.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *candidate != word)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Returns "did you mean `x`?" for the nearest candidate, or the list of all of them.
pub(crate) fn help(word: &str, candidates: &[&str]) -> String {
    match nearest(word, candidates.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None if candidates.is_empty() => "there is none".to_owned(),
        None => format!("known are {}", list(candidates)),
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_asked_about_and_far_ones_are_listed() {
        assert_eq!(help("btach", &["batch", "stage"]), "did you mean `batch`?");
        assert_eq!(help("colour", &["batch", "stage"]), "known are `batch`, `stage`");
        assert_eq!(nearest("laod", ["load", "list"]), Some("load"));
    }
}
