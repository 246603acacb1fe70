//! Names as people write them into Zoom, made comparable.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::person::is_title;
use crate::text::single_line;

/// Titles besides those that shortened names leave out.
const TITLES: [&str; 8] = ["bu", "h", "ibuk", "kak", "mas", "mba", "mbak", "ustz"];

/// Academic degrees without their dots. With dots (`S.Pd`), or behind a comma, they are no part of
/// the name.
const DEGREES: [&str; 52] = [
    "a", "ak", "ama", "amd", "amdkeb", "ba", "bsc", "ca", "cpa", "lc", "ma", "mag", "mba", "mh",
    "mhum", "mikom", "mkes", "mkn", "mkom", "mm", "mpd", "mpdi", "mpsi", "msc", "msi", "msn", "mt",
    "ns", "phd", "sag", "sds", "se", "sei", "sfarm", "sh", "shi", "sikom", "sip", "sked", "skep",
    "skm", "skom", "spd", "spdi", "spsi", "sptk", "ssi", "ssn", "ssos", "sst", "st", "sthi",
];

/// The words of a name in order of the alphabet: without case, marks, punctuation, titles, degrees
/// and digits. Empty for what holds no name.
pub(super) fn words(name: &str) -> Vec<String> {
    let plain: String = single_line(name)
        .to_lowercase()
        .nfd()
        .filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’' | '‘' | '`'))
        .collect();
    let (before, behind) = plain.split_once(',').unwrap_or((&plain, ""));
    let mut words = Vec::new();
    for (text, behind_comma) in [(before, false), (behind, true)] {
        for token in text.split(|c: char| !c.is_alphanumeric() && c != '.') {
            add(token.trim_matches('.'), behind_comma, &mut words);
        }
    }
    words.sort_unstable();
    words
}

fn add(token: &str, behind_comma: bool, words: &mut Vec<String>) {
    let joined = token.replace('.', "");
    let may_be_degree = behind_comma || joined.len() < token.len();
    if may_be_degree && DEGREES.contains(&joined.as_str()) || is_left_out(&joined) {
        return;
    }
    for part in token.split('.') {
        if !is_left_out(part) {
            words.push(part.to_owned());
        }
    }
}

fn is_left_out(word: &str) -> bool {
    !word.chars().any(char::is_alphabetic)
        || word.chars().any(|c| c.is_ascii_digit())
        || TITLES.contains(&word)
        || is_title(word)
}

/// Whether one name holds the other: all words of the shorter stand in the longer, a single letter
/// for a word that begins with it, and at least one word in full.
pub(super) fn one_holds_the_other(one: &[String], other: &[String]) -> bool {
    let (small, big) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let mut free: Vec<&str> = big.iter().map(String::as_str).collect();
    let mut in_full = false;
    // Whole words first, so that an initial does not take the place of one.
    for word in small.iter().filter(|word| !is_initial(word)) {
        let found = free.iter().position(|other| {
            *other == word.as_str() || (is_initial(other) && word.starts_with(*other))
        });
        let Some(at) = found else {
            return false;
        };
        in_full |= free[at] == word.as_str();
        free.swap_remove(at);
    }
    for initial in small.iter().filter(|word| is_initial(word)) {
        let Some(at) = free
            .iter()
            .position(|other| other.starts_with(initial.as_str()))
        else {
            return false;
        };
        free.swap_remove(at);
    }
    in_full
}

pub(super) fn is_initial(word: &str) -> bool {
    word.chars().nth(1).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writings_of_one_name_have_the_same_words() {
        for (written, expected) in [
            ("Budi Santoso", "budi santoso"),
            ("SANTOSO  budi", "budi santoso"),
            ("Pak Budi Santoso", "budi santoso"),
            ("Bapak H. Budi Santoso, S.Pd., M.Kom", "budi santoso"),
            ("H.Budi Santoso S.Pd", "budi santoso"),
            ("Budi Santoso, SE, MM", "budi santoso"),
            ("Drs. Budi_Santoso", "budi santoso"),
            ("Dr Budi.Santoso", "budi santoso"),
            ("Santoso, Budi", "budi santoso"),
            ("081234567890 Budi Santoso", "budi santoso"),
            ("Bu Hj. Siti Ma'rifah", "marifah siti"),
            ("Siti Ma’rifah", "marifah siti"),
            ("José", "jose"),
            ("K.H. Ahmad", "ahmad"),
            ("M. Iqbal", "iqbal m"),
            ("Se Ma", "ma se"),
            ("iPhone 12", "iphone"),
            ("0812", ""),
            ("😀 !!", ""),
            ("Ibu", ""),
        ] {
            assert_eq!(words(written).join(" "), expected, "{written}");
        }
    }

    #[test]
    fn one_name_may_hold_the_other() {
        for (one, other, holds) in [
            ("Budi", "Budi Santoso", true),
            ("Budi Santoso Bogor", "Budi Santoso", true),
            ("Budi S", "Budi Santoso", true),
            ("M Iqbal", "Muhammad Iqbal", true),
            ("Budi S", "Budi Hartono", false),
            ("B S", "Budi Santoso", false),
            ("Budi Budi", "Budi Santoso", false),
            ("Budi Santosa", "Budi Santoso", false),
            ("", "Budi", false),
        ] {
            let (one, other) = (words(one), words(other));
            assert_eq!(
                one_holds_the_other(&one, &other),
                holds,
                "{one:?} {other:?}"
            );
            assert_eq!(
                one_holds_the_other(&other, &one),
                holds,
                "{other:?} {one:?}"
            );
        }
    }
}
