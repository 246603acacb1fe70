use domain::alert_pace::AlertPace;
use domain::attendance::Attendance;
use domain::breaker::Breaker;
use domain::campaign::Campaign;
use domain::event::Event;
use domain::ids::{NumberId, Token};
use domain::lane::Lane;
use domain::letter::Letter;
use domain::message::{DueMessage, Failure, MessageType, State, Waiting};
use domain::pace::{LEASE, Pace};
use domain::participant::Participant;
use domain::settings::{Control, Settings};
use domain::suppression::Suppression;
use domain::template::SystemTemplate;
use jiff::Timestamp;

use crate::attendance::{evidence_keys, read_evidence};
use crate::campaigns::{campaign_key, read_campaign};
use crate::events::read_event;
use crate::gateway::{GATEWAY, read_gateway};
use crate::held::{RELEASED, held};
use crate::item::{
    Item, META, PROFILE, REFERRALS, event_pk, iso, key, number, participant_pk, text,
};
use crate::messages::{ANY_NUMBER, due_key, ended, message_key, waiting, when_due, with_state};
use crate::numbers::{Keyed, number_key};
use crate::pace::{set_caps, when_held};
use crate::settings::{
    CONTROL, GLOBAL, LANES, SETTINGS, TEMPLATE_ACTIVE, active_template, template_pk,
};
use crate::suppression::{read_suppression, state_key};
use crate::tables::Table;
use crate::write::{Applied, Committed, transact};
use crate::{Store, StoreError, StoredTemplate};

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The row and the permit are ours.
    Yes,
    /// Somebody else has the row, or it ended.
    RowGone,
    /// The turn is no longer ours: stop.
    TurnLost,
}

/// Everything that is asked about a message at the moment of sending, as of one consistent read.
pub struct Checked {
    /// Whether the row is still claimed with our token.
    pub still_ours: bool,
    /// Whether the row was let go by its own number: any number may send it.
    pub any_number: bool,
    /// Whether the recipient may be written to.
    pub suppression: Suppression,
    /// The recipient; none once erased.
    pub recipient: Option<Participant>,
    /// Whom the message is about.
    pub subject: Option<Participant>,
    /// One of the two, the suppression, the referral counter, the event, the campaign or the letter is stored and cannot be read: this message's own
    /// fault, no other's.
    pub unreadable: Option<StoreError>,
    /// How many the recipient has invited.
    pub referrals: u64,
    /// What the recipient was told of them in the last hour.
    pub alerts: AlertPace,
    /// Whether a chat or an admin has let this row go above the ceiling.
    pub released: bool,
    /// Settings.
    pub settings: Settings,
    /// Kill switches.
    pub control: Control,
    /// Whether the gateway itself is held to be down.
    pub gateway: Breaker,
    /// Whose check it is: the turn that probes the gateway may pass.
    pub token: Token,
    /// The number with its gateway key; none once removed.
    pub number: Option<Keyed>,
    /// The active template, if an admin has changed it and it can be read.
    pub template: Option<StoredTemplate>,
    /// The event that the row is about; none if it is about none, or the event is gone.
    pub event: Option<Event>,
    /// Whether the recipient came to that event; asked for follow-ups alone.
    pub attendance: Attendance,
    /// The campaign it is a row of; none if of none.
    pub campaign: Option<Campaign>,
    /// What a test carries in place of a recipient.
    pub letter: Option<Letter>,
}

/// How a claimed row goes back without a request having begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Back to its lane.
    Wait {
        /// Why.
        why: Waiting,
        /// Not before.
        from: Timestamp,
    },
    /// Back to its lane after something that counts as a try.
    Retry {
        /// Not before.
        from: Timestamp,
    },
    /// Into the lane of the number that the recipient has chatted with.
    To {
        /// That number.
        number: NumberId,
    },
    /// Out of its lane, until a chat or an admin lets it go.
    Hold,
    /// For good.
    End(Failure),
}

/// What was read; a fault of the item is set aside.
pub(crate) fn set_aside<T>(
    read: Option<Result<T, StoreError>>,
    fault: &mut Option<StoreError>,
) -> Option<T> {
    match read? {
        Ok(value) => Some(value),
        Err(error) => {
            *fault = Some(error);
            None
        }
    }
}

