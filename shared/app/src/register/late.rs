use domain::attendance::Attendance;
use domain::audience::Facts;
use domain::campaign::{EventRef, reminder_id};
use domain::event::Event;
use domain::form::RegistrationForm;
use domain::ids::{EventId, ParticipantId};
use domain::message::{MessageType, NewMessage, Waiting};
use domain::participant::JoinStatus;
use jiff::Timestamp;

/// Somebody who is about to be registered.
pub(super) struct Newcomer<'a> {
    pub(super) id: ParticipantId,
    pub(super) form: &'a RegistrationForm,
    pub(super) own_index: &'a str,
    /// Whose link was used, if that is a participant.
    pub(super) referrer: Option<ParticipantId>,
    /// The event that the registration belongs to: the next one.
    pub(super) event_id: Option<EventId>,
    pub(super) now: Timestamp,
}

/// The reminder of somebody who registers once the reminders of `event` have begun, or are about
/// to: their campaign may not see them any more (requirement E2). Whether it is for them says the
/// event's audience, as for everybody else.
pub(super) fn late_reminder(event: &Event, newcomer: &Newcomer<'_>) -> Option<NewMessage> {
    let Newcomer {
        id,
        form,
        own_index,
        referrer,
        event_id,
        now,
    } = *newcomer;
    let not_before = event.late_reminder(now)?;
    let facts = Facts {
        city_key: &form.city.key(),
        registered_at: now,
        referrer,
        status: JoinStatus::BelumJoin,
        registered_for: event_id.as_slice(),
        attendance: Attendance::Unknown,
        unsubscribed: false,
        consented: true,
        erased: false,
        duplicate: false,
        broadcasts: &[],
    };
    event.whom().admits(&facts, None).ok()?;
    let of = EventRef {
        id: event.id,
        start_time: event.start_time,
    };
    Some(NewMessage {
        id: reminder_id(of, id),
        message_type: MessageType::Reminder,
        participant_id: id,
        target_index: own_index.to_owned(),
        subject_id: None,
        event_id: Some(event.id),
        cause_at: now,
        created_at: now,
        expires_at: event.start_time,
        waiting: if not_before > now {
            Waiting::Scheduled
        } else {
            Waiting::Number
        },
        not_before,
        expected_at: not_before,
        sticky: None,
        campaign: None,
    })
}
