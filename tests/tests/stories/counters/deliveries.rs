//! Deliveries that come twice, in part, late and from several shards at once, and workers that end
//! between two writes.

use app::erase::erase;
use app::suppression::{lift_stop, standing_of, stop_by_admin};
use local::ShardRecords;
use serde_json::Value;
use tests::{Person, Town};

use super::{edit, put_unreadable};

const ADMIN: &str = "admin@example.org";

/// Repeatable chance: xorshift.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n.max(1)
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        let at = usize::try_from(self.below(all.len() as u64)).unwrap();
        all[at].clone()
    }
}

/// Something that happens to somebody, through what an admin or a participant would use.
async fn happens(town: &Town, chance: &mut Chance, people: u32) {
    let app = &town.cloud.app;
    let person = Person::nth(1 + u32::try_from(chance.below(people.into())).unwrap());
    let index = app.store.phone_index(&person.phone()).unwrap();
    match chance.below(8) {
        0 => {
            stop_by_admin(app, &index, ADMIN, "diminta").await.unwrap();
        }
        1 => {
            let standing = standing_of(app, &index).await.unwrap();
            let lifted = lift_stop(app, &index, standing.changed_at, ADMIN, "diminta");
            lifted.await.unwrap();
        }
        2 => {
            if let Some(id) = town.id_of(&person).await {
                erase(app, id, ADMIN).await.unwrap();
            }
        }
        3 => edit(town, &person, &[("status", "sudah_join")]).await,
        4 => edit(town, &person, &[("status", "belum_join")]).await,
        5 => {
            let name = chance.of(&["Siti Aminah", "Budi", "H. Budi Santoso", "Ma’rifah"]);
            edit(town, &person, &[("name", name)]).await;
        }
        6 => {
            let city = chance.of(&["bogor", "depok", "kupang"]);
            edit(town, &person, &[("city_key", city)]).await;
        }
        _ => town.advance(chance.below(30)).await,
    }
}

