//! A STOP against a hundred messages that wait for the same person, at every named moment of the
//! sender and of the webhook, in every order: no request begins whose check began after the STOP
//! was stored; one that is out already may finish.

use app::Failpoint;
use app::dispatch::{Call, dispatch};
use app::numbers::set_paused;
use domain::message::{MessageKey, MessageType, NewMessage, Waiting};
use reqwest::Method;
use tests::{Answer, Pause, Person, Town};
use tokio::task::JoinHandle;

/// In one order of each moment; in the others as many as tell the orders apart.
const MANY: usize = 100;
const FEW: usize = 12;
/// Each of the three numbers has one of them in its hands when the STOP comes.
const NUMBERS: usize = 3;

/// The moments of a turn in their order.
const MOMENTS: [Failpoint; 8] = [
    Failpoint::TurnBeforeFence,
    Failpoint::TurnFenced,
    Failpoint::TurnBeforeClaim,
    Failpoint::TurnClaimed,
    Failpoint::TurnBeforeRequest,
    Failpoint::TurnAnswered,
    Failpoint::TurnRecorded,
    Failpoint::TurnNextSent,
];

/// Those of a turn that tells of several alerts at once; both after it has asked.
const MOMENTS_OF_A_LIST: [Failpoint; 2] = [Failpoint::GroupClaimed, Failpoint::GroupRecorded];

/// Whether a turn at this moment has asked already whether it may send.
fn has_checked(moment: Failpoint) -> bool {
    if MOMENTS_OF_A_LIST.contains(&moment) {
        return true;
    }
    let place = |one| MOMENTS.iter().position(|moment| *moment == one);
    place(moment) >= place(Failpoint::TurnBeforeRequest)
}

/// In which order things happen.
#[derive(Debug, Clone, Copy)]
enum Order {
    /// The turns stand at their moment; the STOP runs to its own; the turns go on, then the STOP.
    TurnsTurnsStop,
    /// The turns stand at theirs, the STOP at its own; the STOP goes on, then the turns.
    TurnsStopTurns,
    /// The STOP stands at its moment; the turns run to theirs; the STOP goes on, then the turns.
    StopStopTurns,
    /// The STOP stands at its moment; the turns run through; the STOP goes on.
    StopTurnsStop,
}

struct Race {
    town: Town,
    person: Person,
    rows: usize,
    /// Numbers that take a turn.
    turns: usize,
    /// What waits for the person.
    message_type: &'static str,
    /// What has reached the town before.
    sent_before: usize,
}

impl Race {
    async fn open(rows: usize) -> Self {
        let town = Town::open_on("2026-11-24 10:00").await;
        let person = Person::nth(1);
        town.all_register(std::slice::from_ref(&person)).await;
        town.advance(60).await;
        for number in 1..=NUMBERS {
            // So long that no number sends a second time while the others are held.
            town.limit(number, (120, 120), 600, 4_800).await;
        }
        town.advance(20).await;
        let race = Self {
            sent_before: town.cloud.simulator.received().len(),
            town,
            person,
            rows,
            turns: NUMBERS,
            message_type: "link",
        };
        race.queue().await;
        race
    }

    /// Alerts to a referrer that one number tells of as a list at its next turn.
    async fn open_with_a_list() -> Self {
        let town = Town::open_on("2026-11-24 10:00").await;
        let person = Person::nth(0);
        town.all_register(std::slice::from_ref(&person)).await;
        town.advance(60).await;
        let invite = async |numbers: std::ops::Range<u32>| {
            let people: Vec<Person> = numbers
                .map(|n| Person::nth(n).invited_by(&person))
                .collect();
            town.all_register(&people).await;
            town.advance(60).await;
        };
        // After as many as are told singly the next waits for the hour, and others with it.
        invite(1..6).await;
        invite(6..7).await;
        invite(7..10).await;
        for number in 1..=NUMBERS {
            let id = town.number_id(number).await;
            set_paused(&town.cloud.app, id, true).await.expect("known");
        }
        town.advance(3_600).await;
        let rows = town.count_rows("referrer_alert", "sent", "accepted").await;
        assert_eq!(rows, 5);
        let id = town.number_id(1).await;
        town.cloud.queue.lose(&["wake"]);
        set_paused(&town.cloud.app, id, false).await.expect("known");
        town.cloud.queue.lose(&[]);
        Self {
            sent_before: town.cloud.simulator.received().len(),
            town,
            person,
            rows: 4,
            turns: 1,
            message_type: "referrer_alert",
        }
    }

    async fn queue(&self) {
        let app = &self.town.cloud.app;
        let id = self.town.id_of(&self.person).await.expect("registered");
        let index = app
            .store
            .phone_index(&self.person.phone())
            .expect("an index");
        let now = app.now();
        for n in 0..self.rows {
            let message_type = MessageType::Link;
            let key = MessageKey {
                message_type,
                cause: &format!("race-{n}"),
                participant: id,
                revision: 0,
            };
            let message = NewMessage {
                id: key.id(),
                message_type,
                participant_id: id,
                target_index: index.clone(),
                subject_id: None,
                event_id: None,
                campaign: None,
                cause_at: now,
                created_at: now,
                expires_at: now + message_type.useful_for(),
                waiting: Waiting::Number,
                not_before: now,
                expected_at: now,
                sticky: None,
            };
            assert!(app.store.add_message(&message).await.expect("stored"));
        }
    }

    fn is_list(&self) -> bool {
        self.message_type == "referrer_alert"
    }

