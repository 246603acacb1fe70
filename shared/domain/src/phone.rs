//! Indonesian mobile numbers: whatever people write becomes one E.164 number, or an error
//! that says what to correct.

mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// An Indonesian mobile number, valid by construction.
///
/// `Display` and `Debug` show [`Phone::masked`]; the type cannot be serialised, so that a
/// number reaches storage only through encryption ([`Phone::to_bytes`]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(u64);

/// Why a text is not an Indonesian mobile number. Never holds the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PhoneError {
    /// No digit in it.
    #[error("empty")]
    Empty,
    /// A letter, such as O in place of 0, or a name beside the number.
    #[error("letters")]
    Letters,
    /// A character that does not belong to a number.
    #[error("symbol")]
    Symbol,
    /// More than one number.
    #[error("several numbers")]
    Several,
    /// An extension.
    #[error("extension")]
    Extension,
    /// The country code twice, or 0 before it.
    #[error("repeated prefix")]
    RepeatedPrefix,
    /// An Indonesian landline.
    #[error("landline")]
    Landline,
    /// A number of another country.
    #[error("foreign")]
    Foreign,
    /// Not the beginning of a mobile number (080, 084, 1…).
    #[error("not mobile")]
    NotMobile,
    /// Fewer than 9 national digits.
    #[error("too short")]
    TooShort,
    /// More than 12 national digits.
    #[error("too long")]
    TooLong,
}

impl PhoneError {
    /// What the visitor reads beside the field, in Indonesian.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Empty => "Isi nomor WhatsApp Anda.",
            Self::Letters => "Tulis nomor dengan angka saja. Ada huruf di dalamnya.",
            Self::Symbol => "Tulis nomor dengan angka saja. Ada tanda yang tidak dikenal.",
            Self::Several => "Isi satu nomor saja.",
            Self::Extension => "Isi nomor WhatsApp tanpa nomor ekstensi.",
            Self::RepeatedPrefix => "Awalan nomor tertulis dua kali. Contoh: 0812… atau +62 812….",
            Self::Landline => {
                "Ini nomor telepon rumah atau kantor. Isi nomor HP yang diawali 08 atau +62 8."
            }
            Self::Foreign => {
                "Ini nomor luar negeri. Isi nomor HP Indonesia yang diawali 08 atau +62 8."
            }
            Self::NotMobile => "Nomor HP Indonesia diawali 08 atau +62 8. Periksa awal nomornya.",
            Self::TooShort => "Nomor kurang panjang. Periksa lagi.",
            Self::TooLong => "Nomor terlalu panjang. Periksa lagi.",
        }
    }
}

/// Shortest national number (after 62), in digits: `8[1-35-9]\d{7,10}` in libphonenumber.
const NATIONAL_MIN: usize = 9;
/// Longest national number (after 62), in digits.
const NATIONAL_MAX: usize = 12;
/// Digits of the link form that stay readable at the front of a masked number.
const MASK_HEAD: usize = 4;
/// Fewest digits that a mask hides: a short number would otherwise be easy to guess.
const MASK_HIDDEN: usize = 4;

/// Whether a text holds so many digits that a number could stand in it: such a text is not kept in
/// clear.
#[must_use]
pub fn may_hold_a_number(text: &str) -> bool {
    text.chars().filter(|c| c.is_numeric()).count() >= NATIONAL_MIN
}

impl Phone {
    /// Reads a number in any common writing: `0812…`, `62812…`, `+62 (0)812-…`, `0062812…`,
    /// `812…`, `wa.me/62812…`, `tel:…`, with any separators, full-width or Arabic-Indic digits.
    ///
    /// `62` followed by `8` is always the country code, also without `+` and with 9 national
    /// digits, where libphonenumber sees a landline. No list of operators is consulted.
    ///
    /// # Errors
    /// [`PhoneError`] with a text for the visitor.
    pub fn parse(input: &str) -> Result<Self, PhoneError> {
        parse::national_digits(input).and_then(|national| Self::from_national(&national))
    }

    /// `+6281562726272`.
    #[must_use]
    pub fn e164(self) -> String {
        format!("+{}", self.0)
    }

    /// `6281562726272`: what the gateway and `wa.me` take.
    #[must_use]
    pub fn digits(self) -> String {
        self.0.to_string()
    }

    /// `081562726272`: the referral code and what people read (requirement L9).
    #[must_use]
    pub fn link_form(self) -> String {
        format!("0{}", self.national())
    }

    /// `0815••••6272`: for people without a right to the number. The four dots do not tell
    /// how many digits they hide, at least four; a short number shows fewer at its end.
    #[must_use]
    pub fn masked(self) -> String {
        let link = self.link_form();
        let tail = link.len().saturating_sub(MASK_HEAD + MASK_HIDDEN).min(4);
        let (head, rest) = link.split_at(MASK_HEAD);
        let (_, end) = rest.split_at(rest.len() - tail);
        format!("{head}••••{end}")
    }

    /// Eight bytes whatever the number, so that the length of a ciphertext tells nothing.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// Inverse of [`Phone::to_bytes`]; `None` unless the bytes hold a valid number.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let value = u64::from_be_bytes(bytes.try_into().ok()?);
        let digits = value.to_string();
        Self::from_national(digits.strip_prefix("62")?).ok()
    }

    /// Digits after 62. Every value begins with them, by construction.
    fn national(self) -> String {
        self.digits().split_off(2)
    }

    fn from_national(national: &str) -> Result<Self, PhoneError> {
        match national.as_bytes() {
            [b'8', b'1'..=b'3' | b'5'..=b'9', ..] => match national.len() {
                ..NATIONAL_MIN => Err(PhoneError::TooShort),
                NATIONAL_MIN..=NATIONAL_MAX => format!("62{national}")
                    .parse()
                    .map(Self)
                    .map_err(|_| PhoneError::Symbol),
                _ => Err(PhoneError::TooLong),
            },
            [] | [b'8'] => Err(PhoneError::TooShort),
            // 01… and 00… belong to no subscriber at all; 080 and 084 are not mobile.
            [b'8' | b'0' | b'1', ..] => Err(PhoneError::NotMobile),
            _ => Err(PhoneError::Landline),
        }
    }
}

impl FromStr for Phone {
    type Err = PhoneError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}
