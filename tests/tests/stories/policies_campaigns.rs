//! What campaigns make the functions do, for the comparison with the policies.

use app::campaign::{cancel_campaign, open_campaign};
use app::settings::save_template;
use domain::audience::{Audience, Segment};
use domain::campaign::{Hold, Phase};
use jiff::SignedDuration;
use local::simulator::Mode;
use tests::{Person, Town};

/// Broadcasts that are sent, that fail, that end: one after the other, at noon.
pub(crate) async fn play(town: &Town) {
    town.advance_to("12:00").await;
    let people: Vec<Person> = (2_000..2_040).map(Person::nth).collect();
    town.populate(&people, None).await;
    let app = &town.cloud.app;
    let own = vec!["Halo {name}.".to_owned()];
    save_template(app, "broadcast/kabar-baik", own)
        .await
        .unwrap();
    let only = Audience::Segment(Segment {
        cities: ["bogor".to_owned()].into(),
        registered_from: Some(domain::zone::wib_day(town.now())),
        ..Segment::default()
    });
    let of = |n| {
        let mut new = town.broadcast(n);
        new.audience = only.clone();
        new
    };
    // The tick opens its lanes, and sees that it is done.
    let mut later = of(1);
    later.not_before += SignedDuration::from_mins(10);
    open_campaign(app, &later).await.unwrap();
    town.advance(1_800).await;
    assert_eq!(town.campaign(later.id).await.status.phase, Phase::Done);
    // The sender pauses it; an admin gives it up.
    for number in 1..=3 {
        town.set_mode(number, Mode::BadRecipient).await;
    }
    let failing = of(2);
    open_campaign(app, &failing).await.unwrap();
    town.advance(300).await;
    let status = town.campaign(failing.id).await.status;
    assert_eq!(status.hold, Some(Hold::Failures));
    for number in 1..=3 {
        town.set_mode(number, Mode::Ok).await;
    }
    cancel_campaign(app, failing.id, "admin").await.unwrap();
    town.advance(300).await;
    assert_eq!(town.campaign(failing.id).await.status.phase, Phase::Closed);
    // Everybody, found month by month.
    let mut all = town.broadcast(3);
    all.expires_at = all.not_before + SignedDuration::from_mins(1);
    open_campaign(app, &all).await.unwrap();
    town.advance(400).await;
    assert_eq!(town.campaign(all.id).await.status.phase, Phase::Closed);
}
