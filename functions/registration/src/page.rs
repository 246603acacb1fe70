//! The landing page with a visitor's values and what was wrong with them, for browsers without
//! script. It is the very page that the site serves, embedded at build time and filled in.

use std::collections::BTreeMap;

use domain::form::{FieldErrors, FieldValue};
use lol_html::html_content::ContentType;
use lol_html::{ElementContentHandlers, RewriteStrSettings, Selector, element, rewrite_str};
use std::borrow::Cow;

const PAGE: &str = include_str!("../../../web/landing/index.html");

const TEXT_FIELDS: [&str; 5] = ["name", "city", "profession", "phone", "ref"];
const BOXES: [&str; 2] = ["consent_wa", "consent_share"];

type Handler<'h> = (Cow<'h, Selector>, ElementContentHandlers<'h>);

/// The page, filled in. `notice` stands above the form and concerns no single field.
///
/// # Errors
/// If the embedded page cannot be rewritten, which a test excludes.
pub(crate) fn page(
    values: &BTreeMap<String, FieldValue>,
    errors: &FieldErrors,
    notice: Option<&str>,
) -> Result<String, lol_html::errors::RewritingError> {
    let text = |name: &str| match values.get(name) {
        Some(FieldValue::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let on_page: Vec<(String, String)> = errors
        .iter()
        .filter(|(field, _)| {
            *field == "sapaan" || TEXT_FIELDS.contains(field) || BOXES.contains(field)
        })
        .map(|(field, text)| (field.to_owned(), text.to_owned()))
        .collect();
    let mut handlers: Vec<Handler<'_>> = Vec::new();
    for name in TEXT_FIELDS {
        if let Some(value) = text(name) {
            handlers.push(element!(format!("input[name=\"{name}\"]"), move |input| {
                input.set_attribute("value", &as_typed(&value))?;
                Ok(())
            }));
        }
    }
    for name in BOXES {
        if text(name).is_some_and(|value| !value.is_empty()) {
            handlers.push(element!(format!("input[name=\"{name}\"]"), |input| {
                input.set_attribute("checked", "")?;
                Ok(())
            }));
        }
    }
    if let Some(sapaan) = text("sapaan") {
        handlers.push(element!("input[name=\"sapaan\"]", move |input| {
            if input.get_attribute("value").as_deref() == Some(sapaan.as_str()) {
                input.set_attribute("checked", "")?;
            }
            Ok(())
        }));
    }
    for (field, text) in &on_page {
        handlers.push(element!(format!("#error-{field}"), move |place| {
            place.remove_attribute("hidden");
            place.set_inner_content(text, ContentType::Text);
            Ok(())
        }));
        handlers.push(element!(format!("input[name=\"{field}\"]"), |input| {
            input.set_attribute("aria-invalid", "true")?;
            Ok(())
        }));
    }
    if !errors.is_empty() {
        let others: Vec<(String, String)> = errors
            .iter()
            .filter(|(field, _)| !on_page.iter().any(|(known, _)| known == field))
            .map(|(field, text)| (field.to_owned(), text.to_owned()))
            .collect();
        let on_page = on_page.clone();
        handlers.push(element!("#form-errors", move |summary| {
            summary.remove_attribute("hidden");
            // Without a script this is what brings the visitor to the summary.
            summary.set_attribute("autofocus", "")?;
            summary.set_inner_content("<p>Mohon periksa lagi:</p><ul>", ContentType::Html);
            for (field, text) in &on_page {
                summary.append(&format!("<li><a href=\"#{field}\">"), ContentType::Html);
                summary.append(text, ContentType::Text);
                summary.append("</a></li>", ContentType::Html);
            }
            for (_, text) in &others {
                summary.append("<li>", ContentType::Html);
                summary.append(text, ContentType::Text);
                summary.append("</li>", ContentType::Html);
            }
            summary.append("</ul>", ContentType::Html);
            Ok(())
        }));
    }
    if let Some(notice) = notice {
        let notice = notice.to_owned();
        handlers.push(element!("#form-notice", move |place| {
            place.remove_attribute("hidden");
            place.set_inner_content(&notice, ContentType::Text);
            Ok(())
        }));
    }
    let settings = handlers
        .into_iter()
        .fold(RewriteStrSettings::new(), |settings, handler| {
            settings.append_element_content_handler(handler)
        });
    rewrite_str(PAGE, settings)
}

/// Text for an attribute, so that the visitor reads what they typed, `&amp;` included. Double
/// quotes are escaped when the attribute is written.
fn as_typed(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::consent;
    use domain::form::RegistrationForm;

    fn filled(pairs: &[(&str, &str)]) -> String {
        let values: BTreeMap<_, _> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), FieldValue::Text((*value).to_owned())))
            .collect();
        let errors = RegistrationForm::parse(&values).unwrap_err();
        page(&values, &errors, None).unwrap()
    }

    #[test]
    fn the_page_shows_the_very_consent_texts_that_are_proved() {
        assert!(PAGE.contains(consent::CURRENT.wa));
        assert!(PAGE.contains(consent::CURRENT.share));
    }

    #[test]
    fn the_styles_stay_as_the_policy_names_them() {
        let styles = |html: &str| {
            let (_, rest) = html.split_once("<style>").unwrap();
            rest.split_once("</style>").unwrap().0.to_owned()
        };
        assert_eq!(styles(&filled(&[("name", "Siti")])), styles(PAGE));
    }

    #[test]
    fn values_stay_and_errors_stand_beside_their_fields() {
        let html = filled(&[
            ("name", "Siti"),
            ("phone", "021 555 1234"),
            ("sapaan", "Ibu"),
            ("consent_share", "true"),
        ]);
        assert!(html.contains(r#"value="Siti""#));
        assert!(html.contains(r#"value="021 555 1234""#));
        let input = |needle: &str| {
            html.split('<')
                .find(|tag| tag.contains(needle))
                .unwrap()
                .to_owned()
        };
        assert!(input(r#"value="Ibu""#).contains("checked"));
        assert!(!input(r#"value="Bapak""#).contains("checked"));
        assert!(input(r#"name="consent_share""#).contains("checked"));
        assert!(!input(r#"name="consent_wa""#).contains("checked"));
        assert!(input(r#"name="phone""#).contains("aria-invalid"));
        assert!(!input(r#"name="name""#).contains("aria-invalid"));
        assert!(!input(r#"id="error-phone""#).contains("hidden"));
        assert!(input(r#"id="error-name""#).contains("hidden"));
        assert!(html.contains(r##"<a href="#phone">"##));
    }

    #[test]
    fn what_a_visitor_typed_is_never_markup() {
        let html = filled(&[
            ("name", r#""><script>alert(1)</script>"#),
            ("x<img src=y>", "1"),
        ]);
        assert!(!html.contains("<script>alert"));
        assert!(!html.contains("<img src=y>"));
        assert!(html.contains("&quot;&gt;&lt;script"));
    }
}
