//! Thousands of participants, put into the tables at once, and an application over them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use app::ports::{Clock, Queue, QueueError, QueueMessage};
use app::{App, Dice};
use async_trait::async_trait;
use domain::ids::{EventId, ParticipantId};
use domain::name_words::words_of_name;
use domain::participant::JoinStatus;
use domain::person::City;
use domain::phone::Phone;
use domain::zone::wib;
use dynoxide::types::AttributeValue;
use dynoxide::{Database, ImportOptions};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use local::LocalKeyService;
use local::dynamodb::{Faults, client, create_tables};
use store::{Store, StoredKeyring};
use uuid::Uuid;
use vault::{Place, Salt, Vault};

const PREFIX: &str = "people";
/// Cities in several writings, and one that nobody knows.
pub const CITIES: [&str; 6] = [
    "Bogor",
    "Kota Bogor",
    "Kab. Bogor",
    "Jakarta Selatan",
    "Surabaya",
    "Atlantis",
];
const FIRST: [&str; 6] = ["Budi", "Siti", "Ahmad", "Dewi", "Muhammad", "Nur"];
const LAST: [&str; 6] = ["Santoso", "Aminah", "Wijaya", "Lestari", "Nur", "Hidayat"];
/// People who invited others.
pub const REFERRERS: u32 = 12;

/// Somebody as a list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Number of the participant; their id and their telephone number are made from it.
    pub n: u32,
    /// When they registered, UTC, in whole milliseconds.
    pub registered_at: Timestamp,
    /// Name.
    pub name: String,
    /// City as written.
    pub city: String,
    /// Who invited them, and their place.
    pub invited: Option<(u32, u64)>,
    /// Whether they have joined.
    pub status: JoinStatus,
    /// Whether they asked to stop.
    pub unsubscribed: bool,
    /// The event of their registration.
    pub event: Option<EventId>,
}

impl Resident {
    /// The id of the `n`th.
    #[must_use]
    pub fn id_of(n: u32) -> ParticipantId {
        // Spread, so that ids say nothing of the order of registration.
        let spread = u128::from(n.wrapping_mul(2_654_435_761)) << 96;
        ParticipantId(Uuid::from_u128(spread | u128::from(n)))
    }

    /// Their id.
    #[must_use]
    pub fn id(&self) -> ParticipantId {
        Self::id_of(self.n)
    }

    /// The number of the `n`th.
    #[must_use]
    pub fn phone_of(n: u32) -> Phone {
        Phone::parse(&format!("0812{:08}", 20_000_000 + n)).expect("an invented number")
    }
}

/// A moment in WIB, `"2026-11-24 10:00"`.
#[must_use]
pub fn moment(text: &str) -> Timestamp {
    let civil: DateTime = text.parse().expect("a date and a time of day");
    civil.to_zoned(wib()).expect("a time in WIB").timestamp()
}

/// An event of a registration.
#[must_use]
pub fn event_id(n: u32) -> EventId {
    EventId(Uuid::from_u128(0xE000 + u128::from(n)))
}

/// Small numbers without a pattern, the same in every run.
fn scattered(n: u32, salt: u32) -> u32 {
    let mut x = n
        .wrapping_mul(747_796_405)
        .wrapping_add(salt.wrapping_mul(2_891_336_453));
    x ^= x >> 15;
    x = x.wrapping_mul(2_246_822_519);
    x ^ (x >> 13)
}

