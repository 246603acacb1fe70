//! The landing page's texts that an admin may change (requirement A9). What is not set stays as the page
//! itself says it; the consent texts are not among them, since they are proved word for word.

use crate::form::FieldErrors;
use crate::text::single_line;

/// Texts in place of the page's own. All are plain text: mark-up shows as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LandingTexts {
    /// The page's heading.
    pub headline: Option<String>,
    /// One or two sentences below it.
    pub lead: Option<String>,
    /// What the programme is; an empty line parts paragraphs.
    pub about: Option<String>,
    /// What the host says about how to reach them.
    pub contact: Option<String>,
    /// What participants send along with their own link, which follows it.
    pub invitation: Option<String>,
    /// Questions with their answers, in place of all of the page's own; empty = the page's own.
    pub faq: Vec<Faq>,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faq {
    /// The question, one line.
    pub question: String,
    /// The answer; an empty line parts paragraphs.
    pub answer: String,
}

/// Most characters of each text. The first two stand large at the top of a 320 px screen.
pub const HEADLINE_MAX: usize = 80;
/// See [`HEADLINE_MAX`].
pub const LEAD_MAX: usize = 240;
/// See [`HEADLINE_MAX`].
pub const ABOUT_MAX: usize = 1_200;
/// See [`HEADLINE_MAX`].
pub const CONTACT_MAX: usize = 300;
/// See [`HEADLINE_MAX`].
pub const INVITATION_MAX: usize = 300;
/// Most characters of a question.
pub const QUESTION_MAX: usize = 120;
/// Most characters of an answer.
pub const ANSWER_MAX: usize = 600;
/// Most questions.
pub const FAQ_MAX: usize = 12;

impl LandingTexts {
    /// Cleans the texts and checks their lengths; an empty one counts as not set.
    ///
    /// # Errors
    /// [`FieldErrors`] with an Indonesian text for each that is too long (`headline`,
    /// `faq.2.answer` …), and for a question without answer or the reverse.
    pub fn checked(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let headline = line("headline", self.headline, HEADLINE_MAX, &mut errors);
        let lead = line("lead", self.lead, LEAD_MAX, &mut errors);
        let about = paragraphs("about", self.about, ABOUT_MAX, &mut errors);
        let contact = paragraphs("contact", self.contact, CONTACT_MAX, &mut errors);
        let invitation = line("invitation", self.invitation, INVITATION_MAX, &mut errors);
        if self.faq.len() > FAQ_MAX {
            errors.push("faq", &format!("Paling banyak {FAQ_MAX} pertanyaan."));
        }
        let mut faq = Vec::new();
        for (at, entry) in (1..).zip(self.faq) {
            let names = (format!("faq.{at}.question"), format!("faq.{at}.answer"));
            let question = line(&names.0, Some(entry.question), QUESTION_MAX, &mut errors);
            let answer = paragraphs(&names.1, Some(entry.answer), ANSWER_MAX, &mut errors);
            match (question, answer) {
                (Some(question), Some(answer)) => faq.push(Faq { question, answer }),
                (None, None) => {}
                (None, Some(_)) => errors.push(&names.0, "Isi pertanyaannya."),
                (Some(_), None) => errors.push(&names.1, "Isi jawabannya."),
            }
        }
        if errors.is_empty() {
            Ok(Self {
                headline,
                lead,
                about,
                contact,
                invitation,
                faq,
            })
        } else {
            Err(errors)
        }
    }
}

/// One line.
fn line(field: &str, text: Option<String>, max: usize, errors: &mut FieldErrors) -> Option<String> {
    let text = text?;
    within(field, &text, single_line(&text), max, errors)
}

/// Paragraphs, each one line, parted by one empty line.
fn paragraphs(
    field: &str,
    text: Option<String>,
    max: usize,
    errors: &mut FieldErrors,
) -> Option<String> {
    let raw = text?;
    let text = raw.replace("\r\n", "\n");
    let paragraphs: Vec<String> = text
        .split("\n\n")
        .map(single_line)
        .filter(|paragraph| !paragraph.is_empty())
        .collect();
    within(field, &raw, paragraphs.join("\n\n"), max, errors)
}

/// As long as it came, too: the API's document knows of no cleaning.
fn within(
    field: &str,
    raw: &str,
    text: String,
    max: usize,
    errors: &mut FieldErrors,
) -> Option<String> {
    if raw.chars().count().max(text.chars().count()) > max {
        errors.push(field, &format!("Paling panjang {max} huruf."));
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests"
    )]

    use super::*;

    fn entry(question: &str, answer: &str) -> Faq {
        Faq {
            question: question.to_owned(),
            answer: answer.to_owned(),
        }
    }

    #[test]
    fn texts_are_cleaned_and_an_empty_one_is_not_set() {
        let texts = LandingTexts {
            headline: Some("  Saling \u{200B}berbagi\n".to_owned()),
            lead: Some(" \t".to_owned()),
            about: Some("Satu.\r\n\r\n\r\n\r\nDua\nbaris.\n\n".to_owned()),
            faq: vec![entry("Apa itu?", "Ini."), entry(" ", "\n")],
            ..LandingTexts::default()
        };
        let checked = texts.checked().unwrap();
        assert_eq!(checked.headline.as_deref(), Some("Saling berbagi"));
        assert_eq!(checked.lead, None);
        assert_eq!(checked.about.as_deref(), Some("Satu.\n\nDua baris."));
        assert_eq!(checked.faq, [entry("Apa itu?", "Ini.")]);
        assert_eq!(checked.clone().checked().unwrap(), checked);
    }

    #[test]
    fn each_text_that_is_too_long_is_named() {
        let long = |max: usize| Some("é".repeat(max + 1));
        let texts = LandingTexts {
            headline: long(HEADLINE_MAX),
            lead: long(LEAD_MAX),
            about: long(ABOUT_MAX),
            contact: long(CONTACT_MAX),
            invitation: long(INVITATION_MAX),
            faq: vec![
                entry(&"é".repeat(QUESTION_MAX + 1), &"é".repeat(ANSWER_MAX + 1)),
                entry("", "Jawaban"),
                entry("Pertanyaan", ""),
            ],
        };
        let errors = texts.checked().unwrap_err();
        let fields: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(
            fields,
            [
                "headline",
                "lead",
                "about",
                "contact",
                "invitation",
                "faq.1.question",
                "faq.1.answer",
                "faq.2.question",
                "faq.3.answer"
            ]
        );
        let just = |max: usize| Some("é".repeat(max));
        let texts = LandingTexts {
            headline: just(HEADLINE_MAX),
            about: just(ABOUT_MAX),
            ..LandingTexts::default()
        };
        assert!(texts.checked().is_ok());
        let many = LandingTexts {
            faq: vec![entry("a", "b"); FAQ_MAX + 1],
            ..LandingTexts::default()
        };
        assert!(many.checked().unwrap_err().get("faq").is_some());
    }
}
