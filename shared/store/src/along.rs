//! What is written together with a change that a person made: the entry of the audit log, and the
//! mark that their request was carried out (requirement A8). In one transaction with the change, so
//! that none lacks its entry and a repeated request finds what the first one did.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::audit::AuditEntry;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::audit::audit_item;
use crate::item::{Item, from_item, single_key, to_item};
use crate::tables::Table;
use crate::write::{Applied, Change, Committed, put_new, transact};
use crate::{Store, StoreError};

const WHAT: &str = "request";
/// So long a repeated request finds its answer.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// A request that is to be carried out once, however often it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    key: String,
    body: String,
    subject: String,
    at: Timestamp,
}

/// A request as it came: what is asked, by whom, under which key, with which body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceKey {
    key: String,
    body: String,
}

impl OnceKey {
    /// The request makes this subject.
    #[must_use]
    pub fn makes(&self, subject: impl Into<String>, at: Timestamp) -> Once {
        Once {
            key: self.key.clone(),
            body: self.body.clone(),
            subject: subject.into(),
            at,
        }
    }
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: it is new.
    New,
    /// It was carried out, and made this subject.
    Done(String),
    /// The same key came with another body.
    OtherBody,
}

/// What is written along with a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Along {
    entries: Vec<AuditEntry>,
    once: Option<Once>,
}

impl Along {
    /// Nothing: the change is the system's own.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// An entry of the audit log.
    #[must_use]
    pub fn audited(entry: AuditEntry) -> Self {
        Self {
            entries: vec![entry],
            once: None,
        }
    }

    /// Both: one change that does two things.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self.once = self.once.or(other.once);
        self
    }

    /// The same, and the mark that the request was carried out.
    #[must_use]
    pub fn once(self, once: Once) -> Self {
        Self {
            once: Some(once),
            ..self
        }
    }

    /// How many parts it adds to a transaction, of which there may be 100.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len() + usize::from(self.once.is_some())
    }

    /// Whether it adds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct OnceItem {
    key: String,
    body: String,
    subject: String,
    ttl: i64,
}

impl Store {
    /// The key of a request; neither its key nor its body can be read from it.
    ///
    /// # Errors
    /// [`StoreError::Vault`] before the keys are read.
    pub fn once_key(
        &self,
        operation: &str,
        author: &str,
        key: &str,
        body: &[u8],
    ) -> Result<OnceKey, StoreError> {
        let hash = |domain: &str, data: &[u8]| {
            let hash = self.vault.keyed_hash(domain, data);
            hash.map_err(StoreError::vault(WHAT))
        };
        Ok(OnceKey {
            key: format!(
                "IDEMPOTENCY#{operation}#{author}#{}",
                hash("idempotency key", key.as_bytes())?
            ),
            body: hash("idempotency body", body)?,
        })
    }

    /// Whether this request was carried out before, read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the mark is unreadable.
    pub async fn seen_request(&self, request: &OnceKey) -> Result<Seen, StoreError> {
        let wanted = [(
            self.table(Table::Limits),
            single_key("key", request.key.as_str()),
        )];
        let found = self.get_all(WHAT, &wanted).await?;
        let Some(item) = found.into_iter().next().flatten() else {
            return Ok(Seen::New);
        };
        let item: OnceItem = from_item(WHAT, item)?;
        Ok(if item.body == request.body {
            Seen::Done(item.subject)
        } else {
            Seen::OtherBody
        })
    }

    /// Writes what belongs to a change that was made elsewhere, where no transaction can hold both.
    /// It comes before that change: an entry too many says less than one that is missing.
    ///
    /// # Errors
    /// [`StoreError::Repeated`] if the request was carried out already; [`StoreError`] if the
    /// database does not answer.
    pub async fn write_along(&self, along: &Along) -> Result<(), StoreError> {
        if along.is_empty() {
            return Ok(());
        }
        self.transact_along(WHAT, Vec::new(), along).await?;
        Ok(())
    }

    fn along_parts(&self, along: &Along) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut parts = Vec::with_capacity(along.len());
        for entry in &along.entries {
            let item = audit_item(entry)?;
            parts.push(put_new(WHAT, self.table(Table::Audit), "sk", item)?);
        }
        if let Some(once) = &along.once {
            let ttl = once.at.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
            let item: Item = to_item(
                WHAT,
                &OnceItem {
                    key: once.key.clone(),
                    body: once.body.clone(),
                    subject: once.subject.clone(),
                    ttl: ttl.as_second(),
                },
            )?;
            parts.push(put_new(WHAT, self.table(Table::Limits), "key", item)?);
        }
        Ok(parts)
    }

    /// Writes the parts and what goes along, all or nothing. What is refused is told of the parts
    /// alone.
    ///
    /// # Errors
    /// [`StoreError::Repeated`] if the request was carried out already.
    pub(crate) async fn transact_along(
        &self,
        what: &'static str,
        mut parts: Vec<TransactWriteItem>,
        along: &Along,
    ) -> Result<Committed, StoreError> {
        let own = parts.len();
        parts.extend(self.along_parts(along)?);
        match transact(what, &self.client, parts).await? {
            Committed::Yes => Ok(Committed::Yes),
            // The mark stands last; its refusal wins, since the parts may be refused for what the
            // first of the two requests did.
            Committed::Refused(at)
                if along.once.is_some() && at.contains(&(own + along.len() - 1)) =>
            {
                Err(StoreError::Repeated { what })
            }
            Committed::Refused(at) => Ok(Committed::Refused(
                at.into_iter().filter(|at| *at < own).collect(),
            )),
        }
    }

    /// Applies one change and what goes along. False if its condition does not hold.
    ///
    /// # Errors
    /// As [`Store::transact_along`].
    pub(crate) async fn apply_along(
        &self,
        what: &'static str,
        change: Change,
        along: &Along,
    ) -> Result<bool, StoreError> {
        if along.is_empty() {
            let applied = change.apply(what, &self.client).await?;
            return Ok(matches!(applied, Applied::Done(_)));
        }
        let parts = vec![change.in_transaction(what)?];
        Ok(self.transact_along(what, parts, along).await? == Committed::Yes)
    }
}
