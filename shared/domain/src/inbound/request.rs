//! What a text asks for, read as a whole message, never by a word somewhere in it.

use super::{Request, Wording};

impl Wording {
    /// What the text asks for. The lists and the reasons stand in docs/decisions/inbound.md.
    #[must_use]
    pub fn request(&self) -> Request {
        match self.as_str().trim().to_lowercase().as_str() {
            "stop" | "berhenti" => Request::Stop,
            "salah nomor" => Request::WrongNumber,
            "link" => Request::Link,
            "jadwal" => Request::Schedule,
            _ => Request::Other,
        }
    }
}
