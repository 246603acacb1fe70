//! Least privilege: each role allows exactly what its function was seen to do.

use std::collections::{BTreeMap, BTreeSet};

use app::campaign::{cancel_campaign, open_campaign};
use app::numbers::{NumberEntry, add_number};
use app::settings::save_control;
use domain::audience::{Audience, Segment};
use domain::campaign::NewCampaign;
use domain::ids::CampaignId;
use domain::number::Limits;
use domain::phone::Phone;
use domain::settings::Control;
use jiff::SignedDuration;
use local::simulator::NumberSetup;
use serde_json::Value;
use store::GatewayKey;
use tests::events::at_time;
use tests::{Person, Town, state, story, word};
use uuid::Uuid;
use zeroize::Zeroizing;

#[path = "../template/project.rs"]
#[allow(dead_code, reason = "shared with the template test")]
mod project;

use project::{Project, resources, target};

/// `sender dynamodb:Query pace`.
type Permission = (String, String, String);

/// What no story reaches, and why it is allowed nevertheless.
const UNREACHED: [(&str, &str, &str, &str); 6] = [
    (
        "admin",
        "dynamodb:PutItem",
        "keyring",
        "it may be the first to start in a new month, and then makes that month's key",
    ),
    (
        "admin",
        "kms:GenerateDataKey",
        "field key",
        "it may be the first to start in a new month, and then makes that month's key",
    ),
    (
        "projector",
        "sqs:SendMessage",
        "uncounteddlq",
        "the event source sends there under the function's role what could not be counted",
    ),
    (
        "webhook",
        "dynamodb:PutItem",
        "keyring",
        "it may be the first at work in a new month, and then makes that month's key",
    ),
    (
        "sender",
        "dynamodb:PutItem",
        "keyring",
        "it may be the first to start in a new month, and then makes that month's key",
    ),
    (
        "sender",
        "kms:GenerateDataKey",
        "field key",
        "it may be the first to start in a new month, and then makes that month's key",
    ),
];

/// What is allowed for keys that begin so alone.
const BY_KEY: [(&str, &str, &str, &[&str]); 3] = [
    (
        "portal",
        "dynamodb:GetItem",
        "keyring",
        &["index-1", "origin"],
    ),
    ("projector", "dynamodb:DeleteItem", "participants", &["W#*"]),
    ("projector", "dynamodb:UpdateItem", "participants", &["W#*"]),
];

/// The actions that the calls are compared in; logs and receiving are the platform's.
fn is_compared(action: &str) -> bool {
    let compared = ["cognito-idp:", "dynamodb:", "kms:", "scheduler:"];
    let receiving = [
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ];
    if receiving.contains(&action) {
        return false;
    }
    compared.iter().any(|service| action.starts_with(service)) || action == "sqs:SendMessage"
}

fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        single => vec![single],
    }
}

/// The name under which calls know a resource.
fn name_of(resource: &Value) -> String {
    if resource == "*" {
        return "*".to_owned();
    }
    if let Some(table) = resource["Fn::Sub"].as_str() {
        if table.ends_with(":schedule/${Jobs}/*") {
            return "jobs".to_owned();
        }
        let name = table.strip_prefix("${TablesArn}-");
        return name
            .unwrap_or_else(|| panic!("{table} is no table"))
            .to_owned();
    }
    match target(resource).expect("a resource of the stack") {
        "FieldKeyArn" => "field key".to_owned(),
        queue => queue.trim_end_matches("Arn").to_lowercase(),
    }
}

/// The keys that a statement is bound to; all if it is to none.
fn keys_of(statement: &Value) -> BTreeSet<String> {
    let operators = statement["Condition"].as_object();
    let operators = operators.into_iter().flat_map(|all| all.values());
    let keys = operators.flat_map(|operator| each(&operator["dynamodb:LeadingKeys"]));
    let keys: BTreeSet<String> = keys.filter_map(Value::as_str).map(str::to_owned).collect();
    if keys.is_empty() {
        ["*".to_owned()].into()
    } else {
        keys
    }
}

