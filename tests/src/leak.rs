//! Looks for numbers, keys and texts in everything the system keeps, passes on or logs
//! (requirement C1). The simulator is the outside world and is not searched.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use aho_corasick::AhoCorasick;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use domain::phone::Phone;
use store::Table;

use crate::town::Town;

/// Digits may stand apart in so many ways; they are put together before a number is looked for.
const SEPARATORS: &[u8] = b" -._()/+\t\xa0\xc2";

/// Something that must not stand anywhere.
#[derive(Debug, Clone)]
pub struct Secret {
    name: String,
    needles: Vec<Vec<u8>>,
    /// Digits after the country code: found in any writing of the number.
    digits: Vec<Vec<u8>>,
}

impl Secret {
    /// A telephone number, in every writing and encoding.
    #[must_use]
    pub fn phone(phone: &Phone) -> Self {
        let national = phone.digits().split_off(2);
        // The eight bytes that are sealed; the first two are always zero.
        let sealed = phone.to_bytes();
        let mut needles = encodings(national.as_bytes());
        needles.push(sealed[2..].to_vec());
        needles.extend(encodings(&sealed));
        Self {
            name: format!("number {}", phone.e164()),
            needles,
            digits: vec![national.into_bytes()],
        }
    }

    /// A key, an address, a part of a message: exactly this, or encoded.
    #[must_use]
    pub fn text(name: &str, text: &str) -> Self {
        let mut needles = encodings(text.as_bytes());
        needles.push(text.as_bytes().to_vec());
        Self {
            name: name.to_owned(),
            needles,
            digits: Vec::new(),
        }
    }
}

/// Base64 at each of its three alignments, hexadecimal, and a list of byte values as `Debug`
/// writes it.
fn encodings(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for skipped in 0..3 {
        // Whole groups of three inside the text: those are the same whatever stands around.
        let start = skipped.min(bytes.len());
        let whole = (bytes.len() - start) / 3 * 3;
        let part = &bytes[start..start + whole];
        if whole >= 6 {
            all.push(STANDARD_NO_PAD.encode(part).into_bytes());
            all.push(URL_SAFE_NO_PAD.encode(part).into_bytes());
        }
    }
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes it");
        hex
    });
    all.push(hex.to_uppercase().into_bytes());
    all.push(hex.into_bytes());
    let list: Vec<_> = bytes.iter().map(u8::to_string).collect();
    all.push(list.join(", ").into_bytes());
    all.push(list.join(",").into_bytes());
    all
}

/// Something to search, and where it stands.
#[derive(Debug, Clone)]
pub struct Place {
    /// `participants/phone`, `queue turns`, `log` …
    pub name: String,
    bytes: Vec<u8>,
    /// The same without separators.
    digits: Vec<u8>,
}

impl Place {
    /// Bytes that stand somewhere.
    #[must_use]
    pub fn new(name: String, bytes: &[u8]) -> Self {
        // What a URL hides is shown first.
        let plain: Vec<u8> = percent_decoded(bytes);
        let digits = plain
            .into_iter()
            .filter(|byte| !SEPARATORS.contains(byte))
            .collect();
        Self {
            name,
            bytes: bytes.to_vec(),
            digits,
        }
    }
}

fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%');
        let code = code
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(byte) => {
                plain.push(byte);
                rest = &after[2..];
            }
            None => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    plain
}

/// Every place in which one of the secrets stands: `number +62… in log`.
#[must_use]
pub fn found(places: &[Place], secrets: &[Secret]) -> BTreeSet<String> {
    let encoded = Needles::new(secrets, |secret| secret.needles.as_slice());
    let digits = Needles::new(secrets, |secret| secret.digits.as_slice());
    let mut found = BTreeSet::new();
    for place in places {
        let in_bytes = encoded.in_bytes(&place.bytes);
        for secret in in_bytes.into_iter().chain(digits.in_bytes(&place.digits)) {
            found.insert(format!("{} in {}", secrets[secret].name, place.name));
        }
    }
    found
}

/// One automaton for all secrets: the log is long.
struct Needles {
    automaton: AhoCorasick,
    /// Which secret a pattern belongs to.
    secret: Vec<usize>,
}

impl Needles {
    fn new(secrets: &[Secret], of: impl Fn(&Secret) -> &[Vec<u8>]) -> Self {
        let patterns = || {
            let each = secrets.iter().enumerate();
            each.flat_map(|(at, secret)| of(secret).iter().map(move |needle| (at, needle)))
        };
        Self {
            automaton: AhoCorasick::new(patterns().map(|(_, needle)| needle)).expect("patterns"),
            secret: patterns().map(|(at, _)| at).collect(),
        }
    }

    fn in_bytes(&self, bytes: &[u8]) -> BTreeSet<usize> {
        self.automaton
            .find_overlapping_iter(bytes)
            .map(|hit| self.secret[hit.pattern().as_usize()])
            .collect()
    }
}

impl Town {
    /// Everything that is stored, was queued or logged.
    pub async fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for table in Table::ALL {
            for item in self.items(table.logical()).await {
                for (name, value) in &item {
                    let name = format!("{}/{name}", table.logical());
                    places.push(Place::new(name.clone(), name.as_bytes()));
                    attribute(&name, value, &mut places);
                }
            }
        }
        for put in self.cloud.queue.history() {
            let name = format!("queue {}", put.queue);
            places.push(Place::new(name, put.body.as_bytes()));
        }
        for queue in ["wake", "turns", "referrals", "campaigns"] {
            for dead in self.cloud.conductor.dead_letters(queue) {
                let name = format!("dead letters of {queue}");
                places.push(Place::new(name.clone(), dead.body.as_bytes()));
                let group = dead.group.unwrap_or_default();
                places.push(Place::new(name, group.as_bytes()));
            }
        }
        let lines = self.logs();
        places.extend(
            lines
                .lines()
                .map(|line| Place::new("log".to_owned(), line.as_bytes())),
        );
        places
    }
}

fn attribute(name: &str, value: &AttributeValue, places: &mut Vec<Place>) {
    let mut add = |bytes: &[u8]| places.push(Place::new(name.to_owned(), bytes));
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => add(text.as_bytes()),
        AttributeValue::B(blob) => add(blob.as_ref()),
        AttributeValue::Ss(all) | AttributeValue::Ns(all) => {
            all.iter().for_each(|text| add(text.as_bytes()));
        }
        AttributeValue::Bs(all) => all.iter().for_each(|blob| add(blob.as_ref())),
        AttributeValue::L(all) => all.iter().for_each(|value| attribute(name, value, places)),
        AttributeValue::M(all) => {
            for (inner, value) in all {
                attribute(&format!("{name}.{inner}"), value, places);
            }
        }
        AttributeValue::Bool(_) | AttributeValue::Null(_) => {}
        other => panic!("{name}: an attribute of a new kind: {other:?}"),
    }
}
