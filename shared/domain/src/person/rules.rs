//! The checks that name, city and profession share.

use unicode_normalization::char::is_combining_mark;

use super::Problem;
use crate::phone::may_hold_a_number;
use crate::text::single_line;

/// Last parts of a host name that make a word an address. Academic degrees look alike
/// (`S.Pd`, `M.Kom`), so only endings that no degree has are listed.
const ADDRESS_ENDINGS: [&str; 22] = [
    "app", "biz", "click", "co", "com", "dev", "id", "info", "io", "link", "live", "ly", "me",
    "net", "online", "org", "shop", "site", "store", "top", "web", "xyz",
];

/// The cleaned text, or the first thing that is wrong with it.
pub(super) fn plain_text(raw: &str, max_chars: usize) -> Result<String, Problem> {
    let text = single_line(raw);
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    if text.chars().count() > max_chars {
        return Err(Problem::TooLong(max_chars));
    }
    if !text.chars().any(is_letter) {
        return Err(Problem::NoLetter);
    }
    if text.starts_with(['=', '+', '-', '@']) {
        return Err(Problem::Formula);
    }
    if has_address(&text) {
        return Err(Problem::Link);
    }
    // It would be stored in clear here (requirement C1), and digits make a number whatever stands
    // between them.
    if may_hold_a_number(&text) {
        return Err(Problem::Number);
    }
    if !text.chars().all(is_allowed) {
        return Err(Problem::Character);
    }
    Ok(text)
}

/// Letters of any script, but not the styled and enclosed ones that fonts and emoji are made of.
fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        && !matches!(c, '\u{2460}'..='\u{24FF}' | '\u{1D400}'..='\u{1D7FF}' | '\u{1F000}'..='\u{1FFFF}')
}

/// A list of what may stand, not of what may not: new emoji appear every year.
fn is_allowed(c: char) -> bool {
    let mark = is_combining_mark(c) && !matches!(c, '\u{20D0}'..='\u{20FF}');
    let punctuation = matches!(
        c,
        ' ' | '.'
            | ','
            | ':'
            | '\''
            | '’'
            | '‘'
            | '-'
            | '‐'
            | '‑'
            | '–'
            | '—'
            | '/'
            | '&'
            | '+'
            | '('
            | ')'
    );
    is_letter(c) || c.is_ascii_digit() || mark || punctuation
}

fn has_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("http")
        || lower.contains("www.")
        || lower.contains("://")
        || lower
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '(' | ')' | '&' | '+'))
            .any(is_address)
}

/// `contoh.com`, `bit.ly/abc`, `t.me/abc`; not `S.Pd` and not `A.Md/Guru`.
fn is_address(word: &str) -> bool {
    let mut parts = word.split('/').peekable();
    while let Some(part) = parts.next() {
        let has_path = parts.peek().is_some_and(|path| !path.is_empty());
        let Some((before, ending)) = part.trim_end_matches('.').rsplit_once('.') else {
            continue;
        };
        let label = before.rsplit('.').next().unwrap_or(before);
        // One letter before the dot is a degree or an initial unless a path follows.
        let long_enough = label.chars().count() >= if has_path { 1 } else { 2 };
        if long_enough && ADDRESS_ENDINGS.contains(&ending) {
            return true;
        }
    }
    false
}
