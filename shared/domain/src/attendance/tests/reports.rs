use encoding_rs::WINDOWS_1252;
use proptest::prelude::*;

use super::super::{MAX_BYTES, MAX_ROWS, ReportError, read_report};
use super::{WITH_BLOCK, WITHOUT_BLOCK, read};

type Shown = (Vec<String>, u32, Vec<String>, u64);

fn shown(text: &str) -> Vec<Shown> {
    read(text)
        .into_iter()
        .map(|person| {
            let numbers = person.numbers.iter().map(|n| n.link_form()).collect();
            (person.names, person.minutes, numbers, person.line)
        })
        .collect()
}

fn is(names: &[&str], minutes: u32, numbers: &[&str], line: u64) -> Shown {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    (owned(names), minutes, owned(numbers), line)
}

#[test]
fn rows_of_one_person_are_joined_by_address_or_name() {
    assert_eq!(
        shown(WITH_BLOCK),
        [
            is(&["Budi Santoso", "Pak budi santoso"], 90, &[], 5),
            is(&["Siti (Siti Aminah)", "Aminah"], 95, &[], 6),
            is(&["Joko 0812-3456-7890"], 94, &["081234567890"], 9),
        ]
    );
    assert_eq!(
        shown(WITHOUT_BLOCK),
        [
            is(&["Budi Santoso"], 90, &[], 2),
            is(&["Siti (Siti Aminah)"], 95, &[], 3),
            is(&["Joko 0812-3456-7890"], 94, &["081234567890"], 4),
        ]
    );
}

/// The text with another delimiter; none of the fixtures has the delimiter in a field.
fn delimited(text: &str, delimiter: &str) -> String {
    text.replace(',', delimiter)
}

fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let units = mark
        .then_some(0xFEFF)
        .into_iter()
        .chain(text.encode_utf16());
    units
        .flat_map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        })
        .collect()
}

#[test]
fn encodings_delimiters_and_line_ends_make_no_difference() {
    for fixture in [WITH_BLOCK, WITHOUT_BLOCK] {
        let fixture = fixture.replace("Joko", "José");
        let expected = read(&fixture);
        assert_eq!(expected.len(), 3);
        for delimiter in [",", ";", "\t"] {
            for line_end in ["\n", "\r\n"] {
                let text = delimited(&fixture, delimiter).replace('\n', line_end);
                let marked = format!("\u{FEFF}{text}");
                let (windows, _, _) = WINDOWS_1252.encode(&text);
                for (encoding, bytes) in [
                    ("UTF-8", text.clone().into_bytes()),
                    ("UTF-8 with mark", marked.into_bytes()),
                    ("UTF-16LE", utf16(&text, false, true)),
                    ("UTF-16BE", utf16(&text, true, true)),
                    ("UTF-16LE without mark", utf16(&text, false, false)),
                    ("UTF-16BE without mark", utf16(&text, true, false)),
                    ("Windows-1252", windows.into_owned()),
                ] {
                    let people = read_report(&bytes);
                    assert_eq!(people.as_ref(), Ok(&expected), "{encoding} {delimiter:?}");
                }
            }
        }
    }
}

#[test]
fn other_layouts_are_understood() {
    // A spreadsheet's hint, quoted fields, Indonesian names of columns.
    let indonesian = "sep=;\n\"Nama (Nama Asli)\";\"Email Pengguna\";\"Durasi (Menit)\"\n\"Budi; Santoso\";;\"12,5\"\n";
    assert_eq!(shown(indonesian), [is(&["Budi; Santoso"], 12, &[], 3)]);
    // The meeting's columns beside the participant's; its id looks like a number, its duration is not theirs.
    let merged = "Topic,Meeting ID,User Name,User Email,Duration (Minutes),Participants,Name (Original Name),User Email,Join Time,Duration (Minutes),Guest\n\
        Sosialisasi,852 1848 6288,Tuan Rumah,host@contoh.id,105,2,Budi,,08-11-2026 07:25,30,Yes\n\
        Sosialisasi,852 1848 6288,Tuan Rumah,host@contoh.id,105,2,Siti,,08-11-2026 07:25,40,Yes\n";
    assert_eq!(
        shown(merged),
        [is(&["Budi"], 30, &[], 2), is(&["Siti"], 40, &[], 3)]
    );
    // The block names the host and the meeting's duration, as a table of people does.
    let block = "Topic,Meeting ID,User Name,User Email,Duration (Minutes),Participants\n\
        Sosialisasi,852 1848 6288,Tuan Rumah,host@contoh.id,105,2\n\n";
    let table = "Name (Original Name),User Email,Total Duration (Minutes)\nBudi,,30\n";
    assert_eq!(
        shown(&format!("{block}{table}")),
        [is(&["Budi"], 30, &[], 5)]
    );
    assert_eq!(
        read_report(block.as_bytes()).err(),
        Some(ReportError::NoHeader)
    );
    // A webinar: several tables, and people who registered and did not come.
    let webinar = "Attendee Report\nReport Generated:,11/30/2026\nTopic,Webinar ID,Actual Start Time\nSosialisasi,812 3456 7890,x\n\
        Host Details\nAttended,User Name (Original Name),Email,Join Time,Time in Session (minutes)\nYes,Admin,a@contoh.id,x,100\n\
        Panelist Details\nAttendee Details\n\
        Attended,User Name (Original Name),First Name,Email,Join Time,Time in Session (minutes),Phone\n\
        Yes,Budi,Budi,b@contoh.id,x,50,081234567890\nNo,Siti,Siti,c@contoh.id,--,--,\n";
    assert_eq!(
        shown(webinar),
        [
            is(&["Admin"], 100, &[], 7),
            is(&["Budi"], 50, &["081234567890"], 11)
        ]
    );
    // Blank lines, rows that are too short or too long.
    let ragged = "\n\nName,Duration,Guest\n\nBudi,3\n,,\nSiti,4,Yes,more,and more\n";
    assert_eq!(
        shown(ragged),
        [is(&["Budi"], 3, &[], 5), is(&["Siti"], 4, &[], 7)]
    );
}

