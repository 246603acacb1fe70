//! What every single-line input goes through before a rule looks at it.

use unicode_normalization::UnicodeNormalization;

/// Characters that leave no mark on the screen: zero-width, bidirectional controls, soft
/// hyphen, variation selectors, tags, and the fillers that people paste as a blank name.
/// They come along with numbers and names copied from chats and contact cards.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// NFC, without invisible characters, trimmed, every run of whitespace (also line breaks)
/// one space. Applying it twice changes nothing.
pub(crate) fn single_line(raw: &str) -> String {
    let composed: String = raw.chars().filter(|c| !is_invisible(*c)).nfc().collect();
    let mut line = String::with_capacity(composed.len());
    for word in composed.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::single_line;

    #[test]
    fn a_line_is_composed_trimmed_and_free_of_invisible_characters() {
        assert_eq!(
            single_line("\u{FEFF} Jose\u{301}\u{A0}\t\n Ma\u{200D}rti "),
            "José Marti"
        );
        assert_eq!(single_line("\u{3164}\u{200B}"), "");
    }

    proptest::proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(raw in ".*") {
            let once = single_line(&raw);
            proptest::prop_assert_eq!(single_line(&once), once);
        }
    }
}
