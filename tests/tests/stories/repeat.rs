//! The same number again, and people who asked for silence.

use tests::{Person, Town};

async fn registered_yesterday(town: &Town) -> Person {
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(24 * 3_600).await;
    assert_eq!(town.chat(&person).await.len(), 1);
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_number_on_the_same_day_gets_the_same_answer_and_nothing_else() {
    let town = Town::open_at("10:00").await;
    let person = Person::nth(1);
    let first = town.register(&person).await;
    town.advance(60).await;
    let items = town.items("participants").await.len();
    let again = Person {
        name: "Nama Lain".to_owned(),
        city: "Medan".to_owned(),
        phone: "+62 812 1000 0001".to_owned(),
        ..person.clone()
    };
    for form in [&person, &again] {
        let answer = town.register(form).await;
        assert_eq!(answer.status, first.status);
        assert_eq!(answer.text, first.text);
    }
    town.advance_to("23:59").await;
    assert_eq!(town.items("participants").await.len(), items);
    assert_eq!(town.rows().await.len(), 1);
    assert_eq!(town.chat(&person).await.len(), 1);
    let kept = &town.participants().await[0];
    assert_eq!(tests::word(kept, "name"), Some("Budi Santoso"));
    assert_eq!(tests::word(kept, "city"), Some("Bogor"));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_later_day_the_link_comes_again_once_that_day_however_often_it_is_asked_for() {
    let town = Town::open_at("10:00").await;
    let person = registered_yesterday(&town).await;
    let five = vec![person.clone(); 5];
    town.all_register(&five).await;
    town.advance(60).await;
    let chat = town.chat(&person).await;
    assert_eq!(chat.len(), 2);
    assert_eq!(
        chat[1].text,
        "Halo Bapak Budi Santoso! 👋\n\
         Nomor ini sudah terdaftar di Program Socialpreneur.\n\n\
         🔗 Link referral Anda: www.webdonasi.com/ref=081210000001\n\n\
         Bagikan link ini ke teman Anda agar mereka juga bisa ikut sosialisasi!\n\
         Balas STOP untuk berhenti."
    );
    town.advance(3_600).await;
    town.all_register(&five).await;
    town.advance(600).await;
    assert_eq!(town.log_of(&person, "link").await.len(), 1);
    assert_eq!(town.chat(&person).await.len(), 2);

    // The day changes at midnight in WIB.
    town.advance_to("00:00").await;
    town.all_register(&five).await;
    town.advance(60).await;
    assert_eq!(town.log_of(&person, "link").await.len(), 2);
    assert_eq!(town.chat(&person).await.len(), 3);
    assert_eq!(town.participants().await.len(), 1);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_suppressed_gets_no_welcome_and_the_row_says_why() {
    let town = Town::open_at("10:00").await;
    let person = Person::nth(1);
    town.silence(&person).await;
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(3_600).await;
    assert_eq!(town.state_of(&person, "welcome").await, "failed/suppressed");
    assert!(town.all_messages().await.is_empty());
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_stopped_yesterday_gets_no_link_today() {
    let town = Town::open_at("10:00").await;
    let person = registered_yesterday(&town).await;
    town.silence(&person).await;
    let first = town.register(&person).await;
    assert_eq!(first.status, 201, "the answer tells nothing");
    town.advance(3_600).await;
    assert_eq!(town.state_of(&person, "link").await, "failed/suppressed");
    assert_eq!(town.chat(&person).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_while_messages_wait_gets_none_of_them_and_others_get_theirs() {
    let town = Town::open_at("20:00").await;
    let referrer = Person::nth(0);
    let other = Person::nth(1);
    town.all_register(&[referrer.clone(), other.clone()]).await;
    town.advance(60).await;
    let invitees = [
        Person::nth(2).invited_by(&referrer),
        Person::nth(3).invited_by(&referrer),
        Person::nth(4).invited_by(&other),
    ];
    town.all_register(&invitees).await;
    town.advance_to("08:00").await;
    town.silence(&referrer).await;
    town.advance_to("09:30").await;

    assert_eq!(town.chat(&referrer).await.len(), 1, "the welcome of before");
    let rows = town.log_of(&referrer, "referrer_alert").await;
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!(tests::state(row), "failed/suppressed");
    }
    assert_eq!(town.chat(&other).await.len(), 2);
    assert_eq!(town.places_given_by(&referrer).await, [1, 2]);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cap_is_used_up_by_messages_that_were_not_sent() {
    let town = Town::open_at("10:00").await;
    for number in 1..=3 {
        town.limit(number, (2, 5), 1, 4_800).await;
    }
    let silent: Vec<Person> = (1..=20).map(Person::nth).collect();
    for person in &silent {
        town.silence(person).await;
    }
    town.all_register(&silent).await;
    town.advance(120).await;
    let heard: Vec<Person> = (30..33).map(Person::nth).collect();
    town.all_register(&heard).await;
    town.advance(120).await;
    for person in &heard {
        assert_eq!(town.chat(person).await.len(), 1);
    }
    assert_eq!(town.all_messages().await.len(), 3);
    assert_eq!(town.count_rows("welcome", "failed", "suppressed").await, 20);
}
