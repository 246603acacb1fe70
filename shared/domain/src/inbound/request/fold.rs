//! From a text to its words, without anything that only decorates them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::is_invisible;

/// Makes a digit before it, `#` or `*` an emoji.
const KEYCAP: char = '\u{20E3}';
/// Fewest letters, each standing alone, that are one word: `S T O P`, `s.t.o.p`.
const SPELLED_MIN: usize = 3;

/// Words in lower case, without accents, each letter once where it is repeated (`stoppp`).
/// Everything that is no letter and no digit parts words, except an apostrophe.
pub(super) fn words(text: &str) -> Vec<String> {
    let letters = plain(text);
    let parts = letters.split(|c: char| !c.is_alphanumeric());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let mut words = Vec::with_capacity(parts.len());
    let mut rest = parts.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let spelled = rest.iter().take_while(|part| is_letter(part)).count();
        if spelled >= SPELLED_MIN {
            words.push(once(&rest[..spelled].concat()));
            rest = &rest[spelled..];
        } else {
            words.push(once(first));
            rest = after;
        }
    }
    words
}

/// Each letter once where it is repeated; digits as they are.
pub(super) fn once(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for c in word.chars() {
        if c.is_numeric() || !folded.ends_with(c) {
            folded.push(c);
        }
    }
    folded
}

fn is_letter(part: &str) -> bool {
    let mut chars = part.chars();
    chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
}

/// Lower-case letters and digits, as plain as they can be written, between whatever parts them.
fn plain(text: &str) -> String {
    let visible: Vec<char> = text.chars().filter(|c| !is_invisible(*c)).collect();
    let alike = visible.chunk_by(|a, b| enclosed(*a).is_some() == enclosed(*b).is_some());
    alike
        .flat_map(lettered)
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !is_apostrophe(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A run of characters that are all enclosed letters, or none of them: what is an emoji as a space.
fn lettered(run: &[char]) -> impl Iterator<Item = char> {
    let only_emoji = run.iter().all(|c| is_emoji_letter(*c));
    run.iter().enumerate().map(move |(at, c)| {
        let keycap = run.get(at + 1) == Some(&KEYCAP) && !c.is_alphabetic();
        match enclosed(*c) {
            Some(letter) if !only_emoji => letter,
            None if !is_sign(*c) && !keycap => *c,
            _ => ' ',
        }
    })
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{02BC}')
}

/// Blood types, parking, metro: by themselves no letters of a word.
fn is_emoji_letter(c: char) -> bool {
    matches!(c, 'Ⓜ' | '🅰' | '🅱' | '🅾' | '🅿')
}

/// Emoji that normalisation would turn into letters.
fn is_sign(c: char) -> bool {
    matches!(c, '™' | '℠' | 'ℹ' | '㊗' | '㊙' | '\u{1F18E}'..='\u{1F1AD}' | '\u{1F200}'..='\u{1F265}')
}

/// The letter inside a circle or a square, light or dark.
fn enclosed(c: char) -> Option<char> {
    let code = u32::from(c);
    let place = match code {
        0x24B6..=0x24CF => code - 0x24B6,
        0x24D0..=0x24E9 => code - 0x24D0,
        0x1F130..=0x1F149 => code - 0x1F130,
        0x1F150..=0x1F169 => code - 0x1F150,
        0x1F170..=0x1F189 => code - 0x1F170,
        _ => return None,
    };
    char::from_u32(u32::from('a') + place)
}
