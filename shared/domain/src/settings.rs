//! Settings an admin can change, and the switches that stop sending.

use crate::audience::BroadcastCap;
use crate::hours::{HoursPolicy, SendingHours};
use crate::lane::{Lane, OpenCampaign};
use crate::message::Class;
use crate::phone::Phone;
use crate::referral_code::CodeStyle;
use crate::reserve::Ahead;

mod change;
mod switches;

pub use change::{ContactChange, SettingsChange, WA_TEXT_MAX};
pub use switches::{Switches, thrown};

/// How numbers take work when there is less of it than numbers (requirement S1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strategy {
    /// The longest unused first.
    #[default]
    RoundRobin,
    /// By chance, weighted by 1/priority.
    Random,
}

/// How much of a new participant's number the referrer sees (requirement L3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AlertPhone {
    /// As the participant chose.
    #[default]
    ByConsent,
    /// Always in full.
    Full,
    /// Always masked, with a shortened name.
    Masked,
}

/// What the whole system follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Host in links, `www.webdonasi.com`.
    pub site_host: String,
    /// Introductory video; without one its line is left out.
    pub link_video: Option<String>,
    /// How numbers take turns.
    pub strategy: Strategy,
    /// What an alert shows.
    pub alert_phone: AlertPhone,
    /// Sending hours.
    pub hours: HoursPolicy,
    /// What participants' links show.
    pub referral_code_style: CodeStyle,
    /// Registrations one network address may send in ten minutes (requirement L8).
    pub registrations_per_address: u32,
    /// Per cent of every cap that broadcasts leave free for welcomes (requirement S2).
    pub welcome_reserve_percent: u8,
    /// Welcomes a day, WIB, to people who have not written to us; above it they wait for the chat
    /// or an admin (requirement L8). None: no ceiling.
    pub cold_welcomes_per_day: Option<u32>,
    /// Messages a minute that one number's webhook address takes (requirement I3).
    pub inbound_per_minute: u32,
    /// Minutes before an event at which its reminders begin at the earliest (requirement S11).
    pub max_lead_min: u16,
    /// Minutes from the end of an event to its follow-ups (requirement E4). None: only when an
    /// admin says so.
    pub follow_up_after_min: Option<u16>,
    /// How many broadcasts one person gets (requirement E5).
    pub broadcast_cap: BroadcastCap,
    /// A broadcast that could not begin for so long after its time asks instead of sending, minutes
    /// (requirement E5).
    pub broadcast_patience_min: u32,
}

impl Default for Settings {
    /// The brief's defaults.
    fn default() -> Self {
        Self {
            site_host: "www.webdonasi.com".to_owned(),
            link_video: None,
            strategy: Strategy::default(),
            alert_phone: AlertPhone::default(),
            hours: HoursPolicy::new(SendingHours::DEFAULT),
            referral_code_style: CodeStyle::default(),
            registrations_per_address: 600,
            welcome_reserve_percent: 10,
            cold_welcomes_per_day: Some(100),
            inbound_per_minute: 600,
            max_lead_min: 180,
            follow_up_after_min: Some(120),
            broadcast_cap: BroadcastCap::default(),
            broadcast_patience_min: 120,
        }
    }
}

/// Where people are sent after registering (requirement L5). Apart from the settings, since it holds a
/// number and only the registration needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The admin's WhatsApp.
    pub admin_number: Phone,
    /// First message they find typed there.
    pub wa_text: String,
}

impl Contact {
    /// The brief's text.
    #[must_use]
    pub fn new(admin_number: Phone) -> Self {
        Self {
            admin_number,
            wa_text: "Halo Admin, saya sudah daftar Sosialisasi Program Socialpreneur.".to_owned(),
        }
    }
}

/// What may be sent at all: kill switches (requirement S9; a number has its own: pausing it) and
/// the campaigns that are open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Control {
    /// Nothing is sent.
    pub all_stopped: bool,
    /// Nothing of these classes is sent.
    pub stopped: Vec<Class>,
    /// Campaigns whose rows may be sent. One that is paused or over is not among them, so that
    /// neither touches a row.
    pub open: Vec<OpenCampaign>,
    /// Reminders of coming events, for which broadcasts leave room.
    pub ahead: Vec<Ahead>,
}

impl Control {
    /// Whether messages of the class are stopped.
    #[must_use]
    pub fn stops(&self, class: Class) -> bool {
        self.all_stopped || self.stopped.contains(&class)
    }

    /// Lanes of the open campaigns of a class; `random` chooses the campaign and the shard that
    /// come first.
    pub fn lanes(&self, class: Class, random: u64) -> impl Iterator<Item = Lane> {
        let open: Vec<OpenCampaign> = self
            .open
            .iter()
            .filter(|open| open.class == class)
            .copied()
            .collect();
        let count = open.len();
        let first = usize::try_from(random % u64::try_from(count.max(1)).unwrap_or(1)).unwrap_or(0);
        (0..count).flat_map(move |at| open[(first + at) % count].lanes(random))
    }
}
