//! What stands behind `/ref=`: somebody's number, or a short code in its place (requirement L1, L9).

use crate::phone::Phone;
use crate::text::single_line;

/// Fewest characters of an opaque code.
const OPAQUE_MIN: usize = 6;
/// Most characters of an opaque code.
const OPAQUE_MAX: usize = 12;
/// Crockford's base 32: without `i`, `l`, `o` and `u`, which are misread or make words.
const OPAQUE_LETTERS: &str = "abcdefghjkmnpqrstvwxyz";

/// A referral code that can be looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReferralCode {
    /// The referrer's number, in whatever writing it came.
    Phone(Phone),
    /// 6–12 lower-case characters of Crockford's base 32, at least one of them a letter, so
    /// that it can never be a number. Read in any case.
    Opaque(String),
}

impl ReferralCode {
    /// Reads a code that has been percent-decoded already. `None` for anything else: a link
    /// with a broken code still opens the page, only without a referrer.
    #[must_use]
    pub fn parse(input: &str) -> Option<Self> {
        if let Ok(phone) = Phone::parse(input) {
            return Some(Self::Phone(phone));
        }
        let code = single_line(input).to_ascii_lowercase();
        let letters = code.chars().filter(|c| OPAQUE_LETTERS.contains(*c)).count();
        let digits = code.chars().filter(char::is_ascii_digit).count();
        let all_known = letters + digits == code.chars().count();
        let length_fits = (OPAQUE_MIN..=OPAQUE_MAX).contains(&code.len());
        (all_known && length_fits && letters > 0).then_some(Self::Opaque(code))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

    use proptest::prelude::*;

    use super::ReferralCode;
    use crate::phone::Phone;

    #[test]
    fn a_number_in_any_writing_is_the_referrer() {
        let phone = Phone::parse("081562726272").unwrap();
        for writing in [
            "081562726272",
            "6281562726272",
            "+62 815-6272-6272",
            " 62815 6272 6272",
            "wa.me/6281562726272",
        ] {
            assert_eq!(
                ReferralCode::parse(writing),
                Some(ReferralCode::Phone(phone)),
                "{writing}"
            );
        }
    }

    #[test]
    fn an_opaque_code_has_six_to_twelve_safe_characters_and_a_letter() {
        for (input, code) in [
            ("k7m2xq", "k7m2xq"),
            (" K7M2XQ ", "k7m2xq"),
            ("abcdef", "abcdef"),
            ("12345a", "12345a"),
            ("0123456789ab", "0123456789ab"),
        ] {
            assert_eq!(
                ReferralCode::parse(input),
                Some(ReferralCode::Opaque(code.to_owned())),
                "{input}"
            );
        }
    }

    #[test]
    fn anything_else_is_no_code() {
        for input in [
            "",
            " ",
            "k7m2x",
            "0123456789abc",
            "123456",
            "021555123",
            "+14155552671",
            "k7m2xi",
            "hello1",
            "k7m-2xq",
            "k7m 2xq",
            "<script>",
            "../../etc",
            "k7m2xé",
            "６７８９ab",
        ] {
            assert_eq!(ReferralCode::parse(input), None, "{input:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_read_again_the_same(input in ".*|[0-9a-zA-Z +-]{0,16}") {
            if let Some(ReferralCode::Opaque(code)) = ReferralCode::parse(&input) {
                prop_assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
                prop_assert_eq!(ReferralCode::parse(&code), Some(ReferralCode::Opaque(code.clone())));
            }
        }
    }
}