impl Store {
    /// Claims a row for a turn and writes the send's permit into the pace, both or neither.
    /// `after` is the pace with this send counted.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; the row may be claimed then.
    pub async fn claim(
        &self,
        message: &DueMessage,
        token: Token,
        after: &Pace,
        now: Timestamp,
    ) -> Result<Claimed, StoreError> {
        const WHAT: &str = "claim";
        let lease_end = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        let row = with_state(self.message(message.id), State::Queued(Waiting::Sending))
            .set("lane", text(Lane::Sending.partition()))
            .set("due_key", text(due_key(&Lane::Sending, lease_end)))
            .set("token", text(token.to_string()))
            .set("lease_end", text(iso(lease_end)))
            .set("number_id", text(after.number_id.to_string()))
            .set("provider", text("DripSender"));
        let row = when_due(row, &message.lane, now);
        let pace = when_held(set_caps(self.pace(after.number_id), after), token);
        let parts = vec![row.in_transaction(WHAT)?, pace.in_transaction(WHAT)?];
        Ok(match transact(WHAT, &self.client, parts).await? {
            Committed::Yes => Claimed::Yes,
            refused if refused.refused_at(1) => Claimed::TurnLost,
            Committed::Refused(_) => Claimed::RowGone,
        })
    }

    /// The consistent check before a request: whatever was stored before this read counts.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable.
    pub async fn check(
        &self,
        message: &DueMessage,
        number_id: NumberId,
        token: Token,
    ) -> Result<Checked, StoreError> {
        let participants = self.table(Table::Participants);
        let settings = self.table(Table::Settings);
        // Which of the follow-ups it is follows from what is read along with them.
        let template_of = |attendance| {
            let template = SystemTemplate::of(message.message_type, attendance);
            template.map_or(message.message_type.as_str(), SystemTemplate::name)
        };
        let active = |attendance| {
            let key = key(template_pk(template_of(attendance)), TEMPLATE_ACTIVE);
            (self.table(Table::Settings), key)
        };
        let mut wanted = vec![
            (self.table(Table::NotificationsLog), message_key(message.id)),
            (
                self.table(Table::Suppression),
                state_key(&message.target_index),
            ),
            (
                participants.clone(),
                key(participant_pk(message.participant_id), PROFILE),
            ),
            (
                participants.clone(),
                key(participant_pk(message.participant_id), REFERRALS),
            ),
            (settings.clone(), key(SETTINGS, GLOBAL)),
            (settings.clone(), key(SETTINGS, CONTROL)),
            (settings.clone(), key(SETTINGS, LANES)),
            (settings, key(SETTINGS, GATEWAY)),
            active(Attendance::Unknown),
            (self.table(Table::BroadcastNumbers), number_key(number_id)),
        ];
        if let Some(subject) = message.subject_id {
            wanted.push((participants, key(participant_pk(subject), PROFILE)));
        }
        let event = message
            .event_id
            .filter(|_| message.message_type.is_about_event());
        if let Some(event) = event {
            wanted.push((self.table(Table::Events), key(event_pk(event), META)));
        }
        if let Some(campaign) = message.campaign_id {
            wanted.push((self.table(Table::Campaigns), campaign_key(campaign)));
        }
        let follow_up = event.filter(|_| message.message_type == MessageType::FollowUp);
        if let Some(event) = follow_up {
            let keys = evidence_keys(event, message.participant_id);
            wanted.extend(keys.map(|key| (self.table(Table::Events), key)));
            wanted.extend([active(Attendance::Came), active(Attendance::Missed)]);
        }
        let mut found = self.get_all("check", &wanted).await?.into_iter();
        let mut next = || found.next().flatten();
        let row = next();
        let suppression = read_suppression(next());
        let recipient = next();
        let counter = crate::groups::counter(next());
        let settings = next();
        let switches = next();
        let control = crate::settings::read_control(switches, next())?;
        let gateway = read_gateway(next())?;
        let mut template = next().and_then(active_template);
        let number = next();
        let subject = message.subject_id.and_then(|_| next());
        let event = event.and_then(|_| next());
        let campaign = message.campaign_id.and_then(|_| next());
        let has = |name: &str| row.as_ref().is_some_and(|item| item.contains_key(name));
        let (any_number, released) = (has(ANY_NUMBER), has(RELEASED));
        let letter = match row
            .as_ref()
            .filter(|_| message.message_type == MessageType::Test)
        {
            Some(row) => self.read_letter(message.id, row).await,
            None => Ok(None),
        };
        let still_ours = row.is_some_and(|item| {
            item.get("token") == Some(&text(token.to_string()))
                && item.get("reason") == Some(&text(State::Queued(Waiting::Sending).reason()))
        });
        let mut unreadable = None;
        let (referrals, alerts) = counter.unwrap_or_else(|error| {
            unreadable = Some(error);
            Default::default()
        });
        let suppression = suppression.unwrap_or_else(|error| {
            unreadable = Some(error);
            Suppression::FREE
        });
        let letter = match letter {
            Err(error) if !error.is_lasting() => return Err(error),
            letter => set_aside(letter.transpose(), &mut unreadable),
        };
        let recipient = self.person(recipient, &mut unreadable).await?;
        let suppression = match &recipient {
            Some(who) => {
                self.strictest(suppression, who, message, &mut unreadable)
                    .await?
            }
            None => suppression,
        };
        let subject = self.person(subject, &mut unreadable).await?;
        let event = set_aside(event.map(read_event), &mut unreadable);
        let mut attendance = Attendance::Unknown;
        if follow_up.is_some() {
            let (report, entry, click) = (next(), next(), next());
            let evidence = event
                .as_ref()
                .map(|event| read_evidence(event, report.as_ref(), entry, click));
            let evidence = set_aside(evidence, &mut unreadable).unwrap_or_default();
            attendance = evidence.attendance();
            let (came, missed) = (next(), next());
            match attendance {
                Attendance::Came => template = came.and_then(active_template),
                Attendance::Missed => template = missed.and_then(active_template),
                Attendance::Unknown => {}
            }
        }
        let campaign = campaign.map(read_campaign);
        Ok(Checked {
            still_ours,
            any_number,
            suppression,
            recipient,
            subject,
            referrals,
            alerts,
            released,
            settings: crate::settings::read_settings(settings)?,
            control,
            gateway,
            token,
            number: match number {
                Some(item) => Some(self.read_number_with_key(item).await?),
                None => None,
            },
            template,
            event,
            attendance,
            campaign: set_aside(campaign, &mut unreadable),
            letter,
            unreadable,
        })
    }

