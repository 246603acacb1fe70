use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

#[tokio::test]
async fn a_window_gathers_a_batch_and_a_full_one_goes_at_once() {
    let world = World::new(QueueSpec::wake());
    let sizes = Arc::new(Mutex::new(Vec::new()));
    let (log, clock, start) = (sizes.clone(), world.clock.clone(), world.start);
    world
        .conductor
        .consume("wake", move |batch| {
            let at = clock.now().duration_since(start).as_secs_f64();
            log.lock().unwrap().push((batch.len(), at));
            async { Ok(vec![]) }
        })
        .unwrap();
    for _ in 0..150 {
        world.put("wake", "", 1);
    }
    let _running = world.conductor.start();
    world.advance(10).await;

    let sizes = sizes.lock().unwrap();
    assert_eq!(
        sizes.iter().map(|size| size.0).collect::<Vec<_>>(),
        [100, 50]
    );
    assert_close(sizes[0].1, 1.0);
    assert_close(sizes[1].1, 2.0);
}

#[tokio::test]
async fn a_failed_message_comes_again_after_the_visibility_timeout_alone() {
    let world = World::new(QueueSpec {
        batch: 2,
        ..QueueSpec::turns(5)
    });
    world.record("turns", |delivery| {
        delivery.body == "bad" && delivery.receive_count == 1
    });
    world.put("turns", "good", 10);
    world.put("turns", "bad", 10);
    let _running = world.conductor.start();
    world.advance(600).await;

    assert_eq!(world.bodies(), ["good", "bad", "bad"]);
    let again = world.seen.lock().unwrap()[2].clone();
    assert_eq!(again.count, 2);
    assert_close(again.at, 190.0);
    assert_eq!(world.conductor.dead_letters("turns"), []);
}

#[tokio::test]
async fn five_failed_deliveries_lead_to_the_dead_letters() {
    for outcome in ["failed", "unknown id", "error", "panic"] {
        let world = World::new(QueueSpec::turns(5));
        let runs = Arc::new(AtomicUsize::new(0));
        let count = runs.clone();
        world
            .conductor
            .consume("turns", move |batch| {
                count.fetch_add(1, Ordering::SeqCst);
                async move {
                    match outcome {
                        "failed" => Ok(vec![batch[0].message_id.clone()]),
                        "unknown id" => Ok(vec!["turns-999".to_owned()]),
                        "error" => Err("no".to_owned()),
                        _ => panic!("a handler's panic"),
                    }
                }
            })
            .unwrap();
        world.put("turns", "x", 0);
        let _running = world.conductor.start();
        world.advance(3600).await;

        assert_eq!(runs.load(Ordering::SeqCst), 5, "{outcome}");
        let dead = world.conductor.dead_letters("turns");
        assert_eq!(dead.len(), 1, "{outcome}");
        assert_eq!((dead[0].body.as_str(), dead[0].receive_count), ("x", 5));
        let depth = world.conductor.depth("turns").unwrap();
        assert_eq!((depth.waiting, depth.ready, depth.running), (0, 0, 0));
    }
}

#[tokio::test]
async fn a_group_keeps_its_order_while_one_fails_and_others_go_on() {
    let world = World::new(QueueSpec::referrals(5));
    // As a FIFO handler must: the failed one and all behind it are given back.
    world.record("referrals", |delivery| {
        delivery.group.as_deref() == Some("a")
            && delivery.receive_count == 1
            && delivery.body.as_str() >= "a04"
    });
    for n in 1..=12 {
        for group in ["a", "b"] {
            world
                .conductor
                .put(
                    "referrals",
                    format!("{group}{n:02}"),
                    Duration::ZERO,
                    Some(group.to_owned()),
                )
                .unwrap();
        }
    }
    let _running = world.conductor.start();
    world.advance(3600).await;

    let seen = world.seen.lock().unwrap().clone();
    let done = |group: &str| -> Vec<String> {
        let last_of = |seen: &&Seen| {
            seen.body.starts_with(group)
                && (group == "b" || seen.count == 2 || seen.body.as_str() < "a04")
        };
        seen.iter()
            .filter(last_of)
            .map(|seen| seen.body.clone())
            .collect()
    };
    for group in ["a", "b"] {
        let expected: Vec<_> = (1..=12).map(|n| format!("{group}{n:02}")).collect();
        assert_eq!(done(group), expected);
    }
    // b did not wait for a: it was through before a's first redelivery.
    let last_b = seen.iter().rposition(|seen| seen.body.starts_with('b'));
    let again = seen.iter().position(|seen| seen.count == 2);
    assert!(last_b < again);
}