    /// Gives every number a turn, and waits until all have begun.
    async fn turns(&self) {
        let conductor = &self.town.cloud.conductor;
        let before = conductor.runs("turns");
        let done = dispatch(&self.town.cloud.app, Call::Wake).await;
        assert_eq!(done.expect("dispatched").armed, self.turns);
        while conductor.runs("turns") < before + self.turns as u64 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    /// Waits until no turn is at work.
    async fn turns_ended(&self) {
        let conductor = &self.town.cloud.conductor;
        loop {
            let depth = conductor.depth("turns").expect("a queue");
            if depth.running == 0 && depth.ready == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    /// Waits until the turns stand at their moment, or have ended before it.
    async fn turns_at(&self, pause: &Pause) {
        let conductor = &self.town.cloud.conductor;
        loop {
            let depth = conductor.depth("turns").expect("a queue");
            let came = pause.came();
            if came == self.turns || (depth.ready == 0 && depth.running == came) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    /// The STOP is on its way.
    fn stop(&self) -> JoinHandle<Answer> {
        let body = self.town.message(&self.person, "3EB0STOP", "STOP");
        let request = self.town.request(Method::POST, &self.town.hook_path(1));
        tokio::spawn(Answer::to(request.json(&body)))
    }

    /// So many messages have reached the person since.
    fn sent(&self) -> usize {
        self.town.cloud.simulator.received().len() - self.sent_before
    }

    /// Plays to the end: exactly `expected` were sent, the others ended for the right reason.
    async fn check(self, expected: usize, case: &str) {
        self.town.advance(240).await;
        assert_eq!(self.sent(), expected, "{case}");
        let town = &self.town;
        let of = self.message_type;
        let rows = async |state, reason| town.count_rows(of, state, reason).await;
        let singles = if self.is_list() { 5 } else { 0 };
        let told = rows("sent", "accepted").await + rows("sent", "grouped").await - singles;
        let ended = rows("failed", "suppressed").await;
        // One message tells of the whole list.
        let rows_told = match expected {
            1 if self.is_list() => self.rows,
            others => others,
        };
        assert_eq!((told, ended), (rows_told, self.rows - rows_told), "{case}");
        town.check_invariants();
    }
}

async fn confirmed(stop: JoinHandle<Answer>, case: &str) {
    let answer = stop.await.expect("an answer");
    assert_eq!(answer.status, 200, "{case}: {}", answer.text);
    assert_eq!(answer.json()["reply"], true, "{case}: {}", answer.text);
}

async fn case(race: Race, moment: Failpoint, of_stop: Failpoint, order: Order) {
    let case = format!("{moment:?}, {of_stop:?}, {order:?}");
    let turns = race.turns;
    let is_stored = of_stop == Failpoint::ReceiveCommitted;
    let at_moment = Pause::at(moment);
    let at_stop = Pause::at(of_stop);
    let stop;
    // Whether the turns ask before the STOP is stored.
    let asked_before = match order {
        Order::TurnsTurnsStop | Order::TurnsStopTurns => {
            race.turns().await;
            at_moment.until(turns).await;
            stop = race.stop();
            at_stop.until(1).await;
            has_checked(moment) || (!is_stored && matches!(order, Order::TurnsTurnsStop))
        }
        Order::StopStopTurns | Order::StopTurnsStop => {
            stop = race.stop();
            at_stop.until(1).await;
            race.turns().await;
            race.turns_at(&at_moment).await;
            !is_stored && (has_checked(moment) || matches!(order, Order::StopTurnsStop))
        }
    };
    match order {
        Order::TurnsTurnsStop | Order::StopTurnsStop => {
            at_moment.release();
            race.turns_ended().await;
            at_stop.release();
            confirmed(stop, &case).await;
        }
        Order::TurnsStopTurns | Order::StopStopTurns => {
            at_stop.release();
            confirmed(stop, &case).await;
            at_moment.release();
            race.turns_ended().await;
        }
    }
    race.check(if asked_before { turns } else { 0 }, &case)
        .await;
}

/// Every order of this moment of a turn with both moments of the STOP.
async fn every_order(moment: Failpoint) {
    for of_stop in [Failpoint::ReceiveBeforeCommit, Failpoint::ReceiveCommitted] {
        for order in [
            Order::TurnsTurnsStop,
            Order::TurnsStopTurns,
            Order::StopStopTurns,
            Order::StopTurnsStop,
        ] {
            let is_first = matches!(order, Order::TurnsTurnsStop);
            let is_many = is_first && of_stop == Failpoint::ReceiveCommitted;
            let rows = if is_many { MANY } else { FEW };
            let race = if MOMENTS_OF_A_LIST.contains(&moment) {
                Box::pin(Race::open_with_a_list()).await
            } else {
                Race::open(rows).await
            };
            Box::pin(case(race, moment, of_stop, order)).await;
        }
    }
}

macro_rules! at_every_moment {
    ($($name:ident: $moment:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $name() {
            every_order(Failpoint::$moment).await;
        }
    )*};
}

at_every_moment! {
    a_stop_meets_turns_that_have_just_arrived: TurnBeforeFence,
    a_stop_meets_turns_that_are_held: TurnFenced,
    a_stop_meets_turns_that_have_chosen: TurnBeforeClaim,
    a_stop_meets_turns_that_have_claimed: TurnClaimed,
    a_stop_meets_turns_that_are_about_to_ask_the_gateway: TurnBeforeRequest,
    a_stop_meets_turns_that_have_an_answer: TurnAnswered,
    a_stop_meets_turns_that_have_recorded: TurnRecorded,
    a_stop_meets_turns_that_have_passed_on: TurnNextSent,
    a_stop_meets_a_turn_that_has_claimed_a_list: GroupClaimed,
    a_stop_meets_a_turn_that_has_recorded_the_first_of_a_list: GroupRecorded,
}
