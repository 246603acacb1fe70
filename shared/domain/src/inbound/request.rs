//! What a text asks for, read as a whole message: every word of it must have its place in a listed
//! phrase, so that a word somewhere in a sentence never decides. Lists and reasons:
//! docs/decisions/inbound.md.

mod fold;
mod plea;
#[cfg(test)]
mod tests;
mod vocabulary;

use super::{Request, Wording};
use vocabulary::{
    AROUND_LINK, AROUND_SCHEDULE, GREET, LEAD, LINK, SCHEDULE, SESSION, TRAIL, WHEN, Word, has,
    look_up,
};

/// Characters of the longest text that is looked at. The rest costs nothing: a longer one is no
/// request, but hundreds of exclamation marks after a STOP are read past.
const LONGEST: usize = 1_000;

impl Wording {
    /// What the text asks for. Decoration (case, punctuation, emoji, fonts, invisible characters,
    /// repeated letters) never changes it.
    #[must_use]
    pub fn request(&self) -> Request {
        if self.as_str().chars().nth(LONGEST).is_some() {
            return Request::Other;
        }
        let folded = fold::words(self.as_str());
        let words: Vec<Word<'_>> = folded.iter().map(|word| look_up(word)).collect();
        // “Keluar dulu” is somebody who leaves the house.
        if folded == ["keluar"] {
            return Request::Stop;
        }
        plea::stop_or_wrong_number(&words)
            .or_else(|| schedule(&words))
            .or_else(|| link(&words))
            .unwrap_or(Request::Other)
    }
}

/// `jadwal` or `zoom`, with or without what it is about and when.
fn schedule(words: &[Word<'_>]) -> Option<Request> {
    let about = SCHEDULE | WHEN | SESSION | AROUND_SCHEDULE;
    let any = |class| words.iter().any(|word| has(word, class));
    let asked = any(SCHEDULE) || (any(SESSION) && any(WHEN));
    (asked && is_polite(words, about)).then_some(Request::Schedule)
}

/// `link`, with or without whose and which.
fn link(words: &[Word<'_>]) -> Option<Request> {
    let asked = words.iter().any(|word| has(word, LINK));
    (asked && is_polite(words, LINK | AROUND_LINK)).then_some(Request::Link)
}

/// Nothing but words of these classes with politeness around. Thanks before them (“makasih linknya”)
/// ask for nothing.
fn is_polite(words: &[Word<'_>], about: u32) -> bool {
    let mut words = words.iter().skip_while(|word| has(word, LEAD | GREET));
    words.next().is_some_and(|word| has(word, about))
        && words.all(|word| has(word, about | LEAD | TRAIL))
}
