use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::*;

#[tokio::test]
async fn delayed_messages_come_in_order_each_at_its_own_time() {
    let world = World::new(QueueSpec::turns(5));
    world.record("turns", |_| false);
    for (body, delay) in [("c", 30), ("a", 10), ("b", 20), ("never", 90)] {
        world.put("turns", body, delay);
    }
    let _running = world.conductor.start();
    world.advance(60).await;

    assert_eq!(world.bodies(), ["a", "b", "c"]);
    for (seen, at) in world.seen.lock().unwrap().iter().zip([10.0, 20.0, 30.0]) {
        assert_close(seen.at, at);
    }
    assert_close(world.elapsed(), 60.0);
}

#[tokio::test]
async fn what_a_handler_puts_is_played_before_later_entries() {
    let world = World::new(QueueSpec::turns(5));
    let (seen, clock, start) = (world.seen.clone(), world.clock.clone(), world.start);
    let conductor = world.conductor.clone();
    world
        .conductor
        .consume("turns", move |batch| {
            let body = batch[0].body.clone();
            if body == "first" {
                let later = SECOND * 5;
                conductor
                    .put("turns", "between".into(), later, None)
                    .unwrap();
            }
            let at = clock.now().duration_since(start).as_secs_f64();
            seen.lock().unwrap().push(Seen { body, count: 1, at });
            async { Ok(vec![]) }
        })
        .unwrap();
    world.put("turns", "last", 60);
    world.put("turns", "first", 10);
    let _running = world.conductor.start();
    world.advance(60).await;

    assert_eq!(world.bodies(), ["first", "between", "last"]);
    assert_close(world.seen.lock().unwrap()[1].at, 15.0);
}

#[tokio::test]
async fn without_an_advance_entries_fire_in_real_time() {
    let world = World::new(QueueSpec::turns(5));
    world.record("turns", |_| false);
    let _running = world.conductor.start();
    world.put("turns", "x", 1);
    while world.bodies().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(world.bodies(), ["x"]);
    assert_close(world.seen.lock().unwrap()[0].at, 1.0);
}

/// Counts ticks; each answers `wish` (virtual seconds after the start).
fn count_ticks(world: &World, wish: Option<i64>) -> Arc<Mutex<Vec<f64>>> {
    let ticks: Arc<Mutex<Vec<f64>>> = Arc::default();
    let (log, clock, start) = (ticks.clone(), world.clock.clone(), world.start);
    world.conductor.on_tick(move || {
        let now = clock.now();
        log.lock()
            .unwrap()
            .push(now.duration_since(start).as_secs_f64());
        let wish = wish.map(|after| start + SignedDuration::from_secs(after));
        async move { wish.filter(|wish| *wish > now) }
    });
    ticks
}

#[tokio::test]
async fn ten_idle_hours_are_passed_over_at_once() {
    let world = World::new(QueueSpec::turns(5));
    let ticks = count_ticks(&world, None);
    let _running = world.conductor.start();
    world.advance(36_000).await;

    assert_close(world.elapsed(), 36_000.0);
    assert_eq!(ticks.lock().unwrap().len(), 1, "only the first one");
}

#[tokio::test]
async fn a_tick_comes_when_it_asked_to_and_after_other_work() {
    let world = World::new(QueueSpec::turns(5));
    world.record("turns", |_| false);
    let ticks = count_ticks(&world, Some(12_000));
    world.put("turns", "x", 900);
    let _running = world.conductor.start();
    world.advance(36_000).await;

    let ticks = ticks.lock().unwrap();
    assert_eq!(ticks.len(), 3);
    // The minute after the message's handler, and the minute of its own wish.
    assert!((900.0..=960.0).contains(&ticks[1]), "{ticks:?}");
    assert!((12_000.0..=12_060.0).contains(&ticks[2]), "{ticks:?}");
    let second = (world.start + SignedDuration::from_secs_f64(ticks[1])).as_millisecond() % 60_000;
    assert!(second < 3_000, "a tick comes at a full minute: {second} ms");
}