/// So many people over the ten months before 24 November 2026, some of them in one and the same millisecond.
#[must_use]
pub fn residents(count: u32) -> Vec<Resident> {
    let first = moment("2026-02-01 00:00");
    let last = moment("2026-11-24 10:00");
    let span = last.duration_since(first).as_secs();
    let mut places = vec![0_u64; REFERRERS as usize];
    let mut people: Vec<Resident> = (0..count)
        .map(|n| {
            let seconds = i64::from(scattered(n / 2, 1)) % span;
            let pick = |list: &[&'static str], salt| list[scattered(n, salt) as usize % list.len()];
            Resident {
                n,
                registered_at: first + SignedDuration::from_secs(seconds),
                name: format!("{} {}", pick(&FIRST, 2), pick(&LAST, 3)),
                city: pick(&CITIES, 4).to_owned(),
                invited: None,
                status: if scattered(n, 5).is_multiple_of(3) {
                    JoinStatus::SudahJoin
                } else {
                    JoinStatus::BelumJoin
                },
                unsubscribed: scattered(n, 6).is_multiple_of(10),
                event: (!scattered(n, 7).is_multiple_of(4)).then(|| event_id(scattered(n, 8) % 3)),
            }
        })
        .collect();
    people.sort_by_key(|one| one.registered_at);
    for one in &mut people {
        let referrer = scattered(one.n, 9) % (REFERRERS * 2);
        if referrer < REFERRERS && referrer != one.n {
            places[referrer as usize] += 1;
            one.invited = Some((referrer, places[referrer as usize]));
        }
    }
    people
}

struct Stopped(Mutex<Timestamp>);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes everything and keeps nothing: lists put nothing on queues.
struct Nowhere;

#[async_trait]
impl Queue for Nowhere {
    async fn send(&self, _: QueueMessage) -> Result<(), QueueError> {
        Ok(())
    }
}

/// The tables with people in them.
pub struct Register {
    /// The application.
    pub app: App,
    /// Counts calls.
    pub faults: Arc<Faults>,
    database: Database,
    vault: Arc<Vault>,
    clock: Arc<Stopped>,
}

impl Register {
    /// Empty tables at this moment in WIB.
    pub async fn open(now: &str) -> Self {
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/data.yaml");
        let template = std::fs::read_to_string(template).expect("the data template");
        let database = Database::memory().expect("a database");
        create_tables(&database, &template, PREFIX).expect("tables");
        let faults = Arc::new(Faults::default());
        let dynamodb = client(database.clone(), Some(Arc::clone(&faults)));
        let keys = LocalKeyService::open(None).expect("a key");
        let ring = StoredKeyring::new(dynamodb.clone(), PREFIX);
        let vault = Arc::new(Vault::new(Arc::new(keys), Arc::new(ring)));
        let clock = Arc::new(Stopped(Mutex::new(moment(now))));
        vault.prepare(clock.now()).await.expect("field keys");
        let store = Store::new(dynamodb, PREFIX, Arc::clone(&vault));
        let app = App::new(
            store,
            Arc::new(Nowhere),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Dice::seeded(7),
        );
        Self {
            app,
            faults,
            database,
            vault,
            clock,
        }
    }

    /// From now on it is this moment.
    pub fn set_now(&self, now: Timestamp) {
        *self.clock.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Puts them into the tables, each with the words of their name, as they stand once everything
    /// that follows from a registration is done.
    pub async fn load(&self, people: &[Resident]) {
        let mut items = Vec::new();
        for one in people {
            let profile = self.profile(one).await;
            let reg_key = profile["reg_key"].clone();
            let id = profile["id"].clone();
            for word in words_of_name(&one.name) {
                items.push(HashMap::from([
                    ("pk".to_owned(), AttributeValue::S(format!("W#{word}"))),
                    ("sk".to_owned(), reg_key.clone()),
                    ("participant_id".to_owned(), id.clone()),
                ]));
            }
            let index = self.index(one.n);
            items.push(HashMap::from([
                ("pk".to_owned(), AttributeValue::S(format!("G#{index}"))),
                ("sk".to_owned(), AttributeValue::S("GUARD".to_owned())),
                ("participant_id".to_owned(), id),
            ]));
            items.push(profile);
        }
        let table = format!("{PREFIX}-participants");
        self.database
            .import_items(&table, items, ImportOptions::default())
            .expect("people are loaded");
    }

    fn index(&self, n: u32) -> String {
        let index = self.app.store.phone_index(&Resident::phone_of(n));
        index.expect("an index")
    }

    async fn profile(&self, one: &Resident) -> HashMap<String, AttributeValue> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let id = one.id().to_string();
        let salt = Salt::random().expect("a salt");
        let place = Place {
            table: "participants",
            field: "phone",
            id: &id,
        };
        let phone = Resident::phone_of(one.n).to_bytes();
        let sealed = self.vault.seal(&place, &salt, &phone, self.clock.now());
        let sealed = sealed.await.expect("a sealed number");
        let at = one
            .registered_at
            .strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
            .to_string();
        let city = City::parse(&one.city).expect("a city");
        let mut item: HashMap<String, AttributeValue> = [
            ("pk", text(&format!("P#{id}"))),
            ("sk", text("PROFILE")),
            ("id", text(&id)),
            ("sapaan", text("Ibu")),
            ("name", text(&one.name)),
            ("city", text(&one.city)),
            ("city_key", text(&city.key())),
            ("profession", text("Guru")),
            ("phone", AttributeValue::B(sealed)),
            ("salt", AttributeValue::B(salt.as_bytes().to_vec())),
            ("phone_index", text(&self.index(one.n))),
            ("registered_at", text(&at)),
            ("status", text(one.status.as_str())),
            ("unsubscribed", AttributeValue::BOOL(one.unsubscribed)),
            ("consent_share", AttributeValue::BOOL(true)),
            ("reg_month", text(&at[..7])),
            ("reg_key", text(&format!("{at}#{id}"))),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        if let Some((referrer, place)) = one.invited {
            let referrer = Resident::id_of(referrer).to_string();
            item.insert("referrer_id".to_owned(), AttributeValue::S(referrer));
            let place = AttributeValue::N(place.to_string());
            item.insert("referrer_sequence".to_owned(), place);
        }
        if let Some(event) = one.event {
            item.insert("event_id".to_owned(), AttributeValue::S(event.to_string()));
        }
        item
    }

    /// Calls of the database since the last [`Faults::reset`].
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.faults.calls().values().sum()
    }
}
