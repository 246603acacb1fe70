use std::cmp::Ordering;
use std::str::FromStr;

/// Where a change stands among all changes of one row: the stream, by the time it was opened, and
/// the number within it. Numbers of one row only grow, also when its partition is split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    stream: String,
    number: String,
}

/// A text that is no position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no position in a stream")]
pub struct NoPosition;

impl Position {
    /// Reads a stream's label, as its address ends with, and a sequence number: digits, any count.
    ///
    /// # Errors
    /// `NoPosition` if the label is empty or the number is none.
    pub fn new(stream: &str, number: &str) -> Result<Self, NoPosition> {
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        if stream.is_empty() || stream.contains('#') || !is_number {
            return Err(NoPosition);
        }
        Ok(Self {
            stream: stream.to_owned(),
            number: number.trim_start_matches('0').to_owned(),
        })
    }

    /// As it is stored: `<label>#<number>`.
    #[must_use]
    pub fn code(&self) -> String {
        format!("{}#{}", self.stream, self.number)
    }
}

impl FromStr for Position {
    type Err = NoPosition;
    fn from_str(code: &str) -> Result<Self, NoPosition> {
        let (stream, number) = code.split_once('#').ok_or(NoPosition)?;
        // All zeros are stored as nothing.
        let number = if number.is_empty() { "0" } else { number };
        Self::new(stream, number)
    }
}

impl Ord for Position {
    fn cmp(&self, other: &Self) -> Ordering {
        // Up to 40 digits: more than any integer type holds.
        let by_number = |position: &Self| (position.number.len(), position.number.clone());
        self.stream
            .cmp(&other.stream)
            .then_with(|| by_number(self).cmp(&by_number(other)))
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