#[tokio::test]
async fn the_clock_does_not_jump_while_a_request_is_at_work() {
    let world = World::new(QueueSpec::turns(5));
    world.record("turns", |_| false);
    world.put("turns", "x", 100);
    let _running = world.conductor.start();
    let request = world.gate.enter();
    let conductor = world.conductor.clone();
    let advance = tokio::spawn(async move { conductor.advance(SECOND * 600).await });
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(!advance.is_finished());
    assert!(world.elapsed() < 5.0);

    drop(request);
    advance.await.unwrap().unwrap();
    assert_eq!(world.bodies(), ["x"]);
    assert_close(world.elapsed(), 600.0);
}

#[tokio::test]
async fn advances_come_one_after_the_other() {
    let world = World::new(QueueSpec::turns(5));
    let _running = world.conductor.start();
    let (one, two) = tokio::join!(
        world.conductor.advance(SECOND * 60),
        world.conductor.advance(SECOND * 60)
    );
    one.unwrap();
    two.unwrap();
    assert_close(world.elapsed(), 120.0);
}

#[tokio::test]
async fn shutdown_waits_for_what_is_at_work_and_starts_nothing_more() {
    let world = World::new(QueueSpec::turns(1));
    let done = Arc::new(AtomicUsize::new(0));
    let (begun, end) = <(Arc<Notify>, Arc<Notify>)>::default();
    let (ended, beginning, ending) = (done.clone(), begun.clone(), end.clone());
    world
        .conductor
        .consume("turns", move |_| {
            let (ended, beginning, ending) = (ended.clone(), beginning.clone(), ending.clone());
            async move {
                beginning.notify_one();
                ending.notified().await;
                ended.fetch_add(1, Ordering::SeqCst);
                Ok(vec![])
            }
        })
        .unwrap();
    world.put("turns", "one", 0);
    world.put("turns", "two", 0);
    let running = world.conductor.start();
    begun.notified().await;
    // Polled in this order: it is told to stop before what is at work may end.
    tokio::join!(biased; running.shutdown(), async { end.notify_one() });

    assert_eq!(done.load(Ordering::SeqCst), 1);
    assert!(matches!(
        world.conductor.advance(SECOND).await,
        Err(AdvanceError::Stopped)
    ));
}

/// As the sending engine lives: every turn puts the next one, and other work runs beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn chains_of_turns_keep_exact_time_on_many_threads() {
    let world = World::new(QueueSpec::turns(5));
    let (seen, clock, start) = (world.seen.clone(), world.clock.clone(), world.start);
    let conductor = world.conductor.clone();
    world
        .conductor
        .consume("turns", move |batch| {
            let body = batch[0].body.clone();
            let at = clock.now().duration_since(start).as_secs_f64();
            let (seen, conductor) = (seen.clone(), conductor.clone());
            async move {
                tokio::task::yield_now().await;
                let next = body.clone();
                conductor.put("turns", next, SECOND * 3, None).unwrap();
                seen.lock().unwrap().push(Seen { body, count: 1, at });
                Ok(vec![])
            }
        })
        .unwrap();
    for chain in ["a", "b", "c", "d"] {
        world.put("turns", chain, 3);
    }
    let _running = world.conductor.start();
    world.advance(600).await;

    let seen = world.seen.lock().unwrap();
    for chain in ["a", "b", "c", "d"] {
        let times: Vec<_> = seen.iter().filter(|seen| seen.body == chain).collect();
        // Real time counts as well: a gap is never shorter, and hardly longer.
        assert!((196..=200).contains(&times.len()), "{}", times.len());
        for pair in times.windows(2) {
            let gap = pair[1].at - pair[0].at;
            assert!((3.0..3.05).contains(&gap), "a gap of {gap} s");
        }
    }
}
