//! Zoom's participant report as CSV: one row for each time somebody was in the meeting.

use std::collections::HashMap;
use std::fmt;

use csv::{ReaderBuilder, StringRecord};

use super::columns::Columns;
use super::decode::decode;
use super::error::ReportError;
use super::names;
use crate::phone::Phone;
use crate::text::single_line;

/// Largest report, in bytes.
pub const MAX_BYTES: usize = 5_000_000;
/// Most rows of people; Zoom's largest meetings have 1 000 to 10 000.
pub const MAX_ROWS: usize = 20_000;

/// Longest name that is kept, in characters; Zoom's own limit is below it.
const NAME_CHARS: usize = 200;
/// Fewest digits of a telephone number, in any writing.
const NUMBER_DIGITS: usize = 9;

/// Somebody in a report, all their rows together. `Debug` shows no name.
#[derive(Clone, PartialEq, Eq)]
pub struct Attendee {
    /// Names they had, as written: `Budi (Budi Santoso)` is one.
    pub names: Vec<String>,
    /// Address, if they were signed in to Zoom.
    pub email: Option<String>,
    /// Numbers found in their name or any other field.
    pub numbers: Vec<Phone>,
    /// How long they were there, minutes; the sum of their rows.
    pub minutes: u32,
    /// Line of the file in which they appear first, counted from 1.
    pub line: u64,
}

impl fmt::Debug for Attendee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attendee")
            .field("line", &self.line)
            .field("minutes", &self.minutes)
            .field("numbers", &self.numbers)
            .finish_non_exhaustive()
    }
}

impl Attendee {
    /// The names to compare: each whole, and what stands before and within its last brackets, where
    /// Zoom puts the original name.
    pub(super) fn all_names(&self) -> Vec<Vec<String>> {
        let mut all: Vec<Vec<String>> = Vec::new();
        for name in &self.names {
            let parts = name
                .strip_suffix(')')
                .and_then(|open| open.rsplit_once('('))
                .map_or(["", ""], |(now, original)| [now, original]);
            for text in [name.as_str()].into_iter().chain(parts) {
                let words = names::words(text);
                if !words.is_empty() && !all.contains(&words) {
                    all.push(words);
                }
            }
        }
        all
    }
}

/// Reads a report: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252; with or without the block
/// about the meeting. Rows of one address, or of one name without address, are one person.
///
/// # Errors
/// [`ReportError`] if it is no such report, or a row cannot be read: then nothing is taken from it.
pub fn read_report(bytes: &[u8]) -> Result<Vec<Attendee>, ReportError> {
    // One kind of line end, so that lines are counted as an editor counts them.
    let text = decode(bytes)?.replace("\r\n", "\n").replace('\r', "\n");
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .find(|delimiter| rows(&text, *delimiter).any(|row| Columns::of(&row).is_some()))
        .ok_or(ReportError::NoHeader)?;
    let mut people = People::default();
    let mut columns = None;
    for row in rows(&text, delimiter) {
        if let Some(found) = Columns::of(&row) {
            columns = Some(found);
        } else if is_label(&row) {
            columns = None;
        } else if let Some(columns) = &columns {
            people.add(&row, line_of(&row, &text), columns)?;
        }
    }
    if people.all.is_empty() {
        return Err(ReportError::NoRows);
    }
    Ok(people.all)
}

fn rows(text: &str, delimiter: u8) -> impl Iterator<Item = StringRecord> + '_ {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records()
        // The text is UTF-8 and rows may have any length, so there is nothing left to fail.
        .map_while(Result::ok)
}

/// The line in which a row begins. The reader's position is that of the empty lines before it.
fn line_of(row: &StringRecord, text: &str) -> u64 {
    let Some(position) = row.position() else {
        return 0;
    };
    let at = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| **byte == b'\n').count();
    position.line() + u64::try_from(empty).unwrap_or(0)
}

/// `Panelist Details`: a webinar's report has several tables, each below its label.
fn is_label(row: &StringRecord) -> bool {
    let mut filled = row.iter().filter(|cell| !cell.trim().is_empty());
    match (filled.next(), filled.next()) {
        (Some(label), None) => label.trim().to_lowercase().ends_with(" details"),
        _ => false,
    }
}

#[derive(Default)]
struct People {
    all: Vec<Attendee>,
    by_key: HashMap<String, usize>,
    rows: usize,
}

impl People {
    fn add(&mut self, row: &StringRecord, line: u64, columns: &Columns) -> Result<(), ReportError> {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if row.iter().any(|cell| cell.contains('\n')) {
            return Err(ReportError::Quote { line });
        }
        let cell = |at: usize| single_line(row.get(at).unwrap_or_default());
        let attended = columns.attended.map(cell).unwrap_or_default();
        if matches!(attended.to_lowercase().as_str(), "no" | "tidak") {
            return Ok(());
        }
        self.rows += 1;
        if self.rows > MAX_ROWS {
            return Err(ReportError::TooManyRows);
        }
        let minutes = minutes(&cell(columns.minutes)).ok_or(ReportError::Duration { line })?;
        let name: String = cell(columns.name).chars().take(NAME_CHARS).collect();
        let email = columns.email.map(cell).filter(|email| !email.is_empty());
        let key = match &email {
            Some(email) => format!("@{}", email.to_lowercase()),
            None => match names::words(&name) {
                words if words.is_empty() => name.to_lowercase(),
                words => words.join(" "),
            },
        };
        let at = *self.by_key.entry(key).or_insert_with(|| {
            self.all.push(Attendee {
                names: Vec::new(),
                email,
                numbers: Vec::new(),
                minutes: 0,
                line,
            });
            self.all.len() - 1
        });
        if let Some(person) = self.all.get_mut(at) {
            person.minutes = person.minutes.saturating_add(minutes);
            if !name.is_empty() && !person.names.contains(&name) {
                person.names.push(name);
            }
            for number in columns.numbers.iter().flat_map(|at| numbers(&cell(*at))) {
                if !person.numbers.contains(&number) {
                    person.numbers.push(number);
                }
            }
        }
        Ok(())
    }
}

/// Whole minutes of `42`, `42.5` or `42,5`, not more than a day.
fn minutes(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    whole.parse().ok().filter(|minutes| *minutes <= 24 * 60)
}

/// Telephone numbers in a text that holds other things too.
fn numbers(text: &str) -> Vec<Phone> {
    let belongs = |c: char| c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | ' ' | '.' | '-');
    let mut found = Vec::new();
    for run in text.split(|c| !belongs(c)) {
        let run = run.trim_matches(|c: char| !c.is_ascii_digit() && c != '+');
        if run.bytes().filter(u8::is_ascii_digit).count() < NUMBER_DIGITS {
            continue;
        }
        match Phone::parse(run) {
            Ok(phone) => found.push(phone),
            // `2 081234567890`: a digit beside the number.
            Err(_) => found.extend(run.split(' ').filter_map(|word| Phone::parse(word).ok())),
        }
    }
    found
}