/// What the templates allow, and for which keys.
fn allowed() -> BTreeMap<Permission, BTreeSet<String>> {
    let project = Project::load();
    let mut allowed: BTreeMap<Permission, BTreeSet<String>> = BTreeMap::new();
    for (template, _, function) in project.of_type("AWS::Serverless::Function") {
        let properties = &function["Properties"];
        let code = properties["CodeUri"].as_str().unwrap();
        let name = code.trim_end_matches('/').rsplit('/').next().unwrap();
        let role = &resources(template)[target(&properties["Role"]).unwrap()];
        for policy in each(&role["Properties"]["Policies"]) {
            for statement in each(&policy["PolicyDocument"]["Statement"]) {
                assert_eq!(statement["Effect"], "Allow");
                let actions = each(&statement["Action"]).into_iter();
                for action in actions
                    .filter_map(Value::as_str)
                    .filter(|one| is_compared(one))
                {
                    for resource in each(&statement["Resource"]) {
                        let resource = name_of(resource);
                        let permission = (name.to_owned(), action.to_owned(), resource);
                        let keys = allowed.entry(permission).or_default();
                        keys.extend(keys_of(statement));
                    }
                }
            }
        }
    }
    allowed
}

fn called(town: &Town) -> BTreeSet<Permission> {
    let calls = town.cloud.calls.all().into_iter();
    calls
        .filter(|call| call.function != "tools")
        .map(|call| (call.function.to_owned(), call.action, call.resource))
        .collect()
}

/// Each permission that is bound to keys is, to these and no others, and is used for these alone.
fn keys_are_bound(town: &Town, allowed: &BTreeMap<Permission, BTreeSet<String>>) {
    let bound = allowed.iter().filter(|(_, keys)| !keys.contains("*"));
    let bound: BTreeMap<_, _> = bound.collect();
    let expected = BY_KEY.iter().map(|(function, action, resource, keys)| {
        let words = [*function, *action, *resource].map(str::to_owned);
        let keys: BTreeSet<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        (words.into(), keys)
    });
    let expected: BTreeMap<Permission, BTreeSet<String>> = expected.collect();
    assert_eq!(bound, expected.iter().collect());
    for (call, key) in town.cloud.calls.keys() {
        let permission = (call.function.to_owned(), call.action, call.resource);
        if let Some(keys) = expected.get(&permission) {
            let fits = keys.iter().any(|known| match known.strip_suffix('*') {
                Some(start) => key.starts_with(start),
                None => key == *known,
            });
            assert!(fits, "{permission:?} of {key}");
        }
    }
}

/// More people than one job credits named a number before it registered.
async fn crowd(town: &Town) {
    let referrer = Person::nth(800);
    for n in 801..=901 {
        let early = Person::nth(n).invited_by(&referrer);
        assert_eq!(town.register(&early).await.status, 201);
    }
    town.register(&referrer).await;
    town.advance(300).await;
    assert_eq!(town.places_given_by(&referrer).await.len(), 101);
}

/// A number of lower priority helps out while better ones are busy.
async fn helper(town: &Town) {
    let setup = NumberSetup {
        phone: "+6281100000004".parse().unwrap(),
        label: "Nomor 4".to_owned(),
        api_key: "simulated-key-4".to_owned(),
    };
    town.cloud.simulator.add_number(setup).await.unwrap();
    let app = &town.cloud.app;
    let entry = NumberEntry {
        label: "Nomor 4".to_owned(),
        phone: Phone::parse("+6281100000004").unwrap(),
        api_key: GatewayKey(Zeroizing::new("simulated-key-4".to_owned())),
        priority: 2,
        in_use_since: app.now(),
        limits: Limits::new(2, 5, 600, 4_800).unwrap(),
    };
    add_number(app, entry).await.unwrap();
    town.advance_to("12:00").await;
    for n in 910..940 {
        town.register(&Person::nth(n)).await;
    }
    town.advance(300).await;
    assert_eq!(
        town.count_rows("welcome", "queued", "waiting_number").await,
        0
    );
}

