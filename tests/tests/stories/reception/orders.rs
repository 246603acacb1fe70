//! Whoever registers, stops, lifts and erases the same number at the same moment, in every order of
//! their reads and writes.

use domain::ids::ParticipantId;
use domain::inbound::{InboundId, Request};
use domain::participant::{Chat, ConsentRecord, Participant, Referral};
use domain::person::{City, PersonName, Profession, Sapaan};
use domain::reception::{Known, StandingStep, decide};
use domain::suppression::{Standing, Suppression};
use store::{
    Cause, Correspondent, Guard, Lifting, Mover, Reception, Registered, Registration, Surroundings,
    Taken,
};
use tests::{Person, Town, flag};
use tokio::task::JoinSet;

/// Someone who reads first and writes later what follows from it.
enum Actor {
    Registers(Option<Surroundings>),
    Stops(Option<Correspondent>),
    Lifts(Suppression, Option<Correspondent>),
    Erases(ParticipantId, Option<Correspondent>),
}

fn mover() -> Mover {
    Mover {
        by: "test".to_owned(),
        reason: Some("test".to_owned()),
        evidence: None,
    }
}

fn reception(town: &Town, standing: StandingStep, erases: bool) -> Reception {
    Reception {
        standing,
        mover: mover(),
        channel: "whatsapp",
        erases,
        chat: None,
        releases: None,
        pointer: None,
        at: town.cloud.app.now(),
    }
}

fn registration(town: &Town, person: &Person, around: &Surroundings) -> Registration {
    let app = &town.cloud.app;
    let (now, id) = (app.now(), app.dice.participant_id());
    let stopped = around.own == Guard::Stopped;
    Registration {
        participant: Participant {
            id,
            sapaan: Sapaan::Ibu,
            name: PersonName::parse("Siti Aminah").expect("a name"),
            city: City::parse("Bogor").expect("a city"),
            profession: Profession::parse("Guru").expect("a profession"),
            phone: person.phone(),
            phone_index: town.index_of(person),
            referrer_id: None,
            referrer_sequence: None,
            registered_at: now,
            event_id: None,
            consent_share: false,
            unsubscribed: stopped,
            chat: None,
        },
        referral: Referral::None,
        consent: ConsentRecord {
            text_version: "test",
            text_sha256: String::new(),
            purposes: Vec::new(),
            channel: "landing_form",
            evidence: "address 1.x".to_owned(),
            at: now,
        },
        messages: Vec::new(),
        awaited: false,
        stopped,
    }
}

impl Actor {
    async fn reads(&mut self, town: &Town, person: &Person) {
        let (store, index) = (&town.cloud.app.store, town.index_of(person));
        let known = || async {
            let known = store.correspondent(&index, None, None, town.now()).await;
            Some(known.expect("an answer"))
        };
        match self {
            Self::Registers(around) => {
                let read = store.surroundings(&index, None).await;
                *around = Some(read.expect("an answer"));
            }
            Self::Stops(seen) | Self::Lifts(_, seen) | Self::Erases(_, seen) => {
                *seen = known().await;
            }
        }
    }

    /// Writes; false if something moved since it was read.
    async fn writes(&mut self, town: &Town, person: &Person) -> bool {
        let store = &town.cloud.app.store;
        match self {
            Self::Registers(around) => {
                let around = around.as_ref().expect("was read");
                if around.own.holder().is_some() {
                    return true;
                }
                let done = store.register(&registration(town, person, around)).await;
                done.expect("an answer") == Registered::Stored
            }
            Self::Stops(known) => {
                let known = known.as_ref().expect("was read");
                let facts = Known {
                    suppression: known.suppression,
                    is_registered: known.holder.is_some(),
                    pointed_today: false,
                };
                let decision = decide(Request::Stop, facts);
                let reception = reception(town, decision.standing, false);
                let done = store.take(Cause::Admin, known, &reception).await;
                done.expect("an answer") != Taken::Moved
            }
            Self::Lifts(seen, known) => {
                let known = known.as_ref().expect("was read");
                if !known.suppression.standing.is_stopped() {
                    return true;
                }
                let (by, now) = (mover(), town.cloud.app.now());
                let done = store.lift(known, *seen, &by, now).await;
                done.expect("an answer") != Lifting::Moved
            }
            Self::Erases(id, known) => {
                let known = known.as_ref().expect("was read");
                if known.holder != Some(*id) {
                    return true;
                }
                let reception = reception(town, StandingStep::Leave, true);
                let done = store.take(Cause::Admin, known, &reception).await;
                done.expect("an answer") != Taken::Moved
            }
        }
    }

