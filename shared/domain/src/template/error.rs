//! What is wrong with a template, and where.

use thiserror::Error;

use super::Placeholder;

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
}

impl TemplateProblem {
    pub(super) fn unknown(name: &str) -> Self {
        Self::Unknown(name.chars().take(SHOWN_CHARS).collect())
    }
}

impl TemplateError {
    /// What the admin reads, in Indonesian.
    #[must_use]
    pub fn message(&self) -> String {
        let what = match &self.problem {
            TemplateProblem::Empty => return "Isi teks pesan.".to_owned(),
            TemplateProblem::Unknown(name) => format!("{{{name}}} tidak dikenal."),
            TemplateProblem::NotAllowed(placeholder) => format!(
                "{{{}}} tidak tersedia untuk jenis pesan ini.",
                placeholder.name()
            ),
            TemplateProblem::Unclosed => "tanda { belum ditutup dengan }.".to_owned(),
            TemplateProblem::StrayBrace => "tanda } tanpa { sebelumnya.".to_owned(),
        };
        format!("Baris {}, huruf ke-{}: {what}", self.line, self.column)
    }
}
