#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

mod matches;
mod reports;

use super::{Attendee, read_report};

/// With the block about the meeting above the table.
const WITH_BLOCK: &str = "\
Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,
852 1848 6288,Sosialisasi Socialpreneur,11/29/2026 07:20:11 PM,11/29/2026 09:05:00 PM,host@contoh.id,105,4,

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent,In Waiting Room
Budi Santoso,,11/29/2026 07:25:12 PM,11/29/2026 07:55:12 PM,30,Yes,,No
Siti (Siti Aminah),siti@contoh.id,11/29/2026 07:26:00 PM,11/29/2026 09:00:00 PM,94,Yes,,No
Pak budi santoso,,11/29/2026 08:00:12 PM,11/29/2026 09:00:12 PM,60,Yes,,No
Aminah,SITI@contoh.id,11/29/2026 09:01:00 PM,11/29/2026 09:02:00 PM,1,Yes,,No
Joko 0812-3456-7890,,11/29/2026 07:26:00 PM,11/29/2026 09:00:00 PM,94,Yes,,No
";

/// The table alone, as newer reports write it, one row for each person.
const WITHOUT_BLOCK: &str = "\
Name (original name),Email,Total duration (minutes),Guest
Budi Santoso,,90,Yes
Siti (Siti Aminah),siti@contoh.id,95,Yes
Joko 0812-3456-7890,,94,Yes
";

fn read(text: &str) -> Vec<Attendee> {
    read_report(text.as_bytes()).expect("a report")
}
