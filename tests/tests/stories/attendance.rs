//! Who came: reports, clicks and an admin's word, and what the follow-ups say.

use std::collections::BTreeMap;

use app::attendance::{
    AttendanceError, Decisions, ReportReview, confirm_report, import_report, set_attendance,
};
use app::campaign::preview;
use app::event::follow_up_now;
use domain::attendance::{Attendance, By, ReportError, Why};
use domain::audience::{AttendanceOf, Audience, Segment};
use domain::campaign::NewCampaign;
use domain::event::Event;
use tests::{Item, Person, Town, attribute, word};

const CAME: &str = "Terima kasih sudah hadir!";
const MISSED: &str = "kita belum sempat bertemu";
const PERHAPS: &str = "terima kasih sudah mendaftar";

/// People by what they will turn out to be.
const NAMES: [&str; 7] = [
    "Wayan Sudiarta",
    "Siti Aminah",
    "Siti Aminah",
    "Joko Susilo",
    "Dewi Lestari",
    "Rahmat Hidayat",
    "Putri Ayu",
];
const WAYAN: usize = 0;
const SITI: usize = 1;
const OTHER_SITI: usize = 2;
const JOKO: usize = 3;
const DEWI: usize = 4;
const RAHMAT: usize = 5;
const PUTRI: usize = 6;

