//! From what was typed to the national digits (after 62), by the list in facts about
//! Indonesian numbers: what people write, and what must not be read silently.

use super::{NATIONAL_MIN, PhoneError};
use crate::text::is_invisible;

/// More digits than any writing of one number holds: `00 62 0` and 12 national digits are 17.
const ONE_NUMBER_MAX: usize = 17;

/// The digits after the country code or the leading zero; not yet checked to be mobile.
pub(super) fn national_digits(input: &str) -> Result<String, PhoneError> {
    let visible: String = input.chars().filter(|c| !is_invisible(*c)).collect();
    let written = without_address(visible.trim());
    // A comma or full stop copied along with the number is not a second number.
    let written = written.trim_end_matches([',', ';', '/', '.', ' ']);
    let (plus, digits) = read(written)?;
    if digits.is_empty() {
        return Err(PhoneError::Empty);
    }
    if digits.len() > ONE_NUMBER_MAX {
        return Err(PhoneError::Several);
    }
    without_prefix(plus, &digits)
}

/// Takes off `tel:` or `https://wa.me/` with its query.
fn without_address(text: &str) -> &str {
    if let Some(number) = strip_ignoring_case(text, "tel:") {
        return number;
    }
    let address = strip_ignoring_case(text, "https://")
        .or_else(|| strip_ignoring_case(text, "http://"))
        .unwrap_or(text);
    let address = strip_ignoring_case(address, "www.").unwrap_or(address);
    match strip_ignoring_case(address, "wa.me/") {
        Some(path) => path
            .split_once(['?', '#'])
            .map_or(path, |(number, _)| number),
        None => text,
    }
}

fn strip_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// ASCII digits of the text and whether a plus sign led them.
fn read(text: &str) -> Result<(bool, String), PhoneError> {
    let mut plus = false;
    let mut digits = String::new();
    for (at, c) in text.char_indices() {
        match c {
            '+' | '\u{FF0B}' if digits.is_empty() && !plus => plus = true,
            // A second plus sign begins a second number.
            '+' | '\u{FF0B}' | '/' | ',' | ';' | '&' | '|' if !digits.is_empty() => {
                return Err(PhoneError::Several);
            }
            '#' if !digits.is_empty() => return Err(PhoneError::Extension),
            _ => match digit(c) {
                Some(digit) => digits.push(digit),
                None if is_separator(c) => {}
                None if c.is_alphabetic() => {
                    return Err(match digits.is_empty() {
                        false if is_extension(&text[at..]) => PhoneError::Extension,
                        _ => PhoneError::Letters,
                    });
                }
                None => return Err(PhoneError::Symbol),
            },
        }
    }
    Ok((plus, digits))
}

/// `ext 12`, `x12`, `ekstensi 12`, after the number.
fn is_extension(text: &str) -> bool {
    let word: String = text
        .chars()
        .take_while(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    matches!(
        word.as_str(),
        "x" | "ext" | "extension" | "eks" | "ekst" | "ekstensi" | "pes" | "pesawat"
    )
}

/// Decimal digits that keyboards and fonts put in place of 0–9.
fn digit(c: char) -> Option<char> {
    let value = match c {
        '0'..='9' => return Some(c),
        '\u{0660}'..='\u{0669}' => c as u32 - 0x0660,
        '\u{06F0}'..='\u{06F9}' => c as u32 - 0x06F0,
        '\u{FF10}'..='\u{FF19}' => c as u32 - 0xFF10,
        // Bold, double-struck, sans-serif and monospace digits, ten of each.
        '\u{1D7CE}'..='\u{1D7FF}' => (c as u32 - 0x1D7CE) % 10,
        _ => return None,
    };
    char::from_digit(value, 10)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '.' | '_' | '(' | ')' | '·' | '•' | '\u{2010}'
                ..='\u{2015}'
                    | '\u{2043}'
                    | '\u{2212}'
                    | '\u{FE58}'
                    | '\u{FE63}'
                    | '\u{FF0D}'
                    | '\u{FF08}'
                    | '\u{FF09}'
                    | '\u{FF0E}'
                    | '\u{FF3F}'
        )
}

/// Takes off the international prefix, the country code and the leading zero.
fn without_prefix(plus: bool, digits: &str) -> Result<String, PhoneError> {
    let (international, digits) = match digits.strip_prefix("00") {
        Some(rest) => (true, rest),
        None => (plus, digits),
    };
    let national = if let Some(rest) = digits.strip_prefix("62") {
        // `+62 (0)812` and `62 0812`.
        rest.strip_prefix('0').unwrap_or(rest)
    } else if international {
        return Err(match digits.as_bytes() {
            [] | [b'0', ..] => PhoneError::NotMobile,
            _ => PhoneError::Foreign,
        });
    } else if let Some(rest) = digits.strip_prefix('0') {
        rest
    } else if digits.starts_with('8') {
        digits
    } else {
        // A landline without its zero or a foreign number without its plus: who can tell.
        return Err(PhoneError::NotMobile);
    };
    // `62 62812…` and `0 62812…` would pass for landlines of area 0628, whose numbers are shorter.
    let repeated = national.starts_with("628") || national.starts_with("6208");
    if repeated && national.len() >= 2 + NATIONAL_MIN {
        return Err(PhoneError::RepeatedPrefix);
    }
    Ok(national.to_owned())
}
