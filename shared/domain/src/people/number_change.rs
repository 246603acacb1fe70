//! A participant gets another number: what becomes of both.

use crate::suppression::{Standing, Suppression};

/// What one consistent read says of the two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberFacts {
    /// Where the old number stands.
    pub old: Suppression,
    /// Where the new number stands.
    pub new: Suppression,
    /// Whether somebody else has the new number.
    pub taken: bool,
    /// Whether referrals that named the old number are still to be credited.
    pub crediting: bool,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberChange {
    /// Whether the participant is silent from then on.
    pub unsubscribed: bool,
    /// Where the new number is moved, if it is.
    pub carried: Option<Standing>,
    /// Whether the old number stays stopped, with nobody registered.
    pub old_stays_stopped: bool,
}

/// Why a number is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberRefused {
    /// Somebody else has it.
    Taken,
    /// Those who named the old number are being credited: in a minute it can be done.
    Crediting,
}

impl NumberChange {
    /// No stop is lost: the old number stays as it stands, and so does the new one; whoever asked to
    /// stop under the old number is silent under the new one too, until an admin lifts that.
    ///
    /// # Errors
    /// [`NumberRefused`].
    pub fn decide(facts: NumberFacts) -> Result<Self, NumberRefused> {
        if facts.taken {
            return Err(NumberRefused::Taken);
        }
        if facts.crediting {
            return Err(NumberRefused::Crediting);
        }
        let (old, new) = (facts.old.standing, facts.new.standing);
        Ok(Self {
            unsubscribed: old.is_stopped() || new.is_stopped(),
            carried: (old.is_stopped() && !new.is_stopped()).then_some(old),
            old_stays_stopped: old.is_stopped(),
        })
    }
}
