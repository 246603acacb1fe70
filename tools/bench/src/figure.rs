//! One line of the table, and the sections that hold them.

use std::fmt;

/// A measured figure.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// What was measured, with its unit.
    pub(crate) what: String,
    /// The figure, formatted.
    pub(crate) value: String,
    /// The goal in words, and whether it is met.
    pub(crate) goal: Option<(String, bool)>,
}

impl Figure {
    /// A figure without a goal.
    pub(crate) fn new(what: impl Into<String>, value: impl fmt::Display) -> Self {
        Self {
            what: what.into(),
            value: value.to_string(),
            goal: None,
        }
    }

    /// The same with a goal.
    pub(crate) fn goal(mut self, goal: impl Into<String>, met: bool) -> Self {
        self.goal = Some((goal.into(), met));
        self
    }
}

/// Figures of one kind, with how they were measured.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// Heading.
    pub(crate) title: &'static str,
    /// How it was measured, and what was seen, as Markdown.
    pub(crate) how: String,
    /// Lines.
    pub(crate) figures: Vec<Figure>,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n## {}\n\n{}\n", self.title, self.how)?;
        writeln!(f, "| what | measured | goal |\n|---|---:|---|")?;
        for figure in &self.figures {
            let goal = match &figure.goal {
                Some((goal, true)) => goal.clone(),
                Some((goal, false)) => format!("{goal}: **missed**"),
                None => String::new(),
            };
            writeln!(f, "| {} | {} | {goal} |", figure.what, figure.value)?;
        }
        Ok(())
    }
}
