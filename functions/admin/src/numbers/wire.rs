//! Sending numbers as they are read and written.

use domain::form::FieldErrors;
use domain::ids::NumberId;
use domain::number::{Health, HealthChange, Limits, LimitsError};
use domain::pace::{Pace, daily_cap};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use store::{GatewayKey, KnownNumber, NumberEdit};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::Problem;
use crate::shown::{ShownPhone, Sight};

/// Which numbers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NumbersAsked {
    /// Penanda halaman dari jawaban sebelumnya.
    pub(super) cursor: Option<String>,
    /// Paling banyak sekian per halaman.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub(super) limit: Option<u16>,
}

/// Whether a number can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It sends.
    Usable,
    /// It rests after a failure, until `cool_until`.
    Cooling,
    /// An admin has stopped it.
    Paused,
    /// It failed and was taken out.
    Out,
}

/// A sending number. Its key is never shown.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Number {
    id: Uuid,
    #[schema(example = "Nomor 1")]
    label: String,
    /// Its own WhatsApp number; null if it cannot be decrypted.
    phone: Option<ShownPhone>,
    #[schema(example = "DripSender")]
    provider: String,
    /// Order of preference, 1 first.
    #[schema(example = 1)]
    priority: u16,
    state: State,
    /// False once it was taken out.
    is_active: bool,
    /// Why it was taken out.
    #[schema(example = "key_invalid")]
    out_reason: Option<&'static str>,
    out_at: Option<Timestamp>,
    paused: bool,
    cool_until: Option<Timestamp>,
    in_use_since: Timestamp,
    gap_min_s: u16,
    gap_max_s: u16,
    hourly_cap: u16,
    daily_cap: u32,
    /// Whether a new or long unused number begins with few messages a day.
    warms_up: bool,
    /// Messages in the last 60 minutes.
    sent_last_hour: usize,
    /// Messages today, WIB.
    sent_today: u32,
    /// What of the daily cap holds today, with the warm-up.
    cap_today: u32,
    has_webhook: bool,
    /// Until when the webhook address before the present one stays good.
    old_webhook_until: Option<Timestamp>,
    /// Its last changes, the newest last.
    health: Vec<NumberChange>,
    /// The ETag of this state.
    revision: u32,
}

/// What has happened to a number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NumberChange {
    at: Timestamp,
    /// cooling, out, back, paused, resumed
    #[schema(example = "out")]
    what: &'static str,
    /// The outcome, the reason, or who: admin, check, gateway.
    #[schema(example = "key_invalid")]
    why: String,
}

impl Number {
    pub(super) fn of(
        known: KnownNumber,
        pace: Option<&Pace>,
        sight: Sight,
        now: Timestamp,
    ) -> Self {
        let number = known.number;
        let state = match number.health(now) {
            Health::Usable => State::Usable,
            Health::CoolingUntil(_) => State::Cooling,
            Health::Out if number.is_active => State::Paused,
            Health::Out => State::Out,
        };
        let change = |change: &HealthChange| NumberChange {
            at: change.at,
            what: change.what.as_str(),
            why: change.why.clone(),
        };
        Self {
            id: number.id.0,
            label: known.label,
            phone: known.phone.map(|phone| sight.phone(phone)),
            provider: known.provider,
            priority: number.priority,
            state,
            is_active: number.is_active,
            out_reason: number.out_reason.map(domain::number::OutReason::as_str),
            out_at: known.out_at.filter(|_| !number.is_active),
            paused: number.paused,
            cool_until: number.cool_until.filter(|until| *until > now),
            in_use_since: number.in_use_since,
            gap_min_s: number.limits.gap_min_s(),
            gap_max_s: number.limits.gap_max_s(),
            hourly_cap: number.limits.hourly_cap(),
            daily_cap: number.limits.daily_cap(),
            warms_up: number.limits.warms_up(),
            sent_last_hour: pace.map_or(0, |pace| pace.history.len(now)),
            sent_today: pace.map_or(0, |pace| pace.sent_today(now)),
            cap_today: pace.map_or(0, |pace| daily_cap(&number, pace, now)),
            has_webhook: known.has_hook,
            old_webhook_until: known.old_hook_until.filter(|until| *until > now),
            health: number.record.changes.iter().map(change).collect(),
            revision: known.revision,
        }
    }
}

/// A number to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNumber {
    /// What admins call it.
    #[schema(min_length = 1, max_length = 60, example = "Nomor 4")]
    pub(super) label: String,
    /// Its WhatsApp number, in any writing.
    #[schema(example = "0811-0000-0004")]
    pub(super) phone: String,
    /// Its key at DripSender. Write-only.
    #[schema(
        min_length = 1,
        max_length = 512,
        example = "simulated-key-4",
        write_only
    )]
    pub(super) api_key: Key,
    /// Order of preference, 1 first.
    #[serde(default = "first")]
    #[schema(minimum = 1, default = 1)]
    pub(super) priority: u16,
    /// Since when it has been in use.
    pub(super) in_use_since: Timestamp,
    #[schema(minimum = 2, maximum = 900)]
    gap_min_s: Option<u16>,
    #[schema(minimum = 2, maximum = 900)]
    gap_max_s: Option<u16>,
    #[schema(minimum = 1, maximum = 600)]
    hourly_cap: Option<u16>,
    // More than the usual format of such a figure takes.
    #[schema(format = Int64, minimum = 1, maximum = 4294967295_i64)]
    daily_cap: Option<u32>,
    warms_up: Option<bool>,
}

