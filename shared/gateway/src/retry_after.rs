//! `Retry-After`: seconds, or a date (RFC 9110 §10.2.3).

use std::time::{Duration, SystemTime};

/// Seconds to wait from `now`, rounded up; 0 for a date that has passed, `None` if unreadable.
pub(crate) fn seconds(value: &str, now: SystemTime) -> Option<u32> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(u32::try_from(seconds).unwrap_or(u32::MAX));
    }
    let wait = httpdate::parse_http_date(value)
        .ok()?
        .duration_since(now)
        .unwrap_or(Duration::ZERO);
    Some(u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        let now = httpdate::parse_http_date("Sun, 29 Nov 2026 12:30:00 GMT").unwrap();
        let cases = [
            ("30", Some(30)),
            (" 0 ", Some(0)),
            ("99999999999", Some(u32::MAX)),
            ("Sun, 29 Nov 2026 12:31:00 GMT", Some(60)),
            ("Sun, 29 Nov 2026 12:29:00 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ];
        for (value, expected) in cases {
            assert_eq!(seconds(value, now), expected, "{value}");
        }
        let just_before = now - Duration::from_millis(1);
        assert_eq!(
            seconds("Sun, 29 Nov 2026 12:30:00 GMT", just_before),
            Some(1)
        );
    }
}