/// Somebody registers, invited by nobody, by somebody known, or by somebody who comes later.
async fn comes(town: &Town, chance: &mut Chance, n: u32) {
    let person = Person {
        city: chance
            .of(&["Bogor", "Kota Bogor", "Depok", "Kupang"])
            .to_owned(),
        ..Person::nth(n).named(chance.of(&["Budi Santoso", "Siti Aminah", "Wayan"]))
    };
    let person = match chance.below(4) {
        0 => person,
        1 => person.invited_by(&Person::nth(n + 3)),
        _ => person.invited_by(&Person::nth(1 + n / 4)),
    };
    let answer = town.register(&person).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

/// Hands over everything in pieces of any size; returns pieces that a lost worker still holds.
async fn deliver(town: &Town, chance: &mut Chance, shards: Vec<ShardRecords>) -> Vec<Vec<Value>> {
    let (streams, faults) = (&town.cloud.streams, &town.cloud.faults);
    let mut left_over = Vec::new();
    let mut open: Vec<(usize, Vec<Value>)> = shards
        .into_iter()
        .map(|shard| (0, shard.records))
        .filter(|(_, records)| !records.is_empty())
        .collect();
    while !open.is_empty() {
        // Two shards at once, or the same one twice: a worker that was held to be lost.
        let picks = [0, 1].map(|_| usize::try_from(chance.below(open.len() as u64)).unwrap());
        let pieces = picks.map(|pick| {
            let (from, records) = &open[pick];
            let until = records.len().min(from + 1 + chance.below(9) as usize);
            records[*from..until].to_vec()
        });
        match chance.below(6) {
            0 => faults.break_calls_of("projector", chance.below(3)..u64::MAX),
            1 => {
                let call = chance.below(5);
                faults.break_calls_of("projector", call..call + 1);
            }
            2 => faults.conflict_every(2),
            _ => {}
        }
        let answers = tokio::join!(streams.deliver(&pieces[0]), streams.deliver(&pieces[1]));
        faults.break_calls_of("projector", 0..0);
        faults.conflict_every(0);
        for ((pick, piece), answer) in picks.iter().zip(&pieces).zip([answers.0, answers.1]) {
            let failed = answer.unwrap();
            let number = |record: &Value| record["dynamodb"]["SequenceNumber"].clone();
            let done = piece
                .iter()
                .position(|record| failed.iter().any(|failed| number(record) == **failed))
                .unwrap_or(piece.len());
            if chance.below(4) == 0 {
                left_over.push(piece.clone());
            }
            // What went well may be delivered again all the same.
            let done = if chance.below(4) == 0 { 0 } else { done };
            let (from, records) = &mut open[*pick];
            let at = records
                .iter()
                .position(|record| Some(record) == piece.first());
            *from = (*from).max(at.unwrap() + done);
        }
        open.retain(|(from, records)| *from < records.len());
    }
    left_over
}

async fn plays(seed: u64) {
    let town = Town::open_on("2026-12-31 23:40").await;
    town.cloud.streams.hold(true);
    let mut chance = Chance(seed);
    let mut n = 0;
    let mut held_back = Vec::new();
    for _ in 0..3 {
        for _ in 0..3 + chance.below(4) {
            n += 1;
            comes(&town, &mut chance, n).await;
        }
        for _ in 0..chance.below(10) {
            happens(&town, &mut chance, n).await;
        }
        let taken = town.cloud.streams.take().unwrap();
        held_back.extend(deliver(&town, &mut chance, taken).await);
        town.advance(20 * chance.below(20)).await;
    }
    let taken = town.cloud.streams.take().unwrap();
    held_back.extend(deliver(&town, &mut chance, taken).await);
    town.comes_to_rest().await;
    let taken = town.cloud.streams.take().unwrap();
    held_back.extend(deliver(&town, &mut chance, taken).await);
    while !held_back.is_empty() {
        let at = usize::try_from(chance.below(held_back.len() as u64)).unwrap();
        let piece = held_back.swap_remove(at);
        assert!(town.cloud.streams.deliver(&piece).await.unwrap().is_empty());
    }
    town.check_totals().await;
    assert!(town.counted().await.len() > 10, "seed {seed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_and_however_it_is_delivered_the_totals_are_those_of_the_rows() {
    for seed in 1..=3_u64 {
        eprintln!("seed {seed}");
        Box::pin(plays(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_are_invited_by_one_while_the_messages_go_out() {
    let town = Town::open_on("2026-11-30 10:00").await;
    let referrer = Person::nth(1);
    town.all_register(std::slice::from_ref(&referrer)).await;
    for hundred in 0..2 {
        let people: Vec<Person> = (2..102)
            .map(|n| Person::nth(hundred * 100 + n).invited_by(&referrer))
            .collect();
        town.all_register(&people).await;
    }
    town.advance(60).await;
    town.comes_to_rest().await;
    let id = town.id_of(&referrer).await.unwrap();
    let counted = town.counted().await;
    assert_eq!(counted[&format!("invited by {id} in all")], 200);
    assert_eq!(town.total_of(&referrer).await, 200);
    town.check_totals().await;
    assert!(town.cloud.streams.uncounted().is_empty());
    // Batches, and not one invocation for each of some fifteen hundred changes.
    let runs = town.cloud.streams.runs();
    assert!(runs < 400, "{runs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_is_set_apart_and_the_others_are_counted() {
    let town = Town::open_on("2026-11-30 10:00").await;
    let begun = town.now();
    put_unreadable(&town, "0193b0c0-0000-4000-8000-000000000001").await;
    let people: Vec<Person> = (1..40).map(Person::nth).collect();
    town.all_register(&people).await;
    town.advance(10).await;
    assert_eq!(town.counted().await["city bogor"], 39);
    assert!(
        town.cloud.streams.uncounted().is_empty(),
        "given up at once"
    );
    // Whoever reads the totals is told that something older is missing in them.
    town.advance(600).await;
    let as_of = async || town.cloud.app.store.counted_as_of().await.unwrap().unwrap();
    let behind = as_of().await.duration_since(begun).as_secs();
    assert!((0..=10).contains(&behind), "{behind}");
    // Fifty tries later.
    town.advance(3_600).await;
    let uncounted = town.cloud.streams.uncounted();
    assert_eq!(uncounted.len(), 1);
    assert_eq!(uncounted[0].table, "participants");
    town.all_register(&[Person::nth(50)]).await;
    town.advance(10).await;
    assert_eq!(town.counted().await["city bogor"], 40);
    let behind = town.now().duration_since(as_of().await).as_secs();
    assert!((0..=20).contains(&behind), "{behind}");
    let logs = town.logs();
    assert!(logs.contains("unreadable record"), "nobody is told");
    assert!(!logs.contains("Siti Aminah"), "the log quotes it");
}
