//! One message that tells a referrer of several new participants (requirement N1): one row carries
//! the others.

use domain::alert_group::{Line, MemberFate, list};
use domain::ids::ParticipantId;
use domain::message::{Claim, DueMessage, Failure, State};
use domain::participant::Participant;
use domain::reaction::AfterMessage;
use domain::settings::AlertPhone;
use domain::template::{Placeholder, SystemTemplate};
use jiff::Timestamp;
use store::{Chain, GroupFacts, Member, Record, Slot, StoreError, Subject};

use super::Held;
use super::gate::Alert;
use super::render::{Rendered, person_vars, sees_in_full, text_of};
use super::verdict::Ready;
use crate::context::App;
use crate::failpoint::Failpoint;

/// The list of a single group has its own text.
const TEMPLATE: SystemTemplate = SystemTemplate::ReferrerAlertGroup;

fn claim_of(held: Held) -> Claim {
    Claim {
        token: held.token,
        number_id: held.number_id,
    }
}

/// Claims the members together with the slot and makes the text. False if somebody else was first.
pub(super) async fn claim(
    app: &App,
    held: Held,
    carrier: &DueMessage,
    alert: &Alert,
    slot: &Slot,
    members: Vec<Member>,
    ready: &mut Ready,
) -> Result<bool, StoreError> {
    let claim = claim_of(held);
    let claimed = app
        .store
        .claim_group(slot, carrier, members, claim, app.now())
        .await?;
    let Some(members) = claimed else {
        return Ok(false);
    };
    Failpoint::GroupClaimed.reach();
    let subjects: Vec<ParticipantId> = members.iter().map(|member| member.subject).collect();
    let facts = app.store.group_facts(&subjects, TEMPLATE.name()).await?;
    let mut lines = vec![line_about(alert, &subject_of(alert))];
    let mut left_out = Vec::new();
    for member in members {
        // It waited while a stop held that was lifted since.
        if alert.suppression.forbids(member.message.cause_at) {
            let end = MemberFate::Ends(State::Failed(Failure::Suppressed));
            left_out.push((member.message, end));
            continue;
        }
        match facts.subjects.get(&member.subject) {
            Some(Ok(subject)) => {
                lines.push(line_about(alert, subject));
                ready.members.push(member.message);
            }
            Some(Err(failure)) => {
                let end = MemberFate::Ends(State::Failed(*failure));
                left_out.push((member.message, end));
            }
            // It cannot be read: its own turn says so and tries it again.
            None => left_out.push((member.message, MemberFate::Back)),
        }
    }
    app.store
        .settle_members(&left_out, claim, app.now())
        .await?;
    // Alone after all: the text of a single alert is ready.
    if !ready.members.is_empty()
        && let Some(rendered) = render(alert, &facts, &lines, app.dice.roll())
    {
        ready.text = rendered.text;
        ready.template_version = rendered.version;
    }
    Ok(true)
}

fn subject_of(alert: &Alert) -> Subject {
    let Participant {
        name,
        city,
        consent_share,
        ..
    } = alert.subject.clone();
    Subject {
        name,
        city,
        consent_share,
        place: alert.subject.referrer_sequence.unwrap_or(alert.total),
    }
}

fn line_about(alert: &Alert, subject: &Subject) -> Line {
    line_of(alert.settings.alert_phone, subject)
}

/// How a new participant stands in the list.
pub(crate) fn line_of(setting: AlertPhone, subject: &Subject) -> Line {
    let in_full = sees_in_full(setting, subject.consent_share);
    Line {
        place: subject.place,
        name: if in_full {
            subject.name.as_str().to_owned()
        } else {
            subject.name.shortened()
        },
        city: in_full.then(|| subject.city.as_str().to_owned()),
    }
}

fn render(alert: &Alert, facts: &GroupFacts, lines: &[Line], random: u64) -> Option<Rendered> {
    let referrer = &alert.referrer;
    let vars = person_vars(&alert.settings, referrer)
        .with(Placeholder::SiteHost, alert.settings.site_host.as_str())
        .with(Placeholder::ReferrerTotal, alert.total.to_string())
        .with(Placeholder::GroupCount, lines.len().to_string())
        .with(Placeholder::GroupList, list(lines));
    text_of(TEMPLATE, facts.template.as_ref(), &vars, random)
}

/// No request has begun: the members wait again.
pub(super) async fn give_back(
    app: &App,
    held: Held,
    members: &[DueMessage],
) -> Result<(), StoreError> {
    let back: Vec<_> = members
        .iter()
        .map(|member| (member.clone(), MemberFate::Back))
        .collect();
    app.store
        .settle_members(&back, claim_of(held), app.now())
        .await
}

/// Records in the members what the request came to. If that fails, the sweep does it later from
/// what the carrier says.
pub(super) async fn record(
    app: &App,
    record: &Record<'_>,
    members: &[DueMessage],
    fate: impl Fn(&DueMessage) -> AfterMessage,
    now: Timestamp,
) {
    if members.is_empty() {
        return;
    }
    Failpoint::GroupRecorded.reach();
    let members: Vec<_> = members
        .iter()
        .map(|member| (member.clone(), fate(member)))
        .collect();
    if let Err(error) = app.store.record_members(record, &members, now).await {
        tracing::error!(row = %record.message.id, error = %Chain(&error), "the rows it carried are left to the sweep");
    }
}
