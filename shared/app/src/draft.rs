//! Trying a text before many get it (requirement N3): how it reads for somebody, and how it arrives
//! at a number of the team.

use std::collections::BTreeMap;

use domain::alert_group::list;
use domain::event::Event;
use domain::ids::{MessageId, ParticipantId};
use domain::letter::{Letter, MOST_AN_HOUR, reader_id};
use domain::media::MediaName;
use domain::message::{MessageKey, MessageType, NewMessage, Waiting};
use domain::participant::Participant;
use domain::phone::Phone;
use domain::referral_code::CodeStyle;
use domain::settings::Settings;
use domain::template::{
    Placeholder, Preview, SystemTemplate, Template, TemplateName, VariantErrors, Vars, Warning,
    preview,
};
use domain::time_text::{Zone, date_time};
use jiff::{SignedDuration, Timestamp};
use store::{StoreError, Subject};

use crate::context::App;
use crate::ports::QueueMessage;
use crate::take_turn::group::line_of;
use crate::take_turn::render::{Scene, alert_vars, person_vars};

/// Letters are counted in windows of an hour.
const WINDOW_S: i64 = 3_600;
/// In place of a token in the join link: one that somebody opens from here is no click of anybody.
const NO_TOKEN: &str = "contoh";
/// When reminders usually begin.
const USUAL: SignedDuration = SignedDuration::from_hours(1);

/// A text to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Which.
    pub name: TemplateName,
    /// Its variants as they are being written; `None`: those that are active.
    pub variants: Option<Vec<String>>,
    /// Values that are entered with a broadcast.
    pub vars: BTreeMap<Placeholder, String>,
}

/// Where a test goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestOrder<'a> {
    /// Which variant, counted from 1.
    pub variant: usize,
    /// A number of the team.
    pub to: Phone,
    /// What goes along.
    pub media: Option<MediaName>,
    /// Ordering twice under one key sends once.
    pub key: &'a str,
    /// Who orders it.
    pub by: &'a str,
}