/// Queue messages are lost, and the tick brings everything back; what is too late for that ends.
async fn losses(town: &Town) {
    let referrer = Person::nth(700);
    town.register(&referrer).await;
    town.advance(60).await;
    town.cloud.queue.lose(&["wake", "turns", "referrals"]);
    town.register(&Person::nth(701).invited_by(&referrer)).await;
    town.advance(240).await;
    town.cloud.queue.lose(&[]);
    town.advance(300).await;
    assert_eq!(town.chat(&referrer).await.len(), 2);

    // A worker was lost between the row that carried a list and one that it carried.
    let alerts = town.log_of(&Person::nth(100), "referrer_alert").await;
    let grouped = alerts.iter().find(|row| state(row) == "sent/grouped");
    let grouped = grouped.expect("a row that another carried");
    let token = word(grouped, "token").expect("a token");
    town.lose_worker(grouped, token).await;
    town.register(&Person::nth(703)).await;
    town.advance(120).await;

    let app = &town.cloud.app;
    let stopped = Control {
        all_stopped: true,
        ..Control::default()
    };
    save_control(app, &stopped).await.unwrap();
    town.register(&Person::nth(702)).await;
    crowd(town).await;
    town.advance(73 * 3_600).await;
    save_control(app, &Control::default()).await.unwrap();
    // Those of the crowd, one more, and one that the ceiling held.
    assert_eq!(town.count_rows("welcome", "failed", "expired").await, 104);
}

/// Events and broadcasts: what is planned is begun, moved, called off and reconciled by night; one
/// that nobody arranged is found.
async fn events(town: &Town) {
    let app = &town.cloud.app;
    town.advance_to("08:00").await;
    let at = |hours: i64| (town.now() + SignedDuration::from_hours(hours)).to_string();
    let event = town.plan_event("Sosialisasi", &at(5)).await;
    town.advance(180).await;
    let link = town.link_of(&event, &Person::nth(100)).await;
    assert_eq!(town.open_link(&link).await.status, 302);
    assert_eq!(town.open_link("/j/x").await.status, 404);
    let file = format!("/api/events/{}.ics", event.id);
    assert_eq!(town.get(&file).await.status, 200);
    let lost = town.plan_event("Hilang", &at(40)).await;
    let other = at_time(&at(44)).check(Some(&lost.details()), town.now());
    let mut moved = lost.changed(other.unwrap(), town.now());
    moved.superseded.push(CampaignId(Uuid::from_u128(1)));
    assert!(app.store.save_event(&moved).await.unwrap());
    town.advance(5 * 3_600).await;
    assert!(town.count_rows("reminder", "sent", "accepted").await > 0);
    let broadcast = town.broadcast(1);
    let in_bogor = NewCampaign {
        audience: Audience::Segment(Segment {
            cities: ["bogor".to_owned()].into(),
            ..Segment::default()
        }),
        ..broadcast
    };
    open_campaign(app, &in_bogor).await.unwrap();
    town.advance(600).await;
    // Another one is given up before its time.
    let later = NewCampaign {
        not_before: town.now() + SignedDuration::from_hours(1),
        ..town.broadcast(2)
    };
    open_campaign(app, &later).await.unwrap();
    town.advance(60).await;
    cancel_campaign(app, later.id, "admin").await.unwrap();
    town.advance(40 * 3_600).await;
    let follow_ups = town.count_rows("follow_up", "sent", "accepted").await;
    assert!(follow_ups > 0, "{}", event.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_allows_what_its_function_does_and_nothing_else() {
    let town = Town::open_impatient_at("12:00").await;
    story::play(&town).await;
    losses(&town).await;
    helper(&town).await;
    events(&town).await;
    town.cloud.streams.recount().await.unwrap();
    let bound = allowed();
    keys_are_bound(&town, &bound);
    let allowed: BTreeSet<Permission> = bound.into_keys().collect();
    let called = called(&town);
    let denied: Vec<_> = called.difference(&allowed).collect();
    assert!(denied.is_empty(), "called, but not allowed: {denied:#?}");

    let unreached: BTreeSet<Permission> = UNREACHED
        .iter()
        .map(|(function, action, resource, _)| {
            (
                (*function).to_owned(),
                (*action).to_owned(),
                (*resource).to_owned(),
            )
        })
        .collect();
    let unused: BTreeSet<_> = allowed.difference(&called).cloned().collect();
    assert_eq!(unused, unreached, "left: allowed, but never called");
    for function in [
        "admin",
        "registration",
        "referral",
        "dispatcher",
        "sender",
        "webhook",
        "campaign",
        "portal",
        "projector",
    ] {
        let calls = called.iter().filter(|(name, ..)| name == function).count();
        assert!(calls > 4, "{function}: {calls} calls were seen");
    }
}
