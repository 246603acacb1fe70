use super::*;

#[tokio::test]
async fn an_accepted_message_is_answered_ok_and_kept() {
    let simulator = simulator(None).await;
    assert_eq!(
        send(&simulator, "key-1", "Halo 👋\nBapak").await,
        (200, "OK".to_owned())
    );

    let received = simulator.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].number.as_str(), FIRST);
    assert_eq!(received[0].to.as_str(), PERSON);
    assert_eq!(received[0].text, "Halo 👋\nBapak");
    assert!(received[0].arrived.elapsed() < Duration::from_secs(5));
    assert_eq!(simulator.messages(Some(&phone(PERSON))).len(), 1);
    assert_eq!(simulator.numbers()[0].sent, 1);
}

#[tokio::test]
async fn bad_requests_get_the_documented_errors_and_leave_nothing() {
    let simulator = simulator(None).await;
    let to = &PERSON[1..];
    let cases = [
        (400, "no JSON".to_owned()),
        (400, json!([1]).to_string()),
        (400, json!({ "phone": to, "text": "x" }).to_string()),
        (
            404,
            json!({ "api_key": "wrong", "phone": to, "text": "x" }).to_string(),
        ),
        (400, json!({ "api_key": "key-1", "text": "x" }).to_string()),
        (
            400,
            json!({ "api_key": "key-1", "phone": PERSON, "text": "x" }).to_string(),
        ),
        (
            400,
            json!({ "api_key": "key-1", "phone": "081", "text": "x" }).to_string(),
        ),
        (400, json!({ "api_key": "key-1", "phone": to }).to_string()),
        (
            400,
            json!({ "api_key": "key-1", "phone": 62, "text": "x" }).to_string(),
        ),
    ];
    for (status, body) in cases {
        let (answered, text) = post(&simulator, "key-1", &body).await.unwrap();
        assert_eq!(answered, status, "{body}");
        let error: Value = serde_json::from_str(&text).unwrap();
        assert!(error["error"].is_string(), "{text}");
    }
    assert_eq!(send(&simulator, "wrong", "x").await.0, 404);
    assert!(simulator.received().is_empty() && simulator.messages(None).is_empty());
}

#[tokio::test]
async fn an_invalid_key_is_404_until_the_mode_changes() {
    let simulator = simulator(None).await;
    simulator
        .set_mode(&phone(FIRST), Mode::InvalidKey)
        .await
        .unwrap();
    assert_eq!(send(&simulator, "key-1", "x").await.0, 404);
    assert_eq!(send(&simulator, "key-2", "x").await.0, 200);
    simulator.set_mode(&phone(FIRST), Mode::Ok).await.unwrap();
    assert_eq!(send(&simulator, "key-1", "x").await.0, 200);
}

#[tokio::test]
async fn refused_is_a_refused_connection_and_the_port_comes_back() {
    let simulator = simulator(None).await;
    let url = simulator.url_of("key-1");
    for _ in 0..3 {
        assert_eq!(send(&simulator, "key-1", "x").await.0, 200);
        simulator
            .set_mode(&phone(FIRST), Mode::Refused)
            .await
            .unwrap();
        let error = post(&simulator, "key-1", "{}").await.unwrap_err();
        assert!(error.is_connect());
        assert_eq!(send(&simulator, "key-2", "x").await.0, 200);
        simulator.set_mode(&phone(FIRST), Mode::Ok).await.unwrap();
    }
    assert_eq!(simulator.url_of("key-1"), url);
}

#[tokio::test]
async fn a_kept_alive_connection_does_not_outlive_the_port() {
    let simulator = simulator(None).await;
    let client = reqwest::Client::new();
    let url = format!("{}/send", simulator.url_of("key-1"));
    let body = json!({ "api_key": "key-1", "phone": &PERSON[1..], "text": "x" }).to_string();
    client.post(&url).body(body.clone()).send().await.unwrap();
    simulator
        .set_mode(&phone(FIRST), Mode::Refused)
        .await
        .unwrap();
    let error = client.post(&url).body(body).send().await.unwrap_err();
    assert!(error.is_connect());
}

#[tokio::test]
async fn timeout_after_delivers_and_never_answers() {
    let simulator = simulator(None).await;
    simulator
        .set_mode(&phone(FIRST), Mode::TimeoutAfter)
        .await
        .unwrap();
    let body = json!({ "api_key": "key-1", "phone": &PERSON[1..], "text": "x" }).to_string();
    let error = post(&simulator, "key-1", &body).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(simulator.received().len(), 1);
    // The one that went away is not in flight any more.
    simulator.set_mode(&phone(FIRST), Mode::Ok).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(send(&simulator, "key-1", "y").await.0, 200);
    assert_eq!(simulator.most_in_flight(&phone(FIRST)), Some(1));
}

