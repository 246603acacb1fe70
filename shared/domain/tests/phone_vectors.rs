//! Texts recorded by `make phone-vectors`: what we answer, what libphonenumber answers, and the
//! class of the difference where there is one (`tools/oracle/classes.py`).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use domain::phone::Phone;
use serde_json::Value;

/// Fewest vectors worth the name: a lost or truncated file is not a passed test.
const FEWEST: usize = 250;
fn vectors() -> Vec<Value> {
    include_str!("phone_vectors.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn field<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().expect(name)
}

fn answer(text: &str) -> String {
    match Phone::parse(text) {
        Ok(phone) => phone.e164(),
        Err(reason) => reason.to_string(),
    }
}

#[test]
fn every_recorded_text_is_answered_as_recorded() {
    let vectors = vectors();
    assert!(vectors.len() >= FEWEST, "{} vectors", vectors.len());
    for vector in &vectors {
        assert_eq!(
            answer(field(vector, "text")),
            field(vector, "ours"),
            "{vector}"
        );
    }
}

#[test]
fn where_no_class_says_otherwise_the_answer_is_libphonenumbers() {
    for vector in vectors() {
        let ours = answer(field(&vector, "text"));
        let theirs = field(&vector, "libphonenumber");
        let agreed = match theirs {
            "no number" => !ours.starts_with('+'),
            number_or_reason => ours == number_or_reason,
        };
        assert_eq!(agreed, field(&vector, "class").is_empty(), "{vector}");
    }
}
