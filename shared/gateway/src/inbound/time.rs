//! When a message was written, in every shape a number of seconds takes on its way through
//! JavaScript.

use jiff::Timestamp;
use serde_json::Value;

/// 2015-01-01T00:00:00Z, in milliseconds.
const EARLIEST: i128 = 1_420_070_400_000;
/// 2100-01-01T00:00:00Z, in milliseconds.
const LATEST: i128 = 4_102_444_800_000;

/// Reads seconds, milliseconds, microseconds or nanoseconds since 1970, as a number, as text or as
/// `{low, high, unsigned}`, or ISO 8601 with an offset; `None` for anything else and for times outside
/// 2015–2100.
pub(super) fn read(value: &Value) -> Option<Timestamp> {
    let ms = match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) => milliseconds(whole.into())?,
            None => fraction(number.as_f64()?)?,
        },
        Value::String(text) => from_text(text.trim())?,
        Value::Object(fields) => {
            // A 64-bit number in two halves, of which JavaScript shows each as signed.
            let low = fields.get("low")?.as_i64()? & 0xFFFF_FFFF;
            let high = fields.get("high").and_then(Value::as_i64).unwrap_or(0);
            milliseconds((i128::from(high) << 32) | i128::from(low))?
        }
        _ => return None,
    };
    if !(EARLIEST..LATEST).contains(&ms) {
        return None;
    }
    Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()
}

fn from_text(text: &str) -> Option<i128> {
    if let Ok(whole) = text.parse::<i64>() {
        return milliseconds(whole.into());
    }
    if let Ok(number) = text.parse::<f64>() {
        return fraction(number);
    }
    let at: Timestamp = text.parse().ok()?;
    Some(at.as_millisecond().into())
}

/// By size: no unit reaches into the range of the next one between 2015 and 2100.
fn milliseconds(number: i128) -> Option<i128> {
    Some(match number {
        ..0 => return None,
        0..100_000_000_000 => number * 1_000,
        100_000_000_000..100_000_000_000_000 => number,
        100_000_000_000_000..100_000_000_000_000_000 => number / 1_000,
        _ => number / 1_000_000,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "bounded by what a time can be"
)]
fn fraction(number: f64) -> Option<i128> {
    if !(0.0..1e20).contains(&number) {
        return None;
    }
    if number < 1e11 {
        return Some((number * 1_000.0) as i128);
    }
    milliseconds(number as i128)
}