/// The status, with what came of the body; none if no answer came in time.
async fn tried(simulator: &Simulator) -> (Option<u16>, Option<usize>) {
    let body = json!({ "api_key": "key-1", "phone": &PERSON[1..], "text": "x" }).to_string();
    let client = reqwest::Client::builder()
        .timeout(Duration::from_millis(700))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let url = format!("{}/send", simulator.url_of("key-1"));
    match client.post(url).body(body).send().await {
        Err(_) => (None, None),
        Ok(answer) => {
            let status = answer.status().as_u16();
            (
                Some(status),
                answer.bytes().await.ok().map(|body| body.len()),
            )
        }
    }
}

#[tokio::test]
async fn each_mode_answers_and_delivers_as_it_says() {
    let expected = [
        (Mode::Ok, Some(200), Some(2)),
        (Mode::Slow, Some(200), Some(2)),
        (Mode::OddBody, Some(200), Some(21)),
        (Mode::HugeBody, Some(200), Some(1 << 20)),
        (Mode::SlowDrip, Some(200), None),
        (Mode::InvalidKey, Some(404), Some(29)),
        (Mode::BadRecipient, Some(400), Some(37)),
        (Mode::RateLimited, Some(429), Some(9)),
        (Mode::NotAccepted500, Some(500), Some(34)),
        (Mode::Accepted500, Some(500), Some(21)),
        (Mode::BadGateway, Some(502), Some(24)),
        (Mode::Truncated, Some(500), None),
        (Mode::Redirect, Some(302), Some(0)),
        (Mode::Refused, None, None),
        (Mode::TimeoutBefore, None, None),
        (Mode::TimeoutAfter, None, None),
    ];
    assert_eq!(expected.map(|(mode, ..)| mode), Mode::ALL);
    for (mode, status, length) in expected {
        let simulator = simulator(None).await;
        simulator.set_mode(&phone(FIRST), mode).await.unwrap();
        assert_eq!(tried(&simulator).await, (status, length), "{mode:?}");
        let copies = usize::from(mode.delivers());
        assert_eq!(simulator.messages(None).len(), copies, "{mode:?}");
    }
}

#[tokio::test]
async fn lists_are_for_whoever_has_a_valid_key_and_follow_the_mode() {
    let simulator = simulator(None).await;
    let url = format!("{}/lists/", simulator.url_of("key-1"));
    let ask = async |key: &str| {
        let request = reqwest::Client::new().get(&url).header("api-key", key);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask("key-1").await, 200);
    assert_eq!(ask("wrong").await, 404);
    for (mode, status) in [(Mode::InvalidKey, 404), (Mode::NotAccepted500, 500)] {
        simulator.set_mode(&phone(FIRST), mode).await.unwrap();
        assert_eq!(ask("key-1").await, status);
    }
    assert!(simulator.messages(None).is_empty());
    assert_eq!(
        simulator.asked(&phone(FIRST)),
        Some(Asked { sends: 0, lists: 3 })
    );
}

#[tokio::test]
async fn requests_at_once_are_noticed() {
    let simulator = simulator(None).await;
    simulator
        .set_mode(&phone(FIRST), Mode::TimeoutAfter)
        .await
        .unwrap();
    let body = json!({ "api_key": "key-1", "phone": &PERSON[1..], "text": "x" }).to_string();
    let both = tokio::join!(
        post(&simulator, "key-1", &body),
        post(&simulator, "key-1", &body)
    );
    assert!(both.0.is_err() && both.1.is_err());
    assert_eq!(simulator.most_in_flight(&phone(FIRST)), Some(2));
    assert_eq!(simulator.most_in_flight(&phone(SECOND)), Some(0));
}

#[tokio::test]
async fn chats_are_on_disk_when_the_answer_comes_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = simulator(Some(folder.path())).await;
    for text in ["satu", "dua"] {
        send(&first, "key-1", text).await;
    }
    first.reply(&written(PERSON, FIRST, "STOP")).await.unwrap();
    // The first one still runs: as after kill -9, nothing was flushed or closed.
    let second = simulator(Some(folder.path())).await;
    let texts: Vec<_> = second
        .messages(None)
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(texts, ["satu", "dua", "STOP"]);
    assert_eq!(second.numbers()[0].sent, 2);
    assert!(second.received().is_empty());
}

#[tokio::test]
async fn a_cut_off_last_line_was_never_accepted_but_a_bad_line_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("simulator.jsonl");
    send(&simulator(Some(folder.path())).await, "key-1", "satu").await;
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{whole}{{\"from\":\"+62")).unwrap();
    let again = simulator(Some(folder.path())).await;
    send(&again, "key-1", "dua").await;
    assert_eq!(simulator(Some(folder.path())).await.messages(None).len(), 2);

    std::fs::write(&file, format!("nothing\n{whole}")).unwrap();
    let clock = Arc::new(VirtualClock::in_memory());
    let Err(error) = Simulator::start(Some(folder.path()), Vec::new(), clock).await else {
        panic!("the bad line was skipped");
    };
    assert!(error.to_string().starts_with("line 1 of the chats file"));
}
