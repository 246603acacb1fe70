//! The words under which a name is found (requirement A1).
//!
//! A name is stored under each of its words, and whoever searches asks for all words of the search:
//! both sides go through the same folding, so `Siti Ma’rifah, S.Pd.`, `siti marifah` and `MA'RIFAH`
//! meet. Titles are words of a name too, since `Habib` and `Gus` are names as well; a search leaves
//! them out as long as it has another word.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::person::is_title;
use crate::text::is_invisible;

/// Most words of one name: a name of 100 characters holds no more words of two letters.
pub const MOST_WORDS: usize = 34;

/// Titles besides those that shortened names leave out.
const CALLED: [&str; 8] = ["bu", "ibuk", "kak", "mas", "mba", "mbak", "ustz", "bang"];

/// The words under which a name is kept, at most [`MOST_WORDS`]: lower case, without accents,
/// punctuation and initials. Initials stay where a name is nothing else; empty only for what holds
/// no letter and no digit.
#[must_use]
pub fn words_of_name(name: &str) -> BTreeSet<String> {
    let words = folded(name);
    without(&words, is_initial)
        .into_iter()
        .take(MOST_WORDS)
        .collect()
}

/// The words that a name must all have to be found by this search: those of a name, without titles
/// where there is another word. Empty for a search that says nothing.
#[must_use]
pub fn words_of_search(search: &str) -> BTreeSet<String> {
    let words = without(&folded(search), is_initial);
    without(&words, is_called).into_iter().collect()
}

/// The words that are not left out; all of them if there would be none. Each once, in order.
fn without(words: &[String], left_out: fn(&str) -> bool) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let none_stays = words.iter().all(|word| left_out(word));
    words
        .iter()
        .filter(|word| none_stays || !left_out(word))
        .filter(|word| seen.insert(word.as_str()))
        .cloned()
        .collect()
}

/// Words in lower case and as plain as they can be written. An apostrophe stands within a word,
/// everything else that is no letter and no digit between two.
fn folded(text: &str) -> Vec<String> {
    let plain: String = text
        .chars()
        .filter(|c| !is_invisible(*c))
        .nfkd()
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !is_apostrophe(*c))
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect();
    plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | '\u{2018}' | '\u{2019}' | '\u{02BB}' | '\u{02BC}' | '\u{2032}'
    )
}

/// `m` of `M. Iqbal`. A single sign of a script without capitals is a word.
fn is_initial(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_lowercase) && chars.next().is_none()
}

fn is_called(word: &str) -> bool {
    CALLED.contains(&word) || is_title(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn joined(words: &BTreeSet<String>) -> String {
        words
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn a_name_is_kept_under_its_words() {
        for (name, expected) in [
            ("Budi Santoso", "budi santoso"),
            ("  BUDI\tsantoso ", "budi santoso"),
            ("Budi Budi", "budi"),
            ("H. Budi Santoso, S.Pd., M.Kom", "budi kom pd santoso"),
            ("H.Budi", "budi"),
            ("Siti Ma'rifah", "marifah siti"),
            ("Siti Ma’rifah", "marifah siti"),
            ("Nur`aini", "nuraini"),
            ("José Ñusantara", "jose nusantara"),
            ("Jose\u{301}", "jose"),
            ("Bu\u{200B}di", "budi"),
            ("Ｂｕｄｉ", "budi"),
            ("Abdul-Rahman/Wahid", "abdul rahman wahid"),
            ("M. Iqbal", "iqbal"),
            ("A. R.", "a r"),
            ("Habib Rahman", "habib rahman"),
            ("Budi 2", "2 budi"),
            ("王 小明", "小明 王"),
            ("😀 !!", ""),
            ("", ""),
        ] {
            assert_eq!(joined(&words_of_name(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_search_leaves_titles_out_while_it_has_another_word() {
        for (search, expected) in [
            ("Pak Budi", "budi"),
            ("Bu Hj. Siti", "siti"),
            ("habib", "habib"),
            ("Habib Rahman", "rahman"),
            ("m. iqbal", "iqbal"),
            ("m", "m"),
            ("ibu", "ibu"),
            (" . ", ""),
        ] {
            assert_eq!(joined(&words_of_search(search)), expected, "{search}");
        }
    }

    #[test]
    fn the_longest_name_has_no_more_words_than_are_kept() {
        let all: Vec<String> = ('a'..='z')
            .flat_map(|a| ['x', 'y'].map(|b| format!("{a}{b}")))
            .collect();
        let longest: String = all.join(" ").chars().take(100).collect();
        assert_eq!(words_of_name(&longest).len(), 33);
        let more: String = all.join(" ");
        assert_eq!(words_of_name(&more).len(), MOST_WORDS);
    }

    proptest! {
        #[test]
        fn words_are_their_own_words(name in "\\PC{0,100}") {
            for word in words_of_name(&name) {
                prop_assert_eq!(words_of_name(&word), BTreeSet::from([word]));
            }
        }

        #[test]
        fn neither_case_nor_order_nor_punctuation_makes_a_difference(
            words in proptest::collection::vec("[a-zäéß]{2,8}", 1..6),
            mark in "[ .,/()-]{1,3}",
        ) {
            let plain = words_of_name(&words.join(" "));
            let turned: Vec<&str> = words.iter().rev().map(String::as_str).collect();
            prop_assert_eq!(&words_of_name(&turned.join(&mark)), &plain);
            let capital: Vec<String> = words
                .iter()
                .map(|word| word.replace('ß', "s").to_uppercase())
                .collect();
            let small: Vec<String> = words.iter().map(|word| word.replace('ß', "s")).collect();
            prop_assert_eq!(
                words_of_name(&capital.join(" ")),
                words_of_name(&small.join(" "))
            );
        }

        #[test]
        fn every_part_of_a_name_finds_it(
            words in proptest::collection::vec("[A-Za-z']{1,9}", 1..8),
            from in 0_usize..8,
        ) {
            let kept = words_of_name(&words.join(" "));
            // A search of initials alone asks for what a longer name is not kept under.
            let part = words.get(from..).unwrap_or(&words).join(" ");
            let asked = words_of_search(&part);
            if !asked.iter().all(|word| is_initial(word)) {
                prop_assert!(asked.is_subset(&kept), "{:?} {:?}", asked, kept);
            }
        }
    }
}