    async fn finishes(&mut self, town: &Town, person: &Person) {
        while !self.writes(town, person).await {
            self.reads(town, person).await;
        }
    }
}

/// Whose step comes next: each of the two reads, then writes.
const ORDERS: [[usize; 4]; 6] = [
    [0, 0, 1, 1],
    [0, 1, 0, 1],
    [0, 1, 1, 0],
    [1, 0, 0, 1],
    [1, 0, 1, 0],
    [1, 1, 0, 0],
];

/// Plays one order; says who wrote last.
async fn play(town: &Town, person: &Person, actors: &mut [Actor; 2], order: [usize; 4]) -> usize {
    let mut began = [false; 2];
    for who in order {
        town.advance(1).await;
        if began[who] {
            actors[who].finishes(town, person).await;
        } else {
            began[who] = true;
            actors[who].reads(town, person).await;
        }
    }
    order[3]
}

/// Guard, profile and suppression say the same.
async fn agrees(town: &Town, person: &Person, what: &str) -> (Standing, Option<bool>) {
    let store = &town.cloud.app.store;
    let index = town.index_of(person);
    let around = store.surroundings(&index, None).await.expect("a guard");
    let standing = town.standing_of(person).await.standing;
    let stored = town.participant(person).await;
    let unsubscribed = stored.map(|item| flag(&item, "unsubscribed").expect("a flag"));
    match (around.own, unsubscribed) {
        (Guard::Held(_), Some(silent)) => assert_eq!(silent, standing.is_stopped(), "{what}"),
        (Guard::Stopped, None) => assert!(standing.is_stopped(), "{what}"),
        (Guard::Free, None) => assert!(!standing.is_stopped(), "{what}"),
        other => panic!("{what}: {other:?}"),
    }
    (standing, unsubscribed)
}