/// Zoom's report as it comes from a Windows machine: UTF-16, tabs, a block about the meeting.
fn report(joko: &Person) -> Vec<u8> {
    let text = format!(
        "Meeting ID\tTopic\tStart Time\tEnd Time\tUser Email\tDuration (Minutes)\tParticipants\n\
         123\tSosialisasi\t11/29/2026 07:30:00 PM\t11/29/2026 09:00:00 PM\thost@example.com\t90\t4\n\
         \n\
         Name (Original Name)\tUser Email\tTotal Duration (Minutes)\tGuest\n\
         wayan SUDIARTA\t\t80\tYes\n\
         Siti Aminah\t\t75\tYes\n\
         {} HP\t\t60\tYes\n\
         iPhone\t\t5\tYes\n",
        joko.phone
    );
    let units = [0xFEFF].into_iter().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

struct Hall {
    town: Town,
    event: Event,
    people: Vec<Person>,
}

impl Hall {
    /// An event on Sunday at 14.00 WIB with seven registrants; now it is 16.30.
    async fn open() -> Self {
        let town = Town::open_on("2026-11-29 12:00").await;
        let people = (0..).zip(NAMES);
        let people: Vec<Person> = people.map(|(n, name)| Person::nth(n).named(name)).collect();
        town.populate(&people, None).await;
        let event = town.plan_event("Sosialisasi", "2026-11-29 14:00").await;
        town.advance_to("13:55").await;
        for who in [DEWI, RAHMAT] {
            let link = town.link_of(&event, &people[who]).await;
            assert_eq!(town.open_link(&link).await.status, 302);
        }
        town.advance_to("16:30").await;
        Self {
            town,
            event,
            people,
        }
    }

    async fn import(&self) -> ReportReview {
        let app = &self.town.cloud.app;
        let report = report(&self.people[JOKO]);
        import_report(app, self.event.id, &report).await.unwrap()
    }

    /// What is recorded about somebody.
    async fn attendance(&self, who: usize) -> Attendance {
        let id = self.town.known_id(&self.people[who]).await;
        let store = &self.town.cloud.app.store;
        let known = store.attendance_among(&self.event, &[id]).await.unwrap();
        known[&id]
    }

    async fn enter(&self, who: usize, came: Option<bool>) {
        let id = self.town.known_id(&self.people[who]).await;
        let app = &self.town.cloud.app;
        set_attendance(app, self.event.id, id, came, "admin")
            .await
            .unwrap();
    }

    async fn entries(&self) -> Vec<Item> {
        let mut items = self.town.items("events").await;
        items.retain(|item| word(item, "sk").is_some_and(|key| key.starts_with("ATTENDANCE#")));
        items
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_once_a_person_has_looked_and_everyone_gets_the_follow_up_that_fits() {
    let hall = Hall::open().await;
    let (town, event, people) = (&hall.town, &hall.event, &hall.people);
    let app = &town.cloud.app;
    let review = hall.import().await;
    let mut recognised = BTreeMap::new();
    for one in &review.findings.present {
        recognised.insert(one.participant, (one.by, one.minutes));
        assert!(review.names.contains_key(&one.participant));
    }
    let wayan = town.known_id(&people[WAYAN]).await;
    let joko = town.known_id(&people[JOKO]).await;
    let expected = [(wayan, (By::Name, 80)), (joko, (By::Number, 60))];
    assert_eq!(recognised, BTreeMap::from(expected));
    let [siti, phone] = &review.findings.unclear[..] else {
        panic!("{:?}", review.findings.unclear);
    };
    assert_eq!((siti.why, phone.why), (Why::Ambiguous, Why::Unknown));
    assert_eq!(siti.candidates.len(), 2);
    // Nothing counts yet, and nothing that was read stands in clear.
    assert!(hall.entries().await.is_empty());
    assert_eq!(hall.attendance(WAYAN).await, Attendance::Unknown);
    assert_eq!(hall.attendance(DEWI).await, Attendance::Came, "the click");
    let stored = format!("{:?}", town.items("events").await);
    assert!(!stored.contains("SUDIARTA") && !stored.contains("iPhone"));

    let who = town.known_id(&people[SITI]).await;
    let decisions = Decisions {
        who: [(siti.line, who)].into(),
        ..Decisions::default()
    };
    let confirmed = confirm_report(app, event.id, review.id, &decisions, "admin").await;
    let confirmed = confirmed.unwrap();
    assert_eq!((confirmed.came, confirmed.unknown), (3, 1));
    hall.enter(RAHMAT, Some(false)).await;
    hall.enter(PUTRI, Some(true)).await;
    follow_up_now(app, event.id, "admin").await.unwrap();
    town.advance(600).await;

    for (who, attendance, text) in [
        (WAYAN, Attendance::Came, CAME),
        (SITI, Attendance::Came, CAME),
        (OTHER_SITI, Attendance::Missed, MISSED),
        (JOKO, Attendance::Came, CAME),
        // In no report, but they opened the link.
        (DEWI, Attendance::Unknown, PERHAPS),
        // By hand, against the click and without any sign.
        (RAHMAT, Attendance::Missed, MISSED),
        (PUTRI, Attendance::Came, CAME),
    ] {
        assert_eq!(hall.attendance(who).await, attendance, "{}", NAMES[who]);
        let chat = town.chat(&people[who]).await;
        let texts: Vec<_> = chat.iter().map(|one| one.text.as_str()).collect();
        let last = texts.last().unwrap();
        assert!(last.contains(text), "{}: {texts:?}", NAMES[who]);
    }
    for person in town.participants().await {
        assert_eq!(word(&person, "status"), Some("belum_join"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_comes_twice_counts_once_and_the_admins_word_stays() {
    let hall = Hall::open().await;
    let (event, app) = (&hall.event, &hall.town.cloud.app);
    hall.enter(WAYAN, Some(false)).await;
    let (first, second) = tokio::join!(hall.import(), hall.import());
    assert_eq!(first.id, second.id);
    let none = Decisions::default();
    confirm_report(app, event.id, first.id, &none, "admin")
        .await
        .unwrap();
    let once = hall.entries().await;
    let again = hall.import().await;
    assert_eq!(again, first);
    let confirmed = confirm_report(app, event.id, again.id, &none, "admin").await;
    assert_eq!(confirmed.unwrap().came, 2);
    let twice = hall.entries().await;
    let minutes = |items: &[Item]| {
        let all = items.iter();
        let mut all: Vec<_> = all
            .map(|item| {
                (
                    word(item, "sk").map(str::to_owned),
                    tests::figure(item, "minutes"),
                )
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(minutes(&once), minutes(&twice));
    assert_eq!(hall.attendance(WAYAN).await, Attendance::Missed);
    assert_eq!(hall.attendance(JOKO).await, Attendance::Came);
    hall.enter(WAYAN, None).await;
    assert_eq!(hall.attendance(WAYAN).await, Attendance::Came, "the report");
    // Nobody else's review opens with it.
    let other = hall.town.plan_event("Lain", "2026-12-06 14:00").await;
    let refused = confirm_report(app, other.id, first.id, &none, "admin").await;
    assert!(matches!(refused, Err(AttendanceError::TooEarly)));
    hall.town.advance(7 * 24 * 3_600).await;
    let late = confirm_report(app, event.id, first.id, &none, "admin").await;
    assert!(matches!(late, Err(AttendanceError::NoReview)), "{late:?}");
    let foreign = confirm_report(app, other.id, first.id, &none, "admin").await;
    assert!(matches!(foreign, Err(AttendanceError::NoReview)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_erased_meanwhile_has_no_record_and_decisions_must_fit() {
    let hall = Hall::open().await;
    let (town, event, app) = (&hall.town, &hall.event, &hall.town.cloud.app);
    let review = hall.import().await;
    let line = review.findings.unclear[0].line;
    let joko = town.known_id(&hall.people[JOKO]).await;
    let wayan = town.known_id(&hall.people[WAYAN]).await;
    let decided = |who: &[(u64, domain::ids::ParticipantId)]| Decisions {
        who: who.iter().copied().collect(),
        ..Decisions::default()
    };
    let confirm = async |decisions: Decisions| {
        confirm_report(app, event.id, review.id, &decisions, "admin").await
    };
    let nobody = domain::ids::ParticipantId(uuid::Uuid::from_u128(1));
    let refused = confirm(decided(&[(line, nobody)])).await;
    assert!(matches!(refused, Err(AttendanceError::NoParticipant)));
    let refused = confirm(decided(&[(line + 100, wayan)])).await;
    assert!(matches!(refused, Err(AttendanceError::NoLine(_))));
    let refused = set_attendance(app, event.id, nobody, Some(true), "admin").await;
    assert!(matches!(refused, Err(AttendanceError::NoParticipant)));
    assert!(hall.entries().await.is_empty());

    let delete = town.cloud.dynamodb.delete_item();
    delete
        .table_name("local-participants")
        .key("pk", attribute(&format!("P#{joko}")))
        .key("sk", attribute("PROFILE"))
        .send()
        .await
        .unwrap();
    let without = Decisions {
        without: [wayan].into(),
        ..Decisions::default()
    };
    let confirmed = confirm(without).await.unwrap();
    assert_eq!((confirmed.came, confirmed.unknown), (0, 2));
    assert!(hall.entries().await.is_empty());
    assert_eq!(hall.attendance(WAYAN).await, Attendance::Missed);
    // A second device of somebody who was recognised already.
    let confirmed = confirm(decided(&[(line, wayan)])).await.unwrap();
    assert_eq!(confirmed.came, 1);
    let entry = hall.entries().await.remove(0);
    assert_eq!(tests::figure(&entry, "minutes"), Some(80 + 75));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_report_is_refused_as_a_whole() {
    let hall = Hall::open().await;
    let app = &hall.town.cloud.app;
    let before = hall.town.items("events").await.len();
    for (bytes, expected) in [
        (&b""[..], ReportError::Empty),
        (b"PK\x03\x04 a workbook", ReportError::Workbook),
        (b"Halo\nApa kabar\n", ReportError::NoHeader),
    ] {
        let refused = import_report(app, hall.event.id, bytes).await.unwrap_err();
        let AttendanceError::Report(error) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(error, expected);
    }
    assert_eq!(hall.town.items("events").await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_goes_to_those_who_came_and_the_preview_counts_them() {
    let hall = Hall::open().await;
    let (town, event, app) = (&hall.town, &hall.event, &hall.town.cloud.app);
    let review = hall.import().await;
    let none = Decisions::default();
    confirm_report(app, event.id, review.id, &none, "admin")
        .await
        .unwrap();
    for (n, is, people) in [
        (1, Attendance::Came, vec![WAYAN, JOKO]),
        (2, Attendance::Missed, vec![SITI, OTHER_SITI, PUTRI]),
        (3, Attendance::Unknown, vec![DEWI, RAHMAT]),
    ] {
        let new = NewCampaign {
            audience: Audience::Segment(Segment {
                attendance: Some(AttendanceOf {
                    event: event.id,
                    is,
                }),
                ..Segment::default()
            }),
            ..town.broadcast(n)
        };
        let told = preview(app, &new).await.unwrap();
        assert_eq!(told.recipients as usize, people.len(), "{is:?}");
        let campaign = town.open_whole(&new).await;
        let rows = town.rows_of(campaign.new.id).await;
        let mut got: Vec<String> = rows
            .iter()
            .filter_map(|row| word(row, "participant_id"))
            .map(str::to_owned)
            .collect();
        got.sort();
        let mut meant = Vec::new();
        for who in people {
            meant.push(town.known_id(&hall.people[who]).await.to_string());
        }
        meant.sort();
        assert_eq!(got, meant, "{is:?}");
    }
}
