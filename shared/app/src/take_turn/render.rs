//! The text of a message, made at the moment of sending from what is true then.

use domain::attendance::Attendance;
use domain::campaign::NewCampaign;
use domain::event::Event;
use domain::links::join_url;
use domain::message::MessageType;
use domain::participant::Participant;
use domain::settings::{AlertPhone, Settings};
use domain::template::{Placeholder, SystemTemplate, Template, Vars};
use domain::time_text::{Zone, date, date_time, time_left};
use jiff::Timestamp;
use store::StoredTemplate;

/// A text that is ready, and the version it was made from (0 = built in).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) text: String,
    pub(super) version: u32,
}

/// What a text is made from.
pub(super) struct Facts<'a> {
    pub(super) message_type: MessageType,
    pub(super) recipient: &'a Participant,
    pub(super) subject: Option<&'a Participant>,
    pub(super) referrals: u64,
    pub(super) settings: &'a Settings,
    /// Whether the recipient came to the event that a follow-up is about.
    pub(super) attendance: Attendance,
    /// The event that the message is about.
    pub(super) event: Option<&'a Event>,
    pub(super) next_event: Option<&'a Event>,
    /// The recipient's join token for the event.
    pub(super) join: Option<&'a str>,
    /// What was decided for all who get it.
    pub(super) campaign: Option<&'a NewCampaign>,
    pub(super) template: Option<&'a StoredTemplate>,
    pub(super) now: Timestamp,
}

/// Renders; `None` if there is nothing to say: no text for the type, or nobody to speak about.
pub(super) fn render(facts: &Facts<'_>, random: u64) -> Option<Rendered> {
    let vars = match facts.message_type {
        MessageType::ReferrerAlert => alert_vars(facts.settings, facts.subject?, facts.referrals),
        _ => recipient_vars(facts),
    };
    match SystemTemplate::of(facts.message_type, facts.attendance) {
        Some(default) => text_of(default, facts.template, &vars, random),
        None => broadcast(facts, &vars, random),
    }
}

/// A broadcast's text: the version that was decided on, or a shipped one. None if there is neither:
/// then nobody can tell what it was to say.
fn broadcast(facts: &Facts<'_>, vars: &Vars, random: u64) -> Option<Rendered> {
    let name = facts.campaign?.template.as_ref()?;
    let (text, version) = match facts.template {
        Some(stored) => (chosen(stored, random)?, stored.version),
        None => (name.shipped_text()?, 0),
    };
    let template = Template::parse(text, name.placeholders()).ok()?;
    let text = template.render(vars);
    (!text.trim().is_empty()).then_some(Rendered { text, version })
}

/// One of the variants by chance.
fn chosen(stored: &StoredTemplate, random: u64) -> Option<&str> {
    let count = u64::try_from(stored.variants.len()).ok()?;
    let index = usize::try_from(random.checked_rem(count)?).ok()?;
    stored.variants.get(index).map(String::as_str)
}

/// The saved text, one of its variants by chance, or the built-in one; `None` if it comes out empty.
pub(super) fn text_of(
    default: SystemTemplate,
    stored: Option<&StoredTemplate>,
    vars: &Vars,
    random: u64,
) -> Option<Rendered> {
    let saved = stored.and_then(|stored| {
        let parsed = Template::parse(chosen(stored, random)?, default.placeholders());
        // Templates are checked when they are saved; one that no longer parses must not stop
        // the messages, and the built-in text is always right.
        parsed.ok().map(|template| (template, stored.version))
    });
    let (text, version) = match saved {
        Some((template, version)) => (template.render(vars), version),
        None => (default.shipped(vars).ok()?, 0),
    };
    (!text.trim().is_empty()).then_some(Rendered { text, version })
}

fn recipient_vars(facts: &Facts<'_>) -> Vars {
    // What comes after an event, or has nothing to do with one, invites to the next.
    let event = match facts.message_type {
        MessageType::Reminder | MessageType::EventChanged | MessageType::EventCancelled => {
            facts.event
        }
        _ => facts.next_event,
    };
    let scene = Scene {
        settings: facts.settings,
        event,
        zone: facts.recipient.city.zone().unwrap_or(Zone::Wib),
        join: facts.join,
        now: facts.now,
    };
    let vars = scene.vars(person_vars(facts.settings, facts.recipient));
    let entered = facts.campaign.into_iter().flat_map(|new| &new.vars);
    entered.fold(vars, |vars, (name, value)| vars.with(*name, value.as_str()))
}

/// About a participant.
pub(crate) fn person_vars(settings: &Settings, person: &Participant) -> Vars {
    let style = settings.referral_code_style;
    Vars::new()
        .with(Placeholder::Sapaan, person.sapaan.as_str())
        .with(Placeholder::Name, person.name.as_str())
        .with(Placeholder::City, person.city.as_str())
        .with(Placeholder::Profession, person.profession.as_str())
        .with(
            Placeholder::ReferralCode,
            style.own_code(person.id, &person.phone),
        )
}

/// What a text speaks of besides people.
pub(crate) struct Scene<'a> {
    pub(crate) settings: &'a Settings,
    /// The event it names.
    pub(crate) event: Option<&'a Event>,
    /// The reader's zone.
    pub(crate) zone: Zone,
    /// The reader's join token for the event.
    pub(crate) join: Option<&'a str>,
    pub(crate) now: Timestamp,
}

impl Scene<'_> {
    /// Adds it.
    pub(crate) fn vars(&self, vars: Vars) -> Vars {
        let host = &self.settings.site_host;
        let mut vars = vars.with(Placeholder::SiteHost, host.as_str());
        if let Some(video) = &self.settings.link_video {
            vars = vars.with(Placeholder::LinkVideo, video.as_str());
        }
        if let Some(event) = self.event {
            vars = vars
                .with(Placeholder::EventTitle, event.title.as_str())
                .with(
                    Placeholder::EventDateTime,
                    date_time(event.start_time, self.zone),
                )
                .with(Placeholder::EventDate, date(event.start_time))
                .with(Placeholder::TimeLeft, time_left(self.now, event.start_time));
        }
        if let Some(token) = self.join {
            vars = vars.with(Placeholder::ZoomLink, join_url(host, token));
        }
        vars
    }
}

/// Whether a referrer sees a new participant's name, city and number in full (requirement L3).
pub(super) fn sees_in_full(setting: AlertPhone, consent_share: bool) -> bool {
    match setting {
        AlertPhone::ByConsent => consent_share,
        AlertPhone::Full => true,
        AlertPhone::Masked => false,
    }
}

/// About the new participant, as much as they agreed to (requirement L3). `total`: how many the
/// referrer has invited.
pub(crate) fn alert_vars(settings: &Settings, subject: &Participant, total: u64) -> Vars {
    let in_full = sees_in_full(settings.alert_phone, subject.consent_share);
    let sequence = subject.referrer_sequence.unwrap_or(total);
    let vars = Vars::new()
        .with(Placeholder::ReferrerSequence, sequence.to_string())
        .with(Placeholder::ReferrerTotal, total.to_string());
    if in_full {
        vars.with(Placeholder::Name, subject.name.as_str())
            .with(Placeholder::City, subject.city.as_str())
            .with(Placeholder::Profession, subject.profession.as_str())
            .with(Placeholder::Phone, subject.phone.link_form())
    } else {
        vars.with(Placeholder::Name, subject.name.shortened())
            .with(Placeholder::Phone, subject.phone.masked())
    }
}
