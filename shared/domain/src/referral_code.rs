//! What stands behind `/ref=`: somebody's number, or a short code in its place (requirement L1, L9).

use uuid::Uuid;

use crate::ids::ParticipantId;
use crate::phone::Phone;
use crate::text::single_line;

/// Fewest characters of an opaque code.
const OPAQUE_MIN: usize = 6;
/// Most characters of an opaque code.
const OPAQUE_MAX: usize = 12;
/// Crockford's base 32: without `i`, `l`, `o` and `u`, which are misread or make words.
const OPAQUE_LETTERS: &str = "abcdefghjkmnpqrstvwxyz";

/// Characters of the codes made here: 50 bits, so that nobody guesses one, and short enough to type.
const OPAQUE_MADE: usize = 10;
/// All 32 digits of Crockford's base 32, by value.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Keeps codes apart from anything else that is derived from an id.
const OPAQUE_SPACE: Uuid = Uuid::from_u128(0x6c1f_3ae2_9d0b_4f57_8a64_51b7_20c9_e3d8);

/// What participants' own links show (requirement L9). Links of the other kind keep working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeStyle {
    /// The number, `081562726272`.
    #[default]
    Phone,
    /// A short code, which shows nobody the number.
    Opaque,
}

impl CodeStyle {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Opaque => "opaque",
        }
    }

    /// Reads [`CodeStyle::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Phone, Self::Opaque]
            .into_iter()
            .find(|style| style.as_str() == word)
    }

    /// The code in a participant's own link.
    #[must_use]
    pub fn own_code(self, id: ParticipantId, phone: &Phone) -> String {
        match self {
            Self::Phone => phone.link_form(),
            Self::Opaque => opaque_code(id),
        }
    }
}

/// The opaque code of a participant: 10 characters made of the id, one way only. Both live and
/// die together, so nothing has to remember which code belongs to whom but the item that leads
/// from the code to the participant.
#[must_use]
pub fn opaque_code(id: ParticipantId) -> String {
    let hash = Uuid::new_v5(&OPAQUE_SPACE, id.0.as_bytes()).as_u128();
    // The last 62 bits of a UUID are free of version and variant.
    let mut code: String = (0..OPAQUE_MADE)
        .map(|at| {
            let digit = usize::try_from((hash >> (5 * at)) & 31).unwrap_or_default();
            char::from(DIGITS.get(digit).copied().unwrap_or(b'0'))
        })
        .collect();
    // Ten digits could be read as a number; once in a hundred thousand codes they stand there.
    if code.bytes().all(|byte| byte.is_ascii_digit()) {
        code.replace_range(..1, "x");
    }
    code
}

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

    use uuid::Uuid;

    use super::{CodeStyle, ReferralCode, opaque_code};
    use crate::ids::ParticipantId;
    use crate::phone::Phone;

    #[test]
    fn an_own_code_is_the_number_or_hides_it() {
        let phone = Phone::parse("+6281562726272").unwrap();
        let id = ParticipantId(Uuid::from_u128(7));
        assert_eq!(CodeStyle::Phone.own_code(id, &phone), "081562726272");
        let opaque = CodeStyle::Opaque.own_code(id, &phone);
        assert_eq!(opaque, opaque_code(id));
        assert_ne!(opaque, opaque_code(ParticipantId(Uuid::from_u128(8))));
        for style in [CodeStyle::Phone, CodeStyle::Opaque] {
            assert_eq!(CodeStyle::parse(style.as_str()), Some(style));
        }
        assert_eq!(CodeStyle::parse("other"), None);
    }

    /// It stands in links that people keep: it may never change.
    #[test]
    fn the_code_of_an_id_stays_the_same() {
        let id = ParticipantId(Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef));
        assert_eq!(opaque_code(id), "erwvjk909z");
    }

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
        fn every_code_that_is_made_is_read_back(id in any::<u128>()) {
            let code = opaque_code(ParticipantId(Uuid::from_u128(id)));
            prop_assert_eq!(ReferralCode::parse(&code), Some(ReferralCode::Opaque(code)));
        }

        #[test]
        fn what_is_read_is_read_again_the_same(input in ".*|[0-9a-zA-Z +-]{0,16}") {
            if let Some(ReferralCode::Opaque(code)) = ReferralCode::parse(&input) {
                prop_assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
                prop_assert_eq!(ReferralCode::parse(&code), Some(ReferralCode::Opaque(code.clone())));
            }
        }
    }
}
