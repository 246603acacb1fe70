//! The text of a message, made at the moment of sending from what is true then.

use domain::attendance::Attendance;
use domain::event::Event;
use domain::message::MessageType;
use domain::participant::Participant;
use domain::settings::{AlertPhone, Settings};
use domain::template::{Placeholder, SystemTemplate, Template, Vars};
use domain::time_text::{Zone, date, date_time};
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
    pub(super) event: Option<&'a Event>,
    pub(super) template: Option<&'a StoredTemplate>,
}

/// Renders; `None` if there is nothing to say: no text for the type, or nobody to speak about.
pub(super) fn render(facts: &Facts<'_>, random: u64) -> Option<Rendered> {
    let default = SystemTemplate::of(facts.message_type, Attendance::Unknown)?;
    let vars = match facts.message_type {
        MessageType::ReferrerAlert => alert_vars(facts, facts.subject?),
        _ => recipient_vars(facts),
    };
    text_of(default, facts.template, &vars, random)
}

/// The saved text, one of its variants by chance, or the built-in one; `None` if it comes out empty.
pub(super) fn text_of(
    default: SystemTemplate,
    stored: Option<&StoredTemplate>,
    vars: &Vars,
    random: u64,
) -> Option<Rendered> {
    let saved = stored.and_then(|stored| {
        let count = u64::try_from(stored.variants.len()).ok()?;
        let index = usize::try_from(random.checked_rem(count)?).ok()?;
        let parsed = Template::parse(stored.variants.get(index)?, default.placeholders());
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
    let recipient = facts.recipient;
    let mut vars = Vars::new()
        .with(Placeholder::Sapaan, recipient.sapaan.as_str())
        .with(Placeholder::Name, recipient.name.as_str())
        .with(Placeholder::City, recipient.city.as_str())
        .with(Placeholder::Profession, recipient.profession.as_str())
        .with(
            Placeholder::ReferralCode,
            facts
                .settings
                .referral_code_style
                .own_code(recipient.id, &recipient.phone),
        )
        .with(Placeholder::SiteHost, facts.settings.site_host.as_str());
    if let Some(video) = &facts.settings.link_video {
        vars = vars.with(Placeholder::LinkVideo, video.as_str());
    }
    if let Some(event) = facts.event {
        vars = vars
            .with(Placeholder::EventTitle, event.title.as_str())
            .with(
                Placeholder::EventDateTime,
                date_time(event.start_time, recipient.city.zone().unwrap_or(Zone::Wib)),
            )
            .with(Placeholder::EventDate, date(event.start_time));
    }
    vars
}

/// Whether a referrer sees a new participant's name, city and number in full (requirement L3).
pub(super) fn sees_in_full(setting: AlertPhone, consent_share: bool) -> bool {
    match setting {
        AlertPhone::ByConsent => consent_share,
        AlertPhone::Full => true,
        AlertPhone::Masked => false,
    }
}

/// About the new participant, as much as they agreed to (requirement L3).
fn alert_vars(facts: &Facts<'_>, subject: &Participant) -> Vars {
    let in_full = sees_in_full(facts.settings.alert_phone, subject.consent_share);
    let sequence = subject.referrer_sequence.unwrap_or(facts.referrals);
    let vars = Vars::new()
        .with(Placeholder::ReferrerSequence, sequence.to_string())
        .with(Placeholder::ReferrerTotal, facts.referrals.to_string());
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