/// Why a text was not tried.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// There is no text of that name.
    #[error("there is no text of this name")]
    NoText,
    /// The variants are wrong.
    #[error("texts of the template")]
    Texts(#[source] VariantErrors),
    /// There is no such variant.
    #[error("the text has no variant {0}")]
    NoVariant(usize),
    /// There is no such participant.
    #[error("there is no such participant")]
    NoParticipant,
    /// Nobody could be sent this.
    #[error("the text cannot be sent")]
    Unsendable(Vec<Warning>),
    /// The number asked not to be written to.
    #[error("this number asked to stop")]
    Stopped,
    /// Too many tests in this hour.
    #[error("more than {MOST_AN_HOUR} tests in an hour")]
    TooMany,
    /// The store did not answer.
    #[error("draft")]
    Store(#[from] StoreError),
}

impl DraftError {
    /// What the admin reads, in Indonesian; none if it is no fault of theirs. `name` is the draft's.
    #[must_use]
    pub fn message(&self, name: &TemplateName) -> Option<String> {
        Some(match self {
            Self::NoText => "Template ini belum punya teks.".to_owned(),
            Self::Texts(errors) => {
                let lines: Vec<String> = errors
                    .messages(name)
                    .map(|(variant, text)| format!("Variasi {variant}: {text}"))
                    .collect();
                lines.join("\n")
            }
            Self::NoVariant(variant) => format!("Tidak ada variasi ke-{variant}."),
            Self::NoParticipant => "Peserta ini tidak ada.".to_owned(),
            Self::Unsendable(warnings) => {
                let lines: Vec<String> = warnings.iter().map(|one| one.message()).collect();
                lines.join("\n")
            }
            Self::Stopped => "Nomor ini sudah minta berhenti menerima pesan.".to_owned(),
            Self::TooMany => {
                format!("Sudah {MOST_AN_HOUR} pesan uji dalam jam ini. Coba lagi nanti.")
            }
            Self::Store(_) => return None,
        })
    }
}

/// How each variant reads now for a participant; nobody is written to. `masked`: for whoever sees
/// no numbers (requirement A8).
///
/// # Errors
/// [`DraftError`].
pub async fn preview_for(
    app: &App,
    draft: &Draft,
    participant: ParticipantId,
    masked: bool,
) -> Result<Vec<Preview>, DraftError> {
    let person = app.store.participant(participant).await?;
    let person = person.ok_or(DraftError::NoParticipant)?;
    let settings = app.settings().await?;
    let mut vars = match draft.name {
        TemplateName::System(SystemTemplate::ReferrerAlert) => {
            alert_vars(&settings, &person, total(&person))
        }
        TemplateName::System(SystemTemplate::ReferrerAlertGroup) => {
            let about = person_vars(&settings, &person);
            group_vars(about, &settings, &person)
        }
        _ => person_vars(&settings, &person),
    };
    if masked {
        vars = vars.with(Placeholder::Phone, person.phone.masked());
        if settings.referral_code_style == CodeStyle::Phone {
            vars = vars.with(Placeholder::ReferralCode, person.phone.masked());
        }
    }
    let zone = person.city.zone().unwrap_or(Zone::Wib);
    read(app, draft, &settings, vars, zone).await
}

/// How each variant reads now for an invented participant with this number; nobody is written to.
///
/// # Errors
/// [`DraftError`].
pub async fn preview_as(
    app: &App,
    draft: &Draft,
    phone: Phone,
) -> Result<Vec<Preview>, DraftError> {
    let settings = app.settings().await?;
    let reader = reader_id(&app.store.phone_index(&phone)?);
    let code = settings.referral_code_style.own_code(reader, &phone);
    let vars = Vars::new()
        .with(Placeholder::Sapaan, "Bapak")
        .with(Placeholder::Name, "Budi Santoso")
        .with(Placeholder::City, "Bogor")
        .with(Placeholder::Profession, "Guru")
        .with(Placeholder::Phone, phone.link_form())
        .with(Placeholder::ReferralCode, code)
        .with(Placeholder::ReferrerSequence, "1")
        .with(Placeholder::ReferrerTotal, "1")
        .with(Placeholder::GroupCount, "1")
        .with(Placeholder::GroupList, "1. Budi Santoso – Bogor");
    read(app, draft, &settings, vars, Zone::Wib).await
}

/// Sends a variant to a number of the team, with the data of an invented participant: a row like any
/// other, of the class of welcomes, through the same numbers at the same pace. What was looked at is
/// what is sent.
///
/// # Errors
/// [`DraftError`]; then nothing is sent.
pub async fn send_test(
    app: &App,
    draft: &Draft,
    order: TestOrder<'_>,
) -> Result<MessageId, DraftError> {
    let shown = preview_as(app, draft, order.to).await?;
    let at = order.variant.checked_sub(1);
    let shown = at.and_then(|at| shown.into_iter().nth(at));
    let shown = shown.ok_or(DraftError::NoVariant(order.variant))?;
    if !shown.can_be_sent() {
        return Err(DraftError::Unsendable(shown.warnings));
    }
    let target_index = app.store.phone_index(&order.to)?;
    let stopped = app.store.stopped_among(&[&target_index]).await?;
    if !stopped.is_empty() {
        return Err(DraftError::Stopped);
    }
    let now = app.now();
    let window = now.as_second().div_euclid(WINDOW_S) * WINDOW_S;
    let window = Timestamp::from_second(window).unwrap_or(now);
    let counted = app
        .store
        .count_within("LETTERS", window, MOST_AN_HOUR, 2 * WINDOW_S);
    if !counted.await? {
        return Err(DraftError::TooMany);
    }
    let reader = reader_id(&target_index);
    let key = MessageKey {
        message_type: MessageType::Test,
        cause: order.key,
        participant: reader,
        revision: 0,
    };
    let useful = MessageType::Test.useful_for();
    let row = NewMessage {
        id: key.id(),
        message_type: MessageType::Test,
        participant_id: reader,
        target_index,
        subject_id: None,
        event_id: None,
        cause_at: now,
        created_at: now,
        expires_at: now.saturating_add(useful).unwrap_or(Timestamp::MAX),
        waiting: Waiting::Number,
        not_before: now,
        expected_at: now,
        sticky: None,
        campaign: None,
    };
    let letter = Letter {
        phone: order.to,
        text: shown.text,
        media: order.media,
    };
    if app.store.add_letter(&row, &letter, now).await? {
        tracing::info!(row = %row.id, template = %draft.name, by = order.by, "test ordered");
        app.notify(QueueMessage::Wake).await;
    }
    Ok(row.id)
}

/// Each variant with these values and what is true now.
async fn read(
    app: &App,
    draft: &Draft,
    settings: &Settings,
    vars: Vars,
    zone: Zone,
) -> Result<Vec<Preview>, DraftError> {
    let (templates, instead) = templates(app, draft).await?;
    let now = app.now();
    let event = app.next_event(now).await?;
    let scene = Scene {
        settings,
        event: event.as_ref(),
        zone,
        join: event.as_ref().map(|_| NO_TOKEN),
        now: event.as_ref().map_or(now, |event| reminded_at(event, now)),
    };
    let mut vars = scene.vars(vars);
    if let Some(event) = &event {
        // When it was to begin before, nobody knows yet.
        let old = date_time(event.start_time, Zone::Wib);
        vars = vars.with(Placeholder::EventOldDateTime, old);
    }
    let entered = draft.vars.iter();
    let vars = entered.fold(vars, |vars, (name, value)| vars.with(*name, value.as_str()));
    let shown = templates.iter().map(|template| {
        let shown = preview(&draft.name, template, &vars);
        match &instead {
            Some(other) if shown.text.trim().is_empty() => preview(&draft.name, other, &vars),
            _ => shown,
        }
    });
    Ok(shown.collect())
}

/// The draft's own variants, or the active ones; and what a shipped text gives way to that comes out
/// empty.
async fn templates(
    app: &App,
    draft: &Draft,
) -> Result<(Vec<Template>, Option<Template>), DraftError> {
    let name = &draft.name;
    let saved = match &draft.variants {
        Some(variants) => Some(variants.clone()),
        None => {
            let saved = app.store.template(&name.to_string()).await?;
            saved.map(|saved| saved.variants)
        }
    };
    let check = |variants: &[String]| name.check(variants).map_err(DraftError::Texts);
    if let Some(variants) = saved {
        return Ok((check(&variants)?, None));
    }
    let shipped = name.shipped_text().ok_or(DraftError::NoText)?;
    let instead = match name {
        TemplateName::System(system) => system.text_if_empty(),
        TemplateName::Broadcast(_) => None,
    };
    let instead = instead.and_then(|text| Template::parse(text, name.placeholders()).ok());
    Ok((check(&[shipped.to_owned()])?, instead))
}

/// When the event's reminders begin, as far as that is known.
fn reminded_at(event: &Event, now: Timestamp) -> Timestamp {
    let usual = event.start_time.saturating_sub(USUAL);
    let planned = event.plan.map(|plan| plan.begins_at);
    let begins = event.remind_from().or(planned).or(usual.ok());
    begins.unwrap_or(now).max(now)
}

/// How many the referrer of `person` had invited with them.
fn total(person: &Participant) -> u64 {
    person.referrer_sequence.unwrap_or(1)
}

/// A list of one, as the referrer of `person` would see it.
fn group_vars(about: Vars, settings: &Settings, person: &Participant) -> Vars {
    let subject = Subject {
        name: person.name.clone(),
        city: person.city.clone(),
        consent_share: person.consent_share,
        place: total(person),
    };
    let line = line_of(settings.alert_phone, &subject);
    about
        .with(Placeholder::ReferrerTotal, total(person).to_string())
        .with(Placeholder::GroupCount, "1")
        .with(Placeholder::GroupList, list(&[line]))
}