#[test]
fn numbers_are_found_beside_other_things() {
    for (name, numbers) in [
        ("Budi 081234567890", vec!["081234567890"]),
        ("081234567890_Budi_Bogor", vec!["081234567890"]),
        ("Budi (+62 812-3456-7890)", vec!["081234567890"]),
        ("2 081234567890 Budi", vec!["081234567890"]),
        ("Budi/0812 3456 7890/Bogor", vec!["081234567890"]),
        (
            "081234567890 & 081234567891",
            vec!["081234567890", "081234567891"],
        ),
        ("Budi 0812", vec![]),
        ("62812****890", vec![]),
        ("Budi 2026", vec![]),
        ("0211234567890", vec![]),
    ] {
        let text = format!("Name (Original Name),Duration (Minutes)\n{name},5\n");
        assert_eq!(shown(&text)[0].2, numbers, "{name}");
    }
}

#[test]
fn what_is_no_report_is_refused_and_a_bad_row_is_named() {
    let head = "Name (Original Name),Duration (Minutes)\n";
    let with = |rows: &str| format!("{head}{rows}").into_bytes();
    for (bytes, error) in [
        (vec![], ReportError::Empty),
        (b"\xEF\xBB\xBF \n".to_vec(), ReportError::Empty),
        (vec![b'a'; MAX_BYTES + 1], ReportError::TooLarge),
        (b"PK\x03\x04rest".to_vec(), ReportError::Workbook),
        (b"\xD0\xCF\x11\xE0".to_vec(), ReportError::Workbook),
        (b"\xFF\xFEa".to_vec(), ReportError::Garbled),
        (b"Name\0,x".to_vec(), ReportError::Garbled),
        (b"a,b\nc,d".to_vec(), ReportError::NoHeader),
        (
            b"Name,Email\nBudi,b@contoh.id".to_vec(),
            ReportError::NoHeader,
        ),
        (
            WITH_BLOCK
                .lines()
                .take(2)
                .collect::<Vec<_>>()
                .join("\n")
                .into_bytes(),
            ReportError::NoHeader,
        ),
        (with(""), ReportError::NoRows),
        (with("\n,\n"), ReportError::NoRows),
        (with("Budi,1\nSiti,\n"), ReportError::Duration { line: 3 }),
        (with("Budi,x\n"), ReportError::Duration { line: 2 }),
        (with("Budi,-5\n"), ReportError::Duration { line: 2 }),
        (with("Budi,1441\n"), ReportError::Duration { line: 2 }),
        (with("Budi,9999999999\n"), ReportError::Duration { line: 2 }),
        (with("Budi,1:30\n"), ReportError::Duration { line: 2 }),
        (
            with("Budi,1\n\"Siti,2\nJoko,3\n"),
            ReportError::Quote { line: 3 },
        ),
        (
            with(&"Budi,1\n".repeat(MAX_ROWS + 1)),
            ReportError::TooManyRows,
        ),
    ] {
        let answer = read_report(&bytes).map(|people| people.len());
        assert_eq!(answer, Err(error), "{error:?}");
    }
    assert_eq!(
        ReportError::Duration { line: 3 }.message(),
        "Baris 3: durasi harus berupa jumlah menit."
    );
    assert_eq!(
        ReportError::TooLarge.message(),
        "Berkas ini lebih dari 5 MB. Ekspor satu pertemuan saja."
    );
    let all = read_report(&with(&"Budi,1\n".repeat(MAX_ROWS))).unwrap();
    assert_eq!(all[0].minutes, 20_000);
}

#[test]
fn debug_shows_nobody() {
    let text = format!("{:?}", read(WITH_BLOCK));
    for private in ["Budi", "siti", "081234567890", "contoh"] {
        assert!(!text.contains(private), "{private}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_report(&bytes);
    }

    #[test]
    fn any_text_below_a_header_is_read_or_refused(
        start in "(\u{FEFF})?(sep=;\n)?(Topic,Meeting ID\n.{0,20}\n)?",
        rows in "([a-z\"0-9,;\n\t ()+😀é-]|,[0-9]{1,4}\n|081234567890){0,60}",
    ) {
        for header in ["Name (Original Name),User Email,Duration (Minutes)\n", "Nama;Durasi\n", "Attended,Name,Duration\n"] {
            if let Ok(people) = read_report(format!("{start}{header}{rows}").as_bytes()) {
                prop_assert!(!people.is_empty());
            }
        }
    }
}
