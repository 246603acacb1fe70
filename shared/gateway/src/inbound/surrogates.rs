//! Half an emoji in a JSON string.

use std::borrow::Cow;

/// Puts U+FFFD in place of every escaped surrogate without its other half.
///
/// JavaScript writes such an escape where a text was cut within an emoji, as names are; `serde_json`
/// refuses the whole body for it, and with it a STOP.
pub(super) fn mended(json: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(step) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += step;
        let Some(unit) = escaped_unit(json, at) else {
            // Another escape: two characters, so that `\\u` is not taken for one of these.
            at += 2;
            continue;
        };
        let pair = matches!(unit, 0xD800..=0xDBFF)
            && matches!(escaped_unit(json, at + 6), Some(0xDC00..=0xDFFF));
        if pair {
            at += 12;
            continue;
        }
        if matches!(unit, 0xD800..=0xDFFF) {
            out.push_str(&json[copied..at]);
            out.push_str("\\ufffd");
            copied = at + 6;
        }
        at += 6;
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

/// The code unit of an escape `\uXXXX` that begins at `at`.
fn escaped_unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    let plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
    plain.then(|| u16::from_str_radix(digits, 16).ok())?
}
