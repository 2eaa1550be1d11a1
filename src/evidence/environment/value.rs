//! What a value looks like: words, numbers and places that may be shown, or something that nobody would type twice.

use super::name::is_one_of;

/// Words that stand for settings or are everybody's password: taking them out of a text would only garble it.
const WORDS: &str = "
    admin all always anonymous auto basic bearer bool changeme ci container default demo dev development disable
    disabled dummy empty enable enabled env error example false file guest host info keyring local localhost
    master memory mysql never none null oauth off optional password plain postgres prod production public redis
    required root secret staging string strict test testing token true undefined user username warn";

/// First folders of absolute paths. A secret may begin with `/` as well.
const ROOTS: &str = "
    Applications Library System Users Volumes app bin boot build builds cygdrive data dev etc github gnu home lib
    lib32 lib64 media mnt nix opt private proc root run sbin snap src srv sys tmp usr var work workdir workspace
    workspaces";

/// Shorter values are words whatever their name says.
pub(super) const SHORTEST: usize = 4;
/// From this length on an alphanumeric run of letters and digits is no word.
const MIXED: usize = 8;
/// From this length on letters alone are no word when they change between small and capital again and again.
const RANDOM: usize = 20;

/// Tells whether a value is a word or a number that means nothing by itself.
pub(super) fn is_word(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let number = value.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,_%".contains(&byte)) && digits < 6;
    value.len() < SHORTEST || number || is_one_of(WORDS, &value.to_lowercase())
}

/// Tells whether a value is a path, or a list of paths with `:` between.
pub(super) fn is_place(value: &str) -> bool {
    value.split(':').all(|part| part.is_empty() || is_path(part)) && value.contains('/')
}

fn is_path(part: &str) -> bool {
    if ["~/", "./", "../"].iter().any(|begin| part.starts_with(begin)) || part == "~" {
        return true;
    }
    let Some(rest) = part.strip_prefix('/') else { return false };
    rest.is_empty() || is_one_of(ROOTS, rest.split('/').next().unwrap_or_default())
}

/// Tells whether a value of which nothing is known can be shown: words, short names with a number, paths, addresses.
pub(super) fn is_plain(value: &str) -> bool {
    is_word(value) || is_place(value) || value.contains("://") || !words(value).any(is_opaque)
}

/// Returns the alphanumeric runs of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Tells whether a run of letters and digits is no word of any language: letters and digits by turns, or small and
/// capital letters by turns.
pub(super) fn is_opaque(word: &str) -> bool {
    let turns =
        |class: fn(u8) -> bool| word.as_bytes().windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    if word.bytes().any(|byte| byte.is_ascii_digit()) {
        // `python311` and `256color` have one such turn.
        return word.len() >= MIXED && turns(|byte| byte.is_ascii_digit()) > 1 && !is_date(word);
    }
    word.len() >= RANDOM && turns(|byte| byte.is_ascii_uppercase()) * 5 >= word.len() * 2
}

/// `20261129T101500Z`.
fn is_date(word: &str) -> bool {
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    word.len() > 8 && word.bytes().take(8).all(|byte| byte.is_ascii_digit()) && letters <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_plain_and_what_a_machine_made_is_not() {
        for value in [
            "true",
            "1",
            "4096",
            "12.5",
            "off",
            "production",
            "en_US.UTF-8",
            "x86_64-unknown-linux-gnu",
            "ubuntu-22.04",
            "/usr/bin",
            "/usr/bin:/home/me/.cargo/bin",
            "~/.config",
            "vim",
            "us-east-1",
            "python3.11",
            "v1.2.3-rc.1",
            "a-disk-based-approach",
            "http://localhost:8080/x",
            "20261129T101500Z",
            "2026-11-29",
            "noninteractive",
            "xterm-256color",
            "InternationalizationSupport",
        ] {
            assert!(is_plain(value), "{value}");
        }
        for value in [
            "hunter22hunter22",
            "a8f5f167f44f4964e6c998dee827110c",
            "9fK2xQpL7vRt",
            "QWxhZGRpbjpPcGVuU2VzYW1lQm94",
            "550e8400-e29b-41d4-a716-446655440000",
            "/9j4AAQSkZJRgABAQ",
        ] {
            assert!(!is_plain(value), "{value}");
        }
    }

    #[test]
    fn a_path_begins_with_a_folder_that_machines_have() {
        assert!(is_place("/home/me/key.json") && is_place("/opt/a:/usr/b") && is_place("/"));
        assert!(!is_place("/wJalrXUtnFEMI/K7MDENG") && !is_place("key") && !is_place("/usrx/y"));
    }
}
