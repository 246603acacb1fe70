//! A change as somebody makes it: who, what, which fields, and under which request. What is written
//! of it goes along with the change (requirement A8).

use domain::audit::{AuditEntry, Author};
use store::{Along, OnceKey};

use crate::context::App;

/// A change that somebody makes.
#[derive(Debug, Clone)]
pub struct Act {
    author: Author,
    action: &'static str,
    fields: Vec<String>,
    once: Option<OnceKey>,
}

impl Act {
    /// Somebody does this: `numbers.add`.
    #[must_use]
    pub fn by(author: Author, action: &'static str) -> Self {
        Self {
            author,
            action,
            fields: Vec::new(),
            once: None,
        }
    }

    /// The system's own doing, of which no entry is made.
    #[must_use]
    pub fn of_the_system() -> Self {
        Self::by(Author::System, "system")
    }

    /// The same with the names of the fields that are given.
    #[must_use]
    pub fn on(mut self, fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.fields = fields.into_iter().map(Into::into).collect();
        self
    }

    /// The same under a request that is to be carried out once.
    #[must_use]
    pub fn once(mut self, request: OnceKey) -> Self {
        self.once = Some(request);
        self
    }

    /// The same before it is carried out where no transaction holds both: without the mark.
    pub(crate) fn before(mut self) -> Self {
        self.once = None;
        self
    }

    /// The same under another name.
    pub(crate) fn named(mut self, action: &'static str) -> Self {
        self.action = action;
        self
    }

    /// What it is.
    #[must_use]
    pub fn action(&self) -> &'static str {
        self.action
    }

    /// Who does it.
    #[must_use]
    pub fn author(&self) -> Author {
        self.author
    }

    /// What is written along with the change of `subject`.
    #[must_use]
    pub fn along(&self, app: &App, subject: &str) -> Along {
        if self.author == Author::System {
            return Along::nothing();
        }
        let now = app.now();
        let along = Along::audited(AuditEntry {
            id: app.dice.uuid(),
            at: now,
            author: self.author,
            action: self.action.to_owned(),
            subject: subject.to_owned(),
            fields: self.fields.clone(),
        });
        match &self.once {
            Some(request) => along.once(request.makes(subject, now)),
            None => along,
        }
    }
}
