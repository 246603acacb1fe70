use domain::landing::{Faq, LandingTexts};
use serde::{Deserialize, Serialize};

use crate::item::{Item, from_item, key, to_item};
use crate::settings::SETTINGS;
use crate::tables::Table;
use crate::{Store, StoreError};

pub(crate) const LANDING: &str = "LANDING";
const WHAT: &str = "landing texts";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LandingItem {
    pk: String,
    sk: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    headline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    lead: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    about: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    invitation: Option<String>,
    #[serde(default)]
    faq: Vec<FaqItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FaqItem {
    question: String,
    answer: String,
}

impl Store {
    /// The landing page's own texts; what nobody set is not there.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn landing_texts(&self) -> Result<LandingTexts, StoreError> {
        let wanted = [(self.table(Table::Settings), key(SETTINGS, LANDING))];
        let found = self.get_all(WHAT, &wanted).await?;
        read_landing(found.into_iter().next().flatten())
    }

    /// Replaces the landing page's texts, which were checked.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn save_landing_texts(&self, texts: &LandingTexts) -> Result<(), StoreError> {
        let item = landing_item(texts);
        self.put(Table::Settings, to_item(WHAT, &item)?, WHAT).await
    }
}

/// Absent = what nobody set is not there.
pub(crate) fn read_landing(item: Option<Item>) -> Result<LandingTexts, StoreError> {
    let Some(item) = item else {
        return Ok(LandingTexts::default());
    };
    let item: LandingItem = from_item(WHAT, item)?;
    let faq = item
        .faq
        .into_iter()
        .map(|FaqItem { question, answer }| Faq { question, answer });
    Ok(LandingTexts {
        headline: item.headline,
        lead: item.lead,
        about: item.about,
        contact: item.contact,
        invitation: item.invitation,
        faq: faq.collect(),
    })
}

pub(crate) fn landing_item(texts: &LandingTexts) -> LandingItem {
    let texts = texts.clone();
    let faq = texts
        .faq
        .into_iter()
        .map(|Faq { question, answer }| FaqItem { question, answer });
    LandingItem {
        pk: SETTINGS.to_owned(),
        sk: LANDING.to_owned(),
        headline: texts.headline,
        lead: texts.lead,
        about: texts.about,
        contact: texts.contact,
        invitation: texts.invitation,
        faq: faq.collect(),
    }
}
