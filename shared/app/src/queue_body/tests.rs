#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use domain::ids::ParticipantId;

use super::*;

const A: &str = "00000000-0000-0000-0000-00000000000a";
const B: &str = "00000000-0000-0000-0000-00000000000b";

fn id(n: u128) -> ParticipantId {
    ParticipantId(Uuid::from_u128(n))
}

#[test]
fn bodies_have_their_agreed_form_and_read_back() {
    let wake = encode(&QueueMessage::Wake).unwrap();
    assert_eq!(wake, r#"{"v":1}"#);
    decode_wake(&wake).unwrap();

    let number_id = NumberId(Uuid::from_u128(10));
    let message = QueueMessage::Turn {
        number_id,
        turn: 7,
        delay_s: 3,
    };
    let turn = encode(&message).unwrap();
    assert_eq!(turn, format!(r#"{{"v":1,"number_id":"{A}","turn":7}}"#));
    let read = decode_turn(&turn).unwrap();
    assert_eq!((read.number_id, read.turn), (number_id, 7));

    assert_eq!(decode_turns(&turn).unwrap(), TurnsJob::Turn(read));
    let check = encode(&QueueMessage::Check {
        number_id,
        revision: 4,
    })
    .unwrap();
    assert_eq!(check, format!(r#"{{"v":1,"number_id":"{A}","check":4}}"#));
    let TurnsJob::Check(read) = decode_turns(&check).unwrap() else {
        panic!("it is a check");
    };
    assert_eq!((read.number_id, read.check), (number_id, 4));
    assert!(decode_turn(&check).is_err());

    let sequence = ReferralJob::Sequence {
        participant_id: id(10),
        referrer_id: id(11),
    };
    let body = encode(&QueueMessage::Referral(sequence.clone())).unwrap();
    let text = format!(r#"{{"v":1,"job":"sequence","participant_id":"{A}","referrer_id":"{B}"}}"#);
    assert_eq!(body, text);
    assert_eq!(decode_referral(&body).unwrap().job, sequence);

    let adopt = ReferralJob::Adopt {
        referrer_id: id(11),
    };
    let body = encode(&QueueMessage::Referral(adopt.clone())).unwrap();
    assert_eq!(
        body,
        format!(r#"{{"v":1,"job":"adopt","referrer_id":"{B}"}}"#)
    );
    assert_eq!(decode_referral(&body).unwrap().job, adopt);

    let campaign = CampaignId(Uuid::from_u128(10));
    let body = encode(&QueueMessage::Expand { campaign }).unwrap();
    assert_eq!(body, format!(r#"{{"v":1,"campaign":"{A}"}}"#));
    let job = CampaignsJob::Expand(campaign);
    assert_eq!(decode_campaigns(&body).unwrap(), job);
    let body = encode(&QueueMessage::Reconcile).unwrap();
    assert_eq!(body, r#"{"v":1,"reconcile":true}"#);
    assert_eq!(decode_campaigns(&body).unwrap(), CampaignsJob::Reconcile);

    let job = Job {
        kind: JobKind::FollowUp,
        id: Uuid::from_u128(10),
    };
    let body = encode_job(job).unwrap();
    assert_eq!(body, format!(r#"{{"v":1,"kind":"follow_up","id":"{A}"}}"#));
    let begun = CampaignsJob::Begin(job);
    assert_eq!(decode_campaigns(&body).unwrap(), begun);
}

#[test]
fn what_was_put_aside_reads_back_with_and_without_its_number() {
    for number_id in [None, Some(NumberId(Uuid::from_u128(11)))] {
        let aside = Aside {
            id: Uuid::from_u128(10),
            number_id,
            received_at: Timestamp::UNIX_EPOCH,
            sealed: vec![0xfb, 0xff, 0x00],
        };
        let body = encode(&QueueMessage::Inbound(aside.clone())).unwrap();
        let number = number_id.map_or(String::new(), |_| format!(r#""number_id":"{B}","#));
        let text = format!(
            r#"{{"v":1,"id":"{A}",{number}"received_at":"1970-01-01T00:00:00Z","sealed":"+/8A"}}"#
        );
        assert_eq!(body, text);
        assert_eq!(decode_inbound(&body).unwrap(), aside);
    }
    for body in [
        format!(r#"{{"v":1,"id":"{A}","received_at":"1970-01-01T00:00:00Z","sealed":"?"}}"#),
        format!(r#"{{"v":1,"id":"{A}","received_at":"1970-01-01T00:00:00Z"}}"#),
        format!(
            r#"{{"v":1,"id":"{A}","received_at":"1970-01-01T00:00:00Z","sealed":"","text":"x"}}"#
        ),
        format!(r#"{{"v":1,"id":"{A}","sealed":""}}"#),
    ] {
        let error = decode_inbound(&body).unwrap_err();
        let is_named = matches!(
            error,
            QueueBodyError::Unreadable {
                queue: "inbound",
                ..
            }
        );
        assert!(is_named, "{body}");
    }
}

#[test]
fn another_version_is_named_before_its_fields_are_judged() {
    let error = decode_turn(r#"{"v":2,"new":true}"#).unwrap_err();
    assert_eq!(
        error,
        QueueBodyError::UnknownVersion {
            queue: "turns",
            version: 2
        }
    );
    assert_eq!(
        error.to_string(),
        "a body of queue turns has version 2, not 1"
    );
}

#[test]
fn strange_bodies_are_refused_without_being_quoted() {
    let turn = format!(r#"{{"v":1,"number_id":"{A}","turn":7"#);
    for body in [
        String::new(),
        "Halo 6281562726272".to_owned(),
        "[]".to_owned(),
        r#"{"number_id":"x"}"#.to_owned(),
        r#"{"v":"1"}"#.to_owned(),
        r#"{"v":1}"#.to_owned(),
        r#"{"v":1,"number_id":"6281562726272","turn":7}"#.to_owned(),
        turn.clone(),
        format!(r#"{turn},"text":"Halo 6281562726272"}}"#),
    ] {
        assert!(decode_turns(&body).is_err());
        let error = decode_turn(&body).unwrap_err();
        assert!(
            matches!(error, QueueBodyError::Unreadable { queue: "turns", .. }),
            "{body}"
        );
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("62815") && !shown.contains("Halo"),
            "{shown}"
        );
    }
    assert!(decode_wake(r#"{"v":1,"x":1}"#).is_err());
    for body in [
        r#"{"v":1,"job":"dance"}"#.to_owned(),
        format!(r#"{{"v":1,"job":"adopt","referrer_id":"{A}","x":1}}"#),
        format!(r#"{{"v":1,"job":"sequence","referrer_id":"{A}"}}"#),
    ] {
        assert!(decode_referral(&body).is_err(), "{body}");
    }
    for body in [
        r#"{"v":1}"#.to_owned(),
        r#"{"v":1,"reconcile":false}"#.to_owned(),
        r#"{"v":1,"campaign":"6281562726272"}"#.to_owned(),
        format!(r#"{{"v":1,"campaign":"{A}","reconcile":true}}"#),
    ] {
        assert!(decode_campaigns(&body).is_err(), "{body}");
    }
    for body in [
        r#"{"v":1,"kind":"reminder","id":"6281562726272"}"#.to_owned(),
        format!(r#"{{"v":1,"kind":"dance","id":"{A}"}}"#),
        format!(r#"{{"v":1,"kind":"reminder","id":"{A}","x":1}}"#),
    ] {
        assert!(decode_campaigns(&body).is_err(), "{body}");
    }
}