#[tokio::test]
async fn one_group_is_never_at_work_twice_and_groups_run_side_by_side() {
    let world = World::new(QueueSpec::referrals(3));
    let at_work = Arc::new(Mutex::new(Vec::<String>::new()));
    let most = Arc::new(AtomicUsize::new(0));
    let (log, peak) = (at_work.clone(), most.clone());
    world
        .conductor
        .consume("referrals", move |batch| {
            let (log, peak) = (log.clone(), peak.clone());
            async move {
                let group = batch[0].group.clone().unwrap();
                assert!(batch.iter().all(|one| one.group.as_ref() == Some(&group)));
                {
                    let mut log = log.lock().unwrap();
                    assert!(!log.contains(&group));
                    log.push(group.clone());
                    peak.fetch_max(log.len(), Ordering::SeqCst);
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
                log.lock().unwrap().retain(|other| *other != group);
                Ok(vec![])
            }
        })
        .unwrap();
    for n in 0..100 {
        let group = Some(format!("g{}", n % 4));
        let body = n.to_string();
        world
            .conductor
            .put("referrals", body, Duration::ZERO, group)
            .unwrap();
    }
    let _running = world.conductor.start();
    world.advance(1).await;

    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(world.conductor.dead_letters("referrals"), []);
    let depth = world.conductor.depth("referrals").unwrap();
    assert_eq!((depth.waiting, depth.ready, depth.running), (0, 0, 0));
}

#[tokio::test]
async fn concurrency_is_bounded_and_an_advance_waits_for_the_rest() {
    let world = World::new(QueueSpec::turns(2));
    let (now, most, done) = <(Arc<AtomicUsize>, Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
    let (inside, peak, ended) = (now.clone(), most.clone(), done.clone());
    world
        .conductor
        .consume("turns", move |_| {
            let (inside, peak, ended) = (inside.clone(), peak.clone(), ended.clone());
            async move {
                peak.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(10)).await;
                inside.fetch_sub(1, Ordering::SeqCst);
                ended.fetch_add(1, Ordering::SeqCst);
                Ok(vec![])
            }
        })
        .unwrap();
    for _ in 0..7 {
        world.put("turns", "", 30);
    }
    let _running = world.conductor.start();
    world.advance(30).await;

    assert_eq!(most.load(Ordering::SeqCst), 2);
    assert_eq!(done.load(Ordering::SeqCst), 7);
}

#[tokio::test]
async fn what_sqs_refuses_is_refused() {
    let world = World::new(QueueSpec::referrals(5));
    let put = |queue: &str, delay: u32, group: Option<&str>| {
        let group = group.map(str::to_owned);
        world
            .conductor
            .put(queue, String::new(), SECOND * delay, group)
            .unwrap_err()
    };
    assert!(matches!(put("other", 0, None), PutError::UnknownQueue(_)));
    assert!(matches!(put("referrals", 0, None), PutError::Group));
    assert!(matches!(put("referrals", 1, Some("g")), PutError::Delay(_)));
    let standard = World::new(QueueSpec::turns(5));
    let long = standard
        .conductor
        .put("turns", String::new(), SECOND * 901, None);
    assert!(matches!(long, Err(PutError::Delay(_))));
}
