//! Settings, kill switches and templates, as an admin changes them.

use domain::form::FieldErrors;
use domain::landing::LandingTexts;
use domain::settings::{Contact, ContactChange, Control, Settings, SettingsChange};
use domain::template::{TemplateName, VariantErrors};
use store::{Everything, Replaced, StoreError, StoredTemplate};

use crate::act::Act;
use crate::context::App;
use crate::ports::QueueMessage;

/// Replaces the settings; they hold within seconds, also for messages that wait.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn save_settings(app: &App, settings: &Settings) -> Result<(), StoreError> {
    app.store.save_settings(settings).await?;
    app.forget_settings().await;
    app.notify(QueueMessage::Wake).await;
    Ok(())
}

/// Why the landing page's texts were not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveLandingError {
    /// Some do not fit; nothing was saved.
    #[error("landing texts do not fit")]
    Texts(FieldErrors),
    /// The store did not answer.
    #[error("landing texts")]
    Store(#[from] StoreError),
}

/// Replaces the landing page's texts (requirement A9); what is left out is the page's own again.
///
/// # Errors
/// [`SaveLandingError`] names each text that does not fit.
pub async fn save_landing_texts(app: &App, texts: LandingTexts) -> Result<(), SaveLandingError> {
    let texts = texts.checked().map_err(SaveLandingError::Texts)?;
    app.store.save_landing_texts(&texts).await?;
    app.forget_settings().await;
    Ok(())
}

/// Sets where people are sent after registering; registration is closed until then.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn save_contact(app: &App, contact: &Contact) -> Result<(), StoreError> {
    app.store.save_contact(contact, app.now()).await?;
    app.forget_settings().await;
    Ok(())
}

/// Stops or releases sending, all of it or by class, however that stood. No request starts whose
/// check began after this was stored.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn save_control(app: &App, control: &Control) -> Result<(), StoreError> {
    app.store.save_switches(&control.into()).await?;
    app.notify(QueueMessage::Wake).await;
    Ok(())
}

/// What an admin changes at once.
#[derive(Debug, Clone, Default)]
pub struct SettingsEdit {
    /// Settings.
    pub settings: SettingsChange,
    /// Where people are sent after registering.
    pub contact: Option<ContactChange>,
    /// The landing page's texts, all of them.
    pub landing: Option<LandingTexts>,
}

/// Why settings were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeSettingsError {
    /// Some do not fit; nothing was changed.
    #[error("settings do not fit")]
    Fields(FieldErrors),
    /// Somebody else changed them first; nothing was changed. How they stand now.
    #[error("somebody else changed the settings first")]
    Overtaken(Box<Everything>),
    /// The store did not answer.
    #[error("settings")]
    Store(#[from] StoreError),
}

/// Changes settings as somebody saw them at `revision`; they hold within seconds, also for messages
/// that wait.
///
/// # Errors
/// [`ChangeSettingsError`]; nothing was changed unless the store's answer got lost.
pub async fn change_settings(
    app: &App,
    revision: u64,
    edit: SettingsEdit,
    act: &Act,
) -> Result<(), ChangeSettingsError> {
    let before = app.store.everything_set().await?;
    if before.revision != revision {
        return Err(ChangeSettingsError::Overtaken(Box::new(before)));
    }
    let mut errors = FieldErrors::default();
    let mut keep = |wrong: FieldErrors, within: &str| {
        for (field, text) in wrong.iter() {
            errors.push(&format!("{within}{field}"), text);
        }
    };
    let settings = (!edit.settings.is_empty()).then(|| edit.settings.onto(&before.settings));
    let settings = settings.and_then(|one| one.map_err(|wrong| keep(wrong, "")).ok());
    let contact = edit.contact.map(|one| one.onto(before.contact.as_ref()));
    let contact = contact.and_then(|one| one.map_err(|wrong| keep(wrong, "")).ok());
    let landing = edit.landing.map(LandingTexts::checked);
    let landing = landing.and_then(|one| one.map_err(|wrong| keep(wrong, "landing.")).ok());
    if !errors.is_empty() {
        return Err(ChangeSettingsError::Fields(errors));
    }
    let replaced = Replaced {
        settings: settings.as_ref(),
        contact: contact.as_ref(),
        landing: landing.as_ref(),
    };
    let along = act.along(app, "settings");
    let store = &app.store;
    if !store
        .replace_settings(revision, &replaced, app.now(), &along)
        .await?
    {
        let now = store.everything_set().await?;
        return Err(ChangeSettingsError::Overtaken(Box::new(now)));
    }
    app.forget_settings().await;
    app.notify(QueueMessage::Wake).await;
    Ok(())
}

/// Why a template was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveTemplateError {
    /// There is no message of this name.
    #[error("there is no message named {0:?}")]
    UnknownName(String),
    /// A text does not parse, or there are none or too many.
    #[error("texts of the template")]
    Texts(#[source] VariantErrors),
    /// Somebody else saved in the meantime.
    #[error("somebody else saved this template first")]
    Overtaken,
    /// The store did not answer.
    #[error("templates")]
    Store(#[from] StoreError),
}

/// Saves a new version of a template's texts, a system message's or a named broadcast's, and makes
/// it active. Returns the version.
///
/// # Errors
/// [`SaveTemplateError`] says which texts are wrong and where, and then nothing is saved.
pub async fn save_template(
    app: &App,
    name: &str,
    variants: Vec<String>,
) -> Result<u32, SaveTemplateError> {
    let parsed =
        TemplateName::parse(name).map_err(|_| SaveTemplateError::UnknownName(name.to_owned()))?;
    parsed.check(&variants).map_err(SaveTemplateError::Texts)?;
    let version = app.store.template(name).await?.map_or(1, |t| t.version + 1);
    let saved = app
        .store
        .save_template(name, &StoredTemplate { version, variants })
        .await?;
    if saved {
        Ok(version)
    } else {
        Err(SaveTemplateError::Overtaken)
    }
}
