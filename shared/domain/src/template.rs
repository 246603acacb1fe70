//! Message templates: parsed when saved, rendered when sent (requirement N3, S7).
//!
//! The syntax is `{placeholder}` and nothing else. A line that has placeholders and gets no
//! value for any of them is left out, so that one text serves with and without a planned
//! event, a video, a shared city.

mod error;
#[cfg(test)]
mod matrix;
mod name;
mod placeholder;
mod preview;
mod similar;
mod system;
#[cfg(test)]
mod tests;
mod variants;

use std::collections::BTreeMap;
use std::fmt;

pub use error::{TemplateError, TemplateProblem};
pub use name::{Slug, TemplateName, TemplateNameError};
pub use placeholder::{Placeholder, UnknownPlaceholder};
pub use preview::{Preview, Warning, preview};
pub use system::SystemTemplate;
pub use variants::{VariantError, VariantErrors};

/// Most characters of a message: the documented limit of WhatsApp's own API for a text. The app
/// shows longer ones, but nothing says that a gateway takes them.
pub const MAX_CHARS: usize = 4_096;

/// Most texts of one template.
pub const MAX_VARIANTS: usize = 10;

/// A text whose placeholders are known and allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    lines: Vec<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot(Placeholder),
}

/// Values by placeholder; one without a value counts as empty. `Debug` shows no value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Vars(BTreeMap<Placeholder, String>);

impl Vars {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more value; a later one replaces an earlier one.
    #[must_use]
    pub fn with(mut self, placeholder: Placeholder, value: impl Into<String>) -> Self {
        self.0.insert(placeholder, value.into());
        self
    }

    fn get(&self, placeholder: Placeholder) -> &str {
        self.0.get(&placeholder).map_or("", |value| value.trim())
    }
}

impl fmt::Debug for Vars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Template {
    /// Checks a text. Line ends become `\n`, blank lines at both ends are taken off.
    ///
    /// # Errors
    /// [`TemplateError`] with the place of the first placeholder that is unknown, not in
    /// `allowed`, or not closed, or of a brace that opens none; or when there is no text, or more
    /// of it than a message may have.
    pub fn parse(text: &str, allowed: &[Placeholder]) -> Result<Self, TemplateError> {
        if let Some((first, _)) = text.char_indices().nth(MAX_CHARS) {
            return Err(too_long(&text[..first]));
        }
        let lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| parse_line(line, index + 1, allowed))
            .collect::<Result<Vec<_>, _>>()?;
        let Some(first) = lines.iter().position(|line| !is_blank(line)) else {
            return Err(TemplateError {
                line: 1,
                column: 1,
                problem: TemplateProblem::Empty,
            });
        };
        let end = lines.len() - lines.iter().rev().take_while(|line| is_blank(line)).count();
        Ok(Self {
            lines: lines[first..end].to_vec(),
        })
    }

    /// The message. Values stand as they are: a value that holds `{name}` is not expanded
    /// again. Where a line is left out, two blank lines do not meet and none stays at an end.
    ///
    /// Empty if every line is left out: then there is nothing to send.
    #[must_use]
    pub fn render(&self, vars: &Vars) -> String {
        let mut kept: Vec<String> = Vec::with_capacity(self.lines.len());
        let mut left_out = false;
        for line in &self.lines {
            if is_left_out(line, vars) {
                left_out = true;
                continue;
            }
            let after_blank = kept.last().is_none_or(|last| last.trim().is_empty());
            if is_blank(line) && left_out && after_blank {
                continue;
            }
            left_out = false;
            kept.push(rendered(line, vars));
        }
        while left_out && kept.last().is_some_and(|last| last.trim().is_empty()) {
            kept.pop();
        }
        kept.join("\n")
    }
}

/// The place behind what still fits.
fn too_long(fits: &str) -> TemplateError {
    let last_line = fits.rsplit('\n').next().unwrap_or(fits);
    TemplateError {
        line: fits.matches('\n').count() + 1,
        column: last_line.chars().count() + 1,
        problem: TemplateProblem::TooLong,
    }
}

fn parse_line(
    line: &str,
    number: usize,
    allowed: &[Placeholder],
) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = line;
    loop {
        let at = |problem| TemplateError {
            line: number,
            column: line[..line.len() - rest.len()].chars().count() + 1,
            problem,
        };
        let (text, brace) = match rest.find(['{', '}']) {
            None => (rest, ""),
            Some(position) => rest.split_at(position),
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
            rest = brace;
            continue;
        }
        if rest.is_empty() {
            return Ok(pieces);
        }
        let Some(opened) = rest.strip_prefix('{') else {
            return Err(at(TemplateProblem::StrayBrace));
        };
        let Some((name, after)) = opened.split_once('}') else {
            return Err(at(TemplateProblem::Unclosed));
        };
        let Some(placeholder) = Placeholder::from_name(name) else {
            return Err(at(TemplateProblem::unknown(name)));
        };
        if !allowed.contains(&placeholder) {
            return Err(at(TemplateProblem::NotAllowed(placeholder)));
        }
        pieces.push(Piece::Slot(placeholder));
        rest = after;
    }
}

fn is_blank(line: &[Piece]) -> bool {
    line.iter().all(|piece| match piece {
        Piece::Text(text) => text.trim().is_empty(),
        Piece::Slot(_) => false,
    })
}

fn is_left_out(line: &[Piece], vars: &Vars) -> bool {
    let mut slots = line
        .iter()
        .filter_map(|piece| match piece {
            Piece::Slot(placeholder) => Some(*placeholder),
            Piece::Text(_) => None,
        })
        .peekable();
    slots.peek().is_some() && slots.all(|placeholder| vars.get(placeholder).is_empty())
}

fn rendered(line: &[Piece], vars: &Vars) -> String {
    line.iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Slot(placeholder) => vars.get(*placeholder),
        })
        .collect()
}
