//! To be left alone: clauses that say so, with politeness around and between them.

use super::super::Request;
use super::vocabulary::{
    AGAIN, BOTHER, CONTACT, GREET, HEDGE, LEAD, LINKING, ME, MESSAGE, NEED, NO, NOT, PHRASES,
    PLEAD, RECEIVE, SEND, STOP, THING, TRAIL, WANT, Word, has,
};

/// Most words after `salah nomor` that say who the reader is not: `saya bukan Pak Budi Santoso`.
const DENIAL_MAX: usize = 6;

/// What the words say together, if each belongs to a clause or is polite; who says that the number
/// is wrong and to stop says the former.
pub(super) fn stop_or_wrong_number(words: &[Word<'_>]) -> Option<Request> {
    let mut found = None;
    let mut rest = words;
    while let Some(first) = rest.first() {
        let polite = LEAD | if found.is_some() { TRAIL } else { GREET };
        if let Some((request, length)) = clause(rest) {
            if found != Some(Request::WrongNumber) {
                found = Some(request);
            }
            rest = &rest[length..];
        } else if found == Some(Request::WrongNumber) && is_denial(rest) {
            break;
        } else if has(first, polite) {
            rest = &rest[1..];
        } else {
            return None;
        }
    }
    found
}

/// The clause that the words begin with, and how many they are.
fn clause(words: &[Word<'_>]) -> Option<(Request, usize)> {
    phrase(words)
        .or_else(|| no_more(words).map(|length| (Request::Stop, length)))
        .or_else(|| stop(words).map(|length| (Request::Stop, length)))
}

/// `saya mau berhenti kirim pesan`: a word for stopping, and of what.
fn stop(words: &[Word<'_>]) -> Option<usize> {
    let before = leading(words, ME | WANT);
    has(words.get(before)?, STOP).then(|| before + 1 + object(&words[before + 1..]).length)
}

/// `jangan hubungi saya lagi`, `tidak mau terima pesan`: a word that forbids, and what.
fn no_more(words: &[Word<'_>]) -> Option<usize> {
    let before = leading(words, ME);
    let negation = negation(&words[before..])?;
    let mut at = before + negation.length;
    let again = words[at..]
        .iter()
        .take_while(|word| has(word, AGAIN))
        .count();
    at += again;
    let verb = words.get(at)?;
    let fits = has(verb, RECEIVE) || (negation.forbids && has(verb, SEND | CONTACT | BOTHER));
    if !fits {
        return None;
    }
    let object = object(&words[at + 1..]);
    // “Jangan kirim nomor saya” is about the number, “jangan kirim” about who knows what.
    let enough = again > 0
        || object.again
        || object.message
        || has(verb, BOTHER)
        || (has(verb, CONTACT) && object.me);
    let other = object.thing && has(verb, SEND | RECEIVE);
    (enough && !other).then_some(at + 1 + object.length)
}

struct Negation {
    length: usize,
    /// It tells the reader what not to do; otherwise what the writer does not want.
    forbids: bool,
}

/// `jangan`, `tidak usah`, `mohon untuk tidak`; `tidak mau`.
fn negation(words: &[Word<'_>]) -> Option<Negation> {
    let forbids = |length| {
        Some(Negation {
            length,
            forbids: true,
        })
    };
    match words {
        [first, ..] if has(first, NOT) => forbids(1),
        [first, second, ..] if has(first, NO) && has(second, NEED) => forbids(2),
        [first, second, ..] if has(first, NO) && has(second, WANT) => Some(Negation {
            length: 2,
            forbids: false,
        }),
        [first, second, ..] if has(first, PLEAD) && has(second, NO) => forbids(2),
        [first, second, third, ..]
            if has(first, PLEAD) && has(second, LINKING) && has(third, NO) =>
        {
            forbids(3)
        }
        _ => None,
    }
}

/// What a clause says after its verb.
#[derive(Default)]
struct Object {
    length: usize,
    again: bool,
    message: bool,
    me: bool,
    /// A number, a link: not as the place that messages are sent to.
    thing: bool,
}

/// Runs until the next clause begins or a word is unknown.
fn object(words: &[Word<'_>]) -> Object {
    let known = AGAIN | CONTACT | LEAD | LINKING | ME | MESSAGE | RECEIVE | SEND | THING | TRAIL;
    let mut object = Object::default();
    for (at, word) in words.iter().enumerate() {
        let rest = &words[at..];
        if !has(word, known) || fixed(rest).is_some() || negation(rest).is_some() {
            break;
        }
        let placed = at > 0 && has(&words[at - 1], LINKING);
        object.again |= has(word, AGAIN);
        object.message |= has(word, MESSAGE);
        object.me |= has(word, ME);
        object.thing |= has(word, THING) && !placed;
        object.length = at + 1;
    }
    object
}

/// A fixed phrase with what belongs to it.
fn phrase(words: &[Word<'_>]) -> Option<(Request, usize)> {
    let (request, length) = fixed(words)?;
    let after = &words[length..];
    let tail = match request {
        Request::WrongNumber => leading(after, MESSAGE | THING),
        _ => object(after).length,
    };
    Some((request, length + tail))
}

/// A fixed phrase: `saya tidak pernah daftar`, `sepertinya Anda salah nomor`. Not `saya salah nomor`:
/// that is somebody who wrote to us by mistake.
fn fixed(words: &[Word<'_>]) -> Option<(Request, usize)> {
    let begins = |classes| {
        let before = leading(words, classes);
        let (request, length) = PHRASES.starting(&words[before..])?;
        Some((request, before + length))
    };
    begins(HEDGE).or_else(|| begins(ME).filter(|(request, _)| *request == Request::Stop))
}

/// `saya bukan Pak Budi`, to the end.
fn is_denial(words: &[Word<'_>]) -> bool {
    let before = leading(words, HEDGE | ME);
    words.len() <= DENIAL_MAX && words.get(before).is_some_and(|word| word.text == "bukan")
}

fn leading(words: &[Word<'_>], classes: u32) -> usize {
    words.iter().take_while(|word| has(word, classes)).count()
}
