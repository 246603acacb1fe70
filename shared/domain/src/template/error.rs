//! What is wrong with a template, and where.

use thiserror::Error;

use super::{MAX_CHARS, MAX_VARIANTS, Placeholder, similar};

/// Most characters of an unknown placeholder that an error repeats.
const SHOWN_CHARS: usize = 40;

/// Why a template cannot be saved.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {problem:?}")]
pub struct TemplateError {
    /// Line, counted from 1.
    pub line: usize,
    /// Character in the line, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: TemplateProblem,
}

/// The kinds of [`TemplateError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateProblem {
    /// No text.
    Empty,
    /// Nothing is known by this name (its first characters).
    Unknown(String),
    /// Known, but this kind of message has no value for it.
    NotAllowed(Placeholder),
    /// `{` without `}` on the same line.
    Unclosed,
    /// `}` without `{`.
    StrayBrace,
    /// More characters than a message may have; the place is where the first one too many stands.
    TooLong,
    /// More variants than a template may have.
    TooManyVariants,
}

impl TemplateProblem {
    pub(super) fn unknown(name: &str) -> Self {
        Self::Unknown(name.chars().take(SHOWN_CHARS).collect())
    }
}

impl TemplateError {
    /// What the admin reads, in Indonesian: where, what, and what may stand there instead.
    /// `allowed` are the placeholders of this kind of message.
    #[must_use]
    pub fn message(&self, allowed: &[Placeholder]) -> String {
        let what = match &self.problem {
            TemplateProblem::Empty => return "Isi teks pesan.".to_owned(),
            TemplateProblem::TooManyVariants => {
                return format!("Paling banyak {MAX_VARIANTS} variasi.");
            }
            TemplateProblem::Unknown(name) => {
                let instead = match similar::nearest(name, allowed) {
                    Some(nearest) => format!("Maksud Anda {{{}}}?", nearest.name()),
                    None => available(allowed),
                };
                format!("{{{name}}} tidak dikenal. {instead}")
            }
            TemplateProblem::NotAllowed(placeholder) => format!(
                "{{{}}} tidak tersedia untuk jenis pesan ini. {}",
                placeholder.name(),
                available(allowed)
            ),
            TemplateProblem::Unclosed => "tanda { belum ditutup dengan }.".to_owned(),
            TemplateProblem::StrayBrace => "tanda } tanpa { sebelumnya.".to_owned(),
            TemplateProblem::TooLong => {
                format!("teks lebih dari {MAX_CHARS} huruf. Persingkat pesannya.")
            }
        };
        format!("Baris {}, huruf ke-{}: {what}", self.line, self.column)
    }
}

fn available(allowed: &[Placeholder]) -> String {
    let names: Vec<String> = allowed
        .iter()
        .map(|placeholder| format!("{{{}}}", placeholder.name()))
        .collect();
    format!("Yang tersedia: {}.", names.join(", "))
}
