//! From bytes to text. Zoom writes UTF-8, a spreadsheet saves UTF-16 or the machine's own code page.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{MAX_BYTES, ReportError};

/// How workbooks begin: a zip archive (`.xlsx`), a compound file (`.xls`).
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xD0\xCF\x11\xE0"];

/// So many bytes tell UTF-16 without its mark.
const PROBE: usize = 400;

/// The text of a report, without byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<String, ReportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ReportError::TooLarge);
    }
    if WORKBOOKS.iter().any(|start| bytes.starts_with(start)) {
        return Err(ReportError::Workbook);
    }
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding =
        marked
            .or_else(|| utf16(bytes))
            .unwrap_or_else(|| match std::str::from_utf8(bytes) {
                Ok(_) => UTF_8,
                Err(_) => WINDOWS_1252,
            });
    let (text, _, broken) = encoding.decode(bytes);
    if broken || text.contains('\0') {
        return Err(ReportError::Garbled);
    }
    if text.trim().is_empty() {
        return Err(ReportError::Empty);
    }
    Ok(text.into_owned())
}

/// Column names are ASCII, so in UTF-16 every second byte of them is zero.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(PROBE)];
    let zeros = |of: usize| {
        let bytes = start.iter().skip(of).step_by(2);
        bytes.filter(|byte| **byte == 0).count()
    };
    let most = start.len() / 4;
    match (zeros(0), zeros(1)) {
        (high, low) if low > most && high == 0 => Some(UTF_16LE),
        (high, low) if high > most && low == 0 => Some(UTF_16BE),
        _ => None,
    }
}
