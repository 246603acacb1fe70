//! What the overview says waits for a person.

use app::numbers::set_paused;
use tests::Town;

#[tokio::test(flavor = "multi_thread")]
async fn reminders_that_no_number_can_send_in_time_are_a_problem_until_one_can() {
    let town = Town::open_on("2026-11-24 10:00").await;
    town.crowd(3).await;
    town.advance(60).await;
    town.plan_event("Sosialisasi", "2026-11-24 14:00").await;
    let panel = town.sign_in("viewer").await;
    let at_risk = async || panel.get("overview").await["problems"]["reminders_at_risk"].clone();
    assert_eq!(at_risk().await, 0, "none is decided yet");
    for number in [1, 2, 3] {
        let id = town.number_id(number).await;
        set_paused(&town.cloud.app, id, true).await.expect("known");
    }
    town.advance_to("13:05").await;
    assert_eq!(at_risk().await, 3);
    let id = town.number_id(2).await;
    set_paused(&town.cloud.app, id, false).await.expect("known");
    town.advance(6).await;
    assert_eq!(at_risk().await, 0);
    town.advance(60).await;
    assert_eq!(at_risk().await, 0);
    assert_eq!(town.count_rows("reminder", "sent", "accepted").await, 3);
}
