//! Lists of participants: one look into one part of an index, the newest first.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::event::Event;
use domain::ids::ParticipantId;
use domain::participant::JoinStatus;
use domain::people::{Filter, Look, Mark, Part};
use jiff::Timestamp;

use crate::item::{ERASED, Item, flag, iso, number, text, word_pk};
use crate::profiles::{AT_ONCE, Profile};
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "participants list";
/// Entries of a word that tell how common it is.
const PROBED: i32 = 50;

/// What one look has found.
#[derive(Debug, Clone)]
pub struct Looked {
    /// They, in the order of the list.
    pub people: Vec<Profile>,
    /// Behind whom the part may hold more; `None` once it is looked through.
    pub next: Option<Mark>,
}

/// A part of an index as a query names it.
struct Range {
    index: Option<&'static str>,
    part: (&'static str, AttributeValue),
    order: &'static str,
    from: AttributeValue,
    to: AttributeValue,
}

impl Range {
    fn of(look: &Look) -> Self {
        let (index, part, order) = match &look.part {
            Part::Referrer(id) => {
                let part = ("referrer_id", text(id.to_string()));
                (Some("by_referrer"), part, "referrer_sequence")
            }
            Part::City(city) => (Some("by_city"), ("city_key", text(city)), "reg_key"),
            Part::Month(month) => (Some("by_registered"), ("reg_month", text(month)), "reg_key"),
            Part::Word(word) => (None, ("pk", text(word_pk(word))), "sk"),
        };
        let (from, to) = match look.below {
            Mark::Place(place) => (number(1), number(place.saturating_sub(1))),
            Mark::Registered { at, id } => (text(iso(look.from)), text(last_below(at, id))),
        };
        Self {
            index,
            part,
            order,
            from,
            to,
        }
    }
}

/// A sort key that no entry below the mark is behind, and no entry from it on before.
fn last_below(at: Timestamp, id: Option<ParticipantId>) -> String {
    // Keys begin with the moment and go on: none of this moment is before it.
    let Some(id) = id else { return iso(at) };
    let mut key = format!("{}#{id}", iso(at));
    // Ids are of one length and end with a hexadecimal digit; each sign before it is one of ASCII.
    let last = key
        .pop()
        .map_or(0, |last| u32::from(last).saturating_sub(1));
    key.extend(char::from_u32(last));
    key.push('~');
    key
}

fn mark_of(item: &Item, order: &str) -> Option<Mark> {
    match item.get(order)? {
        AttributeValue::N(place) => Some(Mark::Place(place.parse().ok()?)),
        AttributeValue::S(key) => {
            let (at, id) = key.split_once('#')?;
            Some(Mark::Registered {
                at: at.parse().ok()?,
                id: Some(id.parse().ok()?),
            })
        }
        _ => None,
    }
}

/// A condition on attributes that are no keys.
#[derive(Default)]
struct Condition {
    parts: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Condition {
    fn of(rest: &Filter, event: Option<&Event>) -> Self {
        let mut all = Self::default();
        if let Some(city) = &rest.city {
            all.compare("city_key", "=", text(city));
        }
        if let Some(referrer) = rest.referrer {
            all.compare("referrer_id", "=", text(referrer.to_string()));
        }
        if let Some(status) = rest.status {
            all.compare("status", "=", text(JoinStatus::as_str(status)));
        }
        if let Some(unsubscribed) = rest.unsubscribed {
            all.compare("unsubscribed", "=", flag(unsubscribed));
        }
        let (from, to) = rest.registered_between();
        if let Some(from) = from {
            all.compare("registered_at", ">=", text(iso(from)));
        }
        if let Some(to) = to {
            all.compare("registered_at", "<", text(iso(to)));
        }
        if let Some(event) = event.filter(|_| rest.event.is_some()) {
            let (after, until) = event.adopts();
            let names = [("#event", "event_id"), ("#registered_at", "registered_at")];
            let names = names.map(|(a, b)| (a.to_owned(), b.to_owned()));
            all.names.extend(names);
            let values = [
                (":event", text(event.id.to_string())),
                (":after", text(iso(after))),
                (":until", text(iso(until))),
            ];
            let values = values.map(|(name, value)| (name.to_owned(), value));
            all.values.extend(values);
            all.parts.push(
                "(#event = :event OR (attribute_not_exists(#event) AND #registered_at > :after \
                 AND #registered_at <= :until))"
                    .to_owned(),
            );
        }
        all
    }

    fn compare(&mut self, name: &str, operator: &str, value: AttributeValue) {
        let operand = format!(":c{}", self.parts.len());
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(operand.clone(), value);
        self.parts.push(format!("#{name} {operator} {operand}"));
    }
}

impl Store {
    /// One query into a part of an index: of the next `evaluated` people those whom the filter means,
    /// at most `wanted`. From an index, so possibly a moment old. People found by a word are read
    /// themselves, by one call more. `event` is the one that the filter names.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. Whoever cannot be read is logged and left out.
    pub async fn look(
        &self,
        look: &Look,
        filter: &Filter,
        event: Option<&Event>,
        evaluated: usize,
        wanted: usize,
    ) -> Result<Looked, StoreError> {
        let by_word = matches!(look.part, Part::Word(_));
        let condition = if by_word {
            Condition::default()
        } else {
            Condition::of(&filter.rest(&look.part), event)
        };
        let evaluated = if by_word {
            evaluated.min(AT_ONCE)
        } else {
            evaluated
        };
        let range = Range::of(look);
        let order = range.order;
        let (mut items, last) = self.newest(range, condition, evaluated).await?;
        let next = |item: &Item| {
            let mark = mark_of(item, order);
            mark.ok_or_else(|| StoreError::unreadable(WHAT, order))
        };
        let mut behind = last.as_ref().map(next).transpose()?;
        if by_word {
            return self
                .with_word(items, behind, filter, event, wanted, next)
                .await;
        }
        // The places of those who were erased stand in the referrer's part too.
        items.retain(|item| item.get("sk") != Some(&text(ERASED)));
        if items.len() > wanted {
            items.truncate(wanted);
            behind = items.last().map(next).transpose()?;
        }
        Ok(Looked {
            people: self.read_profiles(items).await?,
            next: behind,
        })
    }