    /// A participant, if there is one; a lasting fault of the item is set aside.
    async fn person(
        &self,
        item: Option<Item>,
        fault: &mut Option<StoreError>,
    ) -> Result<Option<Participant>, StoreError> {
        let Some(item) = item else { return Ok(None) };
        match self.read_participant(item).await {
            Ok(participant) => Ok(Some(participant)),
            Err(error) if error.is_lasting() => {
                *fault = Some(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Gives a claimed row and its permit back: no request has begun. `before` is the pace as the
    /// fence gave it.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; then the lease runs out and the row reads
    /// `unconfirmed`.
    pub async fn hand_back(
        &self,
        message: &DueMessage,
        token: Token,
        before: &Pace,
        refusal: Refusal,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const WHAT: &str = "hand back";
        let row = match refusal {
            Refusal::Wait { why, from } => {
                waiting(self.message(message.id), &message.lane, why, from, from)
            }
            Refusal::Retry { from } => waiting(
                self.message(message.id),
                &message.lane,
                Waiting::Retry,
                from,
                from,
            )
            .set("attempts", number(message.attempts + 1)),
            Refusal::To { number } => {
                let class = message.message_type.class();
                let lane = Lane::Sticky { number, class };
                let row = self.message(message.id);
                waiting(row, &lane, Waiting::Number, message.due, message.due)
            }
            Refusal::Hold => held(self.message(message.id), message.expires_at),
            Refusal::End(failure) => ended(self.message(message.id), State::Failed(failure), now),
        }
        .remove("token")
        .remove("lease_end")
        .remove("number_id")
        .when_equals("token", text(token.to_string()))
        .when_equals("reason", text(State::Queued(Waiting::Sending).reason()));
        let pace = when_held(set_caps(self.pace(before.number_id), before), token);
        let parts = vec![
            row.clone().in_transaction(WHAT)?,
            pace.in_transaction(WHAT)?,
        ];
        match transact(WHAT, &self.client, parts).await? {
            Committed::Yes => Ok(true),
            // The turn was taken over: its permit stays counted, the row still goes back.
            refused if refused.refused_at(1) && !refused.refused_at(0) => Ok(matches!(
                row.apply(WHAT, &self.client).await?,
                Applied::Done(_)
            )),
            // Somebody let it go while it was being held: then it simply waits for its turn.
            refused if refusal == Refusal::Hold && refused.refused_at(0) => {
                let refusal = Refusal::Wait {
                    why: Waiting::Number,
                    from: message.due,
                };
                Box::pin(self.hand_back(message, token, before, refusal, now)).await
            }
            Committed::Refused(_) => Ok(false),
        }
    }
}
