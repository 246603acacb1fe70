//! The texts of one template, of which one is chosen by chance for each message, so that many
//! messages do not read the same (requirement N3).

use thiserror::Error;

use super::{MAX_VARIANTS, Template, TemplateError, TemplateName, TemplateProblem};

/// What is wrong with one of the texts.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("text {variant}, {error}")]
pub struct VariantError {
    /// Which text, counted from 1.
    pub variant: usize,
    /// What is wrong and where.
    #[source]
    pub error: TemplateError,
}

/// What is wrong with the texts of a template: at least one entry, at most one for each text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{} texts of the template", .0.len())]
pub struct VariantErrors(pub Vec<VariantError>);

impl VariantErrors {
    /// What the admin reads for each text, with its number counted from 1; `name` is the
    /// template's.
    pub fn messages(&self, name: &TemplateName) -> impl Iterator<Item = (usize, String)> {
        let allowed = name.placeholders();
        self.0
            .iter()
            .map(move |fault| (fault.variant, fault.error.message(allowed)))
    }
}

impl TemplateName {
    /// Checks every text that is to be saved under this name.
    ///
    /// # Errors
    /// [`VariantErrors`] with the first fault of each text; also if there is none, or more than
    /// [`MAX_VARIANTS`].
    pub fn check(&self, variants: &[String]) -> Result<Vec<Template>, VariantErrors> {
        let about_all = |variant, problem| {
            VariantErrors(vec![VariantError {
                variant,
                error: TemplateError {
                    line: 1,
                    column: 1,
                    problem,
                },
            }])
        };
        if variants.is_empty() {
            return Err(about_all(1, TemplateProblem::Empty));
        }
        if variants.len() > MAX_VARIANTS {
            return Err(about_all(
                MAX_VARIANTS + 1,
                TemplateProblem::TooManyVariants,
            ));
        }
        let mut templates = Vec::with_capacity(variants.len());
        let mut faults = Vec::new();
        for (variant, text) in (1..).zip(variants) {
            match Template::parse(text, self.placeholders()) {
                Ok(template) => templates.push(template),
                Err(error) => faults.push(VariantError { variant, error }),
            }
        }
        if faults.is_empty() {
            Ok(templates)
        } else {
            Err(VariantErrors(faults))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn check(name: &str, texts: &[&str]) -> Result<usize, Vec<(usize, String)>> {
        let name = TemplateName::parse(name).unwrap();
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        match name.check(&texts) {
            Ok(templates) => Ok(templates.len()),
            Err(errors) => Err(errors.messages(&name).collect()),
        }
    }

    #[test]
    fn every_text_with_a_fault_is_named_with_its_place() {
        assert_eq!(check("welcome", &["Halo {name}", "Hai {sapaan}"]), Ok(2));
        assert_eq!(
            check(
                "link",
                &["Halo {nama}", "Hai {name}", "a\nb {topic}", "{name", " "]
            ),
            Err(vec![
                (
                    1,
                    "Baris 1, huruf ke-6: {nama} tidak dikenal. Maksud Anda {name}?".to_owned()
                ),
                (
                    3,
                    "Baris 2, huruf ke-3: {topic} tidak tersedia untuk jenis pesan ini. Yang tersedia: \
                     {sapaan}, {name}, {city}, {profession}, {referral_code}, {site_host}."
                        .to_owned()
                ),
                (
                    4,
                    "Baris 1, huruf ke-1: tanda { belum ditutup dengan }.".to_owned()
                ),
                (5, "Isi teks pesan.".to_owned()),
            ])
        );
    }

    #[test]
    fn there_is_at_least_one_text_and_not_too_many() {
        assert_eq!(
            check("welcome", &[]),
            Err(vec![(1, "Isi teks pesan.".to_owned())])
        );
        assert_eq!(check("welcome", &["a"; MAX_VARIANTS]), Ok(MAX_VARIANTS));
        assert_eq!(
            check("welcome", &["a"; MAX_VARIANTS + 1]),
            Err(vec![(11, "Paling banyak 10 variasi.".to_owned())])
        );
    }
}
