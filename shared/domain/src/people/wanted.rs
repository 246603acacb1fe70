//! What somebody types into one box for numbers and names.

use crate::form::FieldErrors;
use crate::phone::{Phone, may_hold_a_number};

/// Fewest digits that nobody types into a name.
const DIGITS_OF_A_NUMBER: usize = 5;

/// What is looked for in a box for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Whoever has exactly this number.
    Number(Phone),
    /// Those whose names have all of these words.
    Name(String),
}

impl Wanted {
    /// A number in any writing, or else the words of a name.
    ///
    /// # Errors
    /// [`FieldErrors`] for what looks like a number and is none, and for what says nothing.
    pub fn parse(text: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        match Phone::parse(text) {
            Ok(phone) => return Ok(Self::Number(phone)),
            Err(error) if looks_like_a_number(text) => errors.push("q", error.message()),
            Err(_) if may_hold_a_number(text) => {
                errors.push("q", "Tulis satu nomor saja, atau nama saja.");
            }
            Err(_) if text.trim().is_empty() => {
                errors.push("q", "Tulis nomor atau nama yang dicari.");
            }
            Err(_) => return Ok(Self::Name(text.to_owned())),
        }
        Err(errors)
    }
}

fn looks_like_a_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= DIGITS_OF_A_NUMBER && !text.chars().any(char::is_alphabetic)
}