async fn town() -> Town {
    let town = Town::open_on("2026-11-24 10:00").await;
    town.cloud.queue.lose(&["wake", "turns"]);
    town
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_holds_in_whatever_order_it_meets_a_registration() {
    let town = town().await;
    for (n, order) in (1..).zip(ORDERS) {
        let person = Person::nth(n);
        let mut actors = [Actor::Registers(None), Actor::Stops(None)];
        let last = play(&town, &person, &mut actors, order).await;
        let what = format!("{order:?}");
        let (standing, unsubscribed) = agrees(&town, &person, &what).await;
        assert_eq!(unsubscribed, Some(true), "{what}");
        // Who registers after the stop asks for messages.
        let expected = if last == 0 {
            Standing::Asked
        } else {
            Standing::Stopped
        };
        assert_eq!(standing, expected, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_holds_in_whatever_order_it_meets_a_registration_of_a_stopped_number() {
    let town = town().await;
    for (n, order) in (1..).zip(ORDERS) {
        let person = Person::nth(n);
        town.silence(&person).await;
        let mut actors = [Actor::Registers(None), Actor::Stops(None)];
        play(&town, &person, &mut actors, order).await;
        let what = format!("{order:?}");
        let (standing, unsubscribed) = agrees(&town, &person, &what).await;
        assert_eq!(unsubscribed, Some(true), "{what}");
        assert!(standing.is_stopped(), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lift_and_a_registration_agree_in_every_order() {
    let town = town().await;
    for (n, order) in (1..).zip(ORDERS) {
        let person = Person::nth(n);
        town.silence(&person).await;
        let seen = town.standing_of(&person).await;
        let mut actors = [Actor::Registers(None), Actor::Lifts(seen, None)];
        let last = play(&town, &person, &mut actors, order).await;
        let what = format!("{order:?}");
        let (standing, unsubscribed) = agrees(&town, &person, &what).await;
        // A lift of what the admin has not seen, that they ask again, is refused.
        let expected = if last == 1 {
            (Standing::Asked, Some(true))
        } else {
            (Standing::Lifted, Some(false))
        };
        assert_eq!((standing, unsubscribed), expected, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_wins_over_a_lift_in_every_order() {
    let town = town().await;
    for (n, order) in (1..).zip(ORDERS) {
        for registered in [true, false] {
            let person = Person::nth(if registered { n } else { n + 50 });
            if registered {
                town.all_register(std::slice::from_ref(&person)).await;
            }
            town.silence(&person).await;
            let seen = town.standing_of(&person).await;
            let mut actors = [Actor::Stops(None), Actor::Lifts(seen, None)];
            play(&town, &person, &mut actors, order).await;
            let what = format!("{order:?}, registered: {registered}");
            let (standing, _) = agrees(&town, &person, &what).await;
            assert_eq!(standing, Standing::Stopped, "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_and_a_stop_agree_in_every_order() {
    let town = town().await;
    for (n, order) in (1..).zip(ORDERS) {
        let person = Person::nth(n);
        town.all_register(std::slice::from_ref(&person)).await;
        let id = town.id_of(&person).await.expect("registered");
        let mut actors = [Actor::Stops(None), Actor::Erases(id, None)];
        play(&town, &person, &mut actors, order).await;
        let what = format!("{order:?}");
        let end = agrees(&town, &person, &what).await;
        assert_eq!(end, (Standing::Stopped, None), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_and_a_lift_agree_in_every_order() {
    let town = town().await;
    for (n, order) in (1..).zip(ORDERS) {
        let person = Person::nth(n);
        town.all_register(std::slice::from_ref(&person)).await;
        town.silence(&person).await;
        let seen = town.standing_of(&person).await;
        let id = town.id_of(&person).await.expect("registered");
        let mut actors = [Actor::Lifts(seen, None), Actor::Erases(id, None)];
        play(&town, &person, &mut actors, order).await;
        let what = format!("{order:?}");
        let end = agrees(&town, &person, &what).await;
        assert_eq!(end, (Standing::Lifted, None), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_message_that_is_stored_later_moves_no_chat_back() {
    let town = town().await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    let (store, index) = (&town.cloud.app.store, town.index_of(&person));
    let known = store.correspondent(&index, None, None, town.now()).await;
    let known = known.expect("an answer");
    let chat = async |number: usize, seconds: i64, id: &str| {
        let via = town.number_id(number).await;
        let at = town.now() + jiff::SignedDuration::from_secs(seconds);
        let written = Reception {
            chat: Some(Chat { number_id: via, at }),
            ..reception(&town, StandingStep::Leave, false)
        };
        let id = InboundId::parse(id).expect("an id");
        let cause = Cause::Message { via, id: &id };
        let done = store.take(cause, &known, &written).await;
        done.expect("an answer")
    };
    assert!(matches!(chat(2, 0, "new").await, Taken::Done { .. }));
    assert_eq!(chat(1, -60, "old").await, Taken::Moved);
    let stored = town.participant(&person).await.expect("a participant");
    let number = town.number_id(2).await.to_string();
    assert_eq!(tests::word(&stored, "chat_number"), Some(number.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_stops_and_thirty_registrations_of_one_number_at_once_leave_it_stopped() {
    let town = std::sync::Arc::new(town().await);
    town.cloud.faults.conflict_every(3);
    let mut under_way = JoinSet::new();
    for n in 0..60 {
        let town = std::sync::Arc::clone(&town);
        under_way.spawn(async move {
            let person = Person::nth(1);
            if n % 2 == 0 {
                assert_eq!(town.register(&person).await.status, 201);
                None
            } else {
                town.writes(&person, 1 + n % 3, Request::Stop).await
            }
        });
    }
    let answers = under_way.join_all().await;
    let (standing, unsubscribed) = agrees(&town, &Person::nth(1), "all at once").await;
    assert!(standing.is_stopped());
    assert_eq!(unsubscribed, Some(true));
    assert_eq!(town.participants().await.len(), 1);
    assert!(answers.iter().flatten().count() >= 1, "somebody was told");
}
