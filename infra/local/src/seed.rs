//! What an empty data folder gets: an admin's number, three simulated sending numbers, and no
//! ceiling on cold welcomes.

use app::App;
use app::numbers::{NumberEntry, NumberError, add_number};
use app::settings::{save_contact, save_settings};
use domain::number::{Limits, LimitsError};
use domain::phone::{Phone, PhoneError};
use domain::settings::{Contact, Settings};
use jiff::SignedDuration;
use store::{GatewayKey, StoreError};
use zeroize::Zeroizing;

use crate::simulator::NumberSetup;

/// Where registrations are sent.
pub const ADMIN_PHONE: &str = "+6281100000000";

/// The simulated sending numbers: label, number, key at the simulated gateway. Invented.
pub const NUMBERS: [(&str, &str, &str); 3] = [
    ("Nomor 1", "+6281100000001", "simulated-key-1-7f3a9c"),
    ("Nomor 2", "+6281100000002", "simulated-key-2-b81d40"),
    ("Nomor 3", "+6281100000003", "simulated-key-3-52e6aa"),
];

/// In use for so long, a number is past its warm-up.
const IN_USE_FOR: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The data folder could not be filled.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A number of this file is none.
    #[error("seed phone")]
    Phone(#[from] PhoneError),
    /// Limits of this file are none.
    #[error("seed limits")]
    Limits(#[from] LimitsError),
    /// A number was refused.
    #[error("seed number")]
    Number(#[from] NumberError),
    /// The store did not answer.
    #[error("seed")]
    Store(#[from] StoreError),
}

/// The numbers as the simulator knows them.
pub(crate) fn simulated() -> Vec<NumberSetup> {
    NUMBERS
        .iter()
        .filter_map(|(label, phone, key)| {
            Some(NumberSetup {
                phone: phone.parse().ok()?,
                label: (*label).to_owned(),
                api_key: (*key).to_owned(),
            })
        })
        .collect()
}

/// Fills an empty store. The admin's number comes last and says that it is full: a start that
/// ended on the way is continued by the next.
pub(crate) async fn fill_if_empty(app: &App) -> Result<(), SeedError> {
    if app.store.contact().await?.is_some() {
        return Ok(());
    }
    let in_use_since = app
        .now()
        .saturating_sub(IN_USE_FOR)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    for (label, phone, key) in NUMBERS {
        let entry = NumberEntry {
            label: label.to_owned(),
            phone: Phone::parse(phone)?,
            api_key: GatewayKey(Zeroizing::new(key.to_owned())),
            priority: 1,
            in_use_since,
            // A demo that was left alone for a week should not begin with twenty messages a day.
            limits: Limits::new(2, 5, 600, 4_800)?.with_warm_up(false),
        };
        match add_number(app, entry).await {
            Ok(_) | Err(NumberError::Present) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let settings = Settings {
        cold_welcomes_per_day: None,
        ..app.store.steering().await?.settings
    };
    save_settings(app, &settings).await?;
    save_contact(app, &Contact::new(Phone::parse(ADMIN_PHONE)?)).await?;
    Ok(())
}