fn first() -> u16 {
    1
}

/// What of a number is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NumberPatch {
    #[schema(min_length = 1, max_length = 60, example = "Nomor utama")]
    label: Option<String>,
    #[schema(min_length = 1, max_length = 512, write_only)]
    api_key: Option<Key>,
    #[schema(minimum = 1, example = 2)]
    priority: Option<u16>,
    in_use_since: Option<Timestamp>,
    /// Stops it, or lets it go on.
    paused: Option<bool>,
    /// `true` brings back a number that was taken out.
    is_active: Option<bool>,
    #[schema(minimum = 2, maximum = 900)]
    gap_min_s: Option<u16>,
    #[schema(minimum = 2, maximum = 900)]
    gap_max_s: Option<u16>,
    #[schema(minimum = 1, maximum = 600)]
    hourly_cap: Option<u16>,
    // More than the usual format of such a figure takes.
    #[schema(format = Int64, minimum = 1, maximum = 4294967295_i64)]
    daily_cap: Option<u32>,
    warms_up: Option<bool>,
}

/// A key, which nothing shows again.
#[derive(ToSchema)]
#[schema(value_type = String)]
pub(super) struct Key(pub(super) Zeroizing<String>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|key| Self(Zeroizing::new(key)))
    }
}

struct Figures {
    gap_min_s: Option<u16>,
    gap_max_s: Option<u16>,
    hourly_cap: Option<u16>,
    daily_cap: Option<u32>,
    warms_up: Option<bool>,
}

impl Figures {
    /// These over what stands; none if they say nothing.
    fn over(&self, before: Limits) -> Result<Option<Limits>, Problem> {
        let says_nothing = self.gap_min_s.is_none()
            && self.gap_max_s.is_none()
            && self.hourly_cap.is_none()
            && self.daily_cap.is_none()
            && self.warms_up.is_none();
        if says_nothing {
            return Ok(None);
        }
        let limits = Limits::new(
            self.gap_min_s.unwrap_or(before.gap_min_s()),
            self.gap_max_s.unwrap_or(before.gap_max_s()),
            self.hourly_cap.unwrap_or(before.hourly_cap()),
            self.daily_cap.unwrap_or(before.daily_cap()),
        );
        let limits = limits.map_err(unfit)?;
        let warms_up = self.warms_up.unwrap_or(before.warms_up());
        Ok(Some(limits.with_warm_up(warms_up)))
    }
}

fn unfit(error: LimitsError) -> Problem {
    match error {
        LimitsError::Gap => {
            let text = format!(
                "Jeda {} sampai {} detik, dan jeda terpendek tidak lebih panjang dari jeda terpanjang.",
                Limits::GAP_FLOOR_S,
                Limits::GAP_CEILING_S
            );
            let mut errors = FieldErrors::default();
            errors.push("gap_min_s", &text);
            errors.push("gap_max_s", &text);
            Problem::Fields(errors)
        }
        LimitsError::Hourly => Problem::field(
            "hourly_cap",
            &format!(
                "Batas per jam 1 sampai {}: lebih dari itu nomor mudah diblokir.",
                Limits::HOURLY_CEILING
            ),
        ),
        LimitsError::Daily => Problem::field(
            "daily_cap",
            "Batas per hari paling sedikit 1. Untuk menghentikan nomor, pakai jeda (paused).",
        ),
    }
}

impl NewNumber {
    pub(super) fn limits(&self) -> Result<Limits, Problem> {
        let figures = Figures {
            gap_min_s: self.gap_min_s,
            gap_max_s: self.gap_max_s,
            hourly_cap: self.hourly_cap,
            daily_cap: self.daily_cap,
            warms_up: self.warms_up,
        };
        Ok(figures.over(Limits::DEFAULT)?.unwrap_or(Limits::DEFAULT))
    }
}

impl NumberPatch {
    pub(super) fn over(self, before: Limits) -> Result<NumberEdit, Problem> {
        if self.is_active == Some(false) {
            return Err(Problem::field(
                "is_active",
                "Untuk menghentikan nomor, pakai jeda (paused).",
            ));
        }
        let figures = Figures {
            gap_min_s: self.gap_min_s,
            gap_max_s: self.gap_max_s,
            hourly_cap: self.hourly_cap,
            daily_cap: self.daily_cap,
            warms_up: self.warms_up,
        };
        Ok(NumberEdit {
            label: self.label,
            priority: self.priority,
            in_use_since: self.in_use_since,
            limits: figures.over(before)?,
            paused: self.paused,
            brings_back: self.is_active == Some(true),
            api_key: self.api_key.map(|Key(key)| GatewayKey(key)),
        })
    }
}

/// What the gateway says to a number's key.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NumberTest {
    /// valid, refused, no_answer
    #[schema(example = "valid")]
    pub(super) answer: &'static str,
    #[schema(example = "DripSender mengenal kunci ini. Tidak ada pesan yang dikirim.")]
    pub(super) message: &'static str,
}

/// A webhook address, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Webhook {
    /// To be pasted at DripSender.
    #[schema(example = "https://www.webdonasi.com/hooks/dripsender/…")]
    pub(super) url: String,
}

/// Where the next page of numbers begins.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) behind: String,
}

/// The id of what was made.
pub(super) fn id_of(text: &str) -> Result<NumberId, Problem> {
    text.parse().map_err(|_| Problem::broken())
}