    /// How far back the newest entries of a word reach: the later the rarer it is; `None` if these are
    /// all there are.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn reach_of_word(&self, look: &Look) -> Result<Option<Timestamp>, StoreError> {
        let range = Range::of(look);
        let probed = usize::try_from(PROBED).unwrap_or_default();
        let (_, last) = self.newest(range, Condition::default(), probed).await?;
        Ok(match last.as_ref().and_then(|last| mark_of(last, "sk")) {
            Some(Mark::Registered { at, .. }) => Some(at),
            Some(Mark::Place(_)) | None => None,
        })
    }

    async fn newest(
        &self,
        range: Range,
        condition: Condition,
        evaluated: usize,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let filter = (!condition.parts.is_empty()).then(|| condition.parts.join(" AND "));
        let mut names = condition.names;
        let mut values = condition.values;
        names.insert("#part".to_owned(), range.part.0.to_owned());
        names.insert("#order".to_owned(), range.order.to_owned());
        values.insert(":part".to_owned(), range.part.1);
        values.insert(":from".to_owned(), range.from);
        values.insert(":to".to_owned(), range.to);
        let output = self
            .client
            .query()
            .table_name(self.table(Table::Participants))
            .set_index_name(range.index.map(str::to_owned))
            .key_condition_expression("#part = :part AND #order BETWEEN :from AND :to")
            .set_filter_expression(filter)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .scan_index_forward(false)
            .limit(i32::try_from(evaluated).unwrap_or(i32::MAX).max(1))
            .send()
            .await
            .map_err(StoreError::database(WHAT))?;
        Ok((output.items.unwrap_or_default(), output.last_evaluated_key))
    }

    /// Those of these entries whom the filter means.
    async fn with_word(
        &self,
        entries: Vec<Item>,
        behind: Option<Mark>,
        filter: &Filter,
        event: Option<&Event>,
        wanted: usize,
        mark: impl Fn(&Item) -> Result<Mark, StoreError>,
    ) -> Result<Looked, StoreError> {
        let mut marks = HashMap::new();
        let mut ids = Vec::with_capacity(entries.len());
        for entry in &entries {
            let mark = mark(entry)?;
            if let Mark::Registered { id: Some(id), .. } = mark {
                marks.insert(id, mark);
                ids.push(id);
            }
        }
        let mut people = self.profiles(&ids).await?;
        people.retain(|person| {
            let city_key = person.participant.city.key();
            filter.holds_for(&person.facts(&city_key), event)
        });
        let next = if people.len() > wanted {
            people.truncate(wanted);
            let last = people.last();
            last.and_then(|last| marks.get(&last.participant.id))
                .copied()
        } else {
            behind
        };
        Ok(Looked { people, next })
    }
}
