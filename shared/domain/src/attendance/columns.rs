//! Which column holds what. Zoom's reports name them in English; the layouts differ in capitals, in
//! columns in between, and in a block about the meeting above the table or beside it.

use csv::StringRecord;

use crate::text::single_line;

const NAME: [&str; 10] = [
    "name (original name)",
    "user name (original name)",
    "name",
    "user name",
    "participant",
    "participant name",
    "nama (nama asli)",
    "nama pengguna (nama asli)",
    "nama peserta",
    "nama",
];
const EMAIL: [&str; 6] = [
    "user email",
    "email",
    "email address",
    "email pengguna",
    "alamat email",
    "e-mail",
];
const MINUTES: [&str; 8] = [
    "duration (minutes)",
    "total duration (minutes)",
    "time in session (minutes)",
    "duration",
    "durasi (menit)",
    "durasi total (menit)",
    "total durasi (menit)",
    "durasi",
];
const ATTENDED: [&str; 2] = ["attended", "hadir"];
/// Columns about the meeting: a row with one of them and without a participant's own column of names
/// (`(original name)`) is about the meeting, not about people.
const MEETING: [&str; 6] = [
    "topic",
    "meeting id",
    "meetingid",
    "topik",
    "id rapat",
    "webinar id",
];
/// Words in the names of columns that hold no telephone number, but digits that look like one: a
/// meeting's id, a date.
const NO_NUMBER: [&str; 16] = [
    "id",
    "time",
    "waktu",
    "date",
    "tanggal",
    "start",
    "end",
    "creation",
    "mulai",
    "selesai",
    "duration",
    "durasi",
    "minutes",
    "menit",
    "topic",
    "participants",
];

/// Where the columns of a table stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) name: usize,
    pub(super) minutes: usize,
    pub(super) email: Option<usize>,
    pub(super) attended: Option<usize>,
    /// Columns in which a telephone number may stand.
    pub(super) numbers: Vec<usize>,
}

impl Columns {
    /// The columns, if the row names those of a table of participants. Where a name occurs twice,
    /// once for the meeting and once for the participant, the latter stands further right.
    pub(super) fn of(row: &StringRecord) -> Option<Self> {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| single_line(cell).to_lowercase())
            .collect();
        let last = |names: &[&str]| {
            cells
                .iter()
                .rposition(|cell| names.contains(&cell.as_str()))
        };
        let name = last(&NAME)?;
        let about_the_meeting = last(&MEETING).is_some();
        let participants_own = cells[name].contains('(');
        if about_the_meeting && !participants_own {
            return None;
        }
        let numbers = (0..cells.len())
            .filter(|at| {
                let words = cells[*at].split(|c: char| !c.is_alphanumeric());
                !words.into_iter().any(|word| NO_NUMBER.contains(&word))
            })
            .collect();
        Some(Self {
            name,
            minutes: last(&MINUTES)?,
            email: last(&EMAIL),
            attended: last(&ATTENDED),
            numbers,
        })
    }
}
