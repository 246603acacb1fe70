//! The item of the gateway's breaker.

use domain::breaker::{Breaker, Fault, Phase};
use domain::ids::{NumberId, Token};
use domain::number::{HealthMark, Number};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Item, from_item, key, millis, number, text};
use crate::numbers::number_key;
use crate::settings::SETTINGS;
use crate::tables::Table;
use crate::write::{Applied, Change};
use crate::{Store, StoreError};

pub(crate) const GATEWAY: &str = "GATEWAY";
const WHAT: &str = "gateway";

#[derive(Debug, Serialize, Deserialize)]
struct FaultItem {
    number_id: NumberId,
    at: i64,
    revision: u64,
    failure_streak: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cool_until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    last_out: Option<i64>,
    check_wait_s: u32,
    refused: bool,
    times: u32,
}

#[derive(Debug, Deserialize)]
struct GatewayItem {
    revision: u64,
    phase: String,
    #[serde(default)]
    until: Option<i64>,
    #[serde(default)]
    wait_s: Option<u32>,
    #[serde(default)]
    probe: Option<Token>,
    faults: Vec<FaultItem>,
    suspects: Vec<NumberId>,
    #[serde(default)]
    all_out_since: Option<i64>,
}

/// A number and the gateway's breaker as they are now.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The number; none once removed.
    pub number: Option<Number>,
    /// The breaker.
    pub gateway: Breaker,
}

fn fault_item(fault: &Fault) -> FaultItem {
    FaultItem {
        number_id: fault.number_id,
        at: fault.at.as_millisecond(),
        revision: fault.revision,
        failure_streak: fault.before.failure_streak,
        cool_until: fault.before.cool_until.map(Timestamp::as_millisecond),
        last_out: fault.before.last_out.map(Timestamp::as_millisecond),
        check_wait_s: fault.before.check_wait_s,
        refused: fault.refused,
        times: fault.times,
    }
}

fn read_fault(item: &FaultItem) -> Result<Fault, StoreError> {
    let moment = |ms: Option<i64>| ms.map(|ms| millis(WHAT, ms)).transpose();
    Ok(Fault {
        number_id: item.number_id,
        at: millis(WHAT, item.at)?,
        before: HealthMark {
            failure_streak: item.failure_streak,
            cool_until: moment(item.cool_until)?,
            last_out: moment(item.last_out)?,
            check_wait_s: item.check_wait_s,
        },
        revision: item.revision,
        refused: item.refused,
        times: item.times,
    })
}

/// Without an item nothing has happened yet.
pub(crate) fn read_gateway(item: Option<Item>) -> Result<Breaker, StoreError> {
    let Some(item) = item else {
        return Ok(Breaker::default());
    };
    let item: GatewayItem = from_item(WHAT, item)?;
    let phase = match (item.phase.as_str(), item.until, item.wait_s, item.probe) {
        ("closed", ..) => Phase::Closed,
        ("open", Some(until), Some(wait_s), _) => Phase::Open {
            until: millis(WHAT, until)?,
            wait_s,
        },
        ("probing", Some(until), Some(wait_s), Some(token)) => Phase::Probing {
            token,
            until: millis(WHAT, until)?,
            wait_s,
        },
        (other, ..) => return Err(StoreError::unreadable(WHAT, format!("phase {other:?}"))),
    };
    Ok(Breaker {
        revision: item.revision,
        phase,
        faults: item
            .faults
            .iter()
            .map(read_fault)
            .collect::<Result<_, _>>()?,
        suspects: item.suspects,
        all_out_since: item.all_out_since.map(|ms| millis(WHAT, ms)).transpose()?,
    })
}

/// `next`, if what is stored is still what it was decided from.
pub(crate) fn gateway_change(table: String, next: &Breaker) -> Result<Change, StoreError> {
    let list = |value: Result<_, serde_dynamo::Error>| {
        value.map_err(|error| StoreError::unreadable(WHAT, error))
    };
    let faults: Vec<FaultItem> = next.faults.iter().map(fault_item).collect();
    let change = Change::of(table, key(SETTINGS, GATEWAY))
        .set("revision", number(next.revision))
        .set("faults", list(serde_dynamo::to_attribute_value(faults))?)
        .set(
            "suspects",
            list(serde_dynamo::to_attribute_value(&next.suspects))?,
        );
    let change = match next.phase {
        Phase::Closed => change
            .set("phase", text("closed"))
            .remove("until")
            .remove("wait_s")
            .remove("probe"),
        Phase::Open { until, wait_s } => change
            .set("phase", text("open"))
            .set("until", number(until.as_millisecond()))
            .set("wait_s", number(wait_s))
            .remove("probe"),
        Phase::Probing {
            token,
            until,
            wait_s,
        } => change
            .set("phase", text("probing"))
            .set("until", number(until.as_millisecond()))
            .set("wait_s", number(wait_s))
            .set("probe", text(token.to_string())),
    };
    let change = match next.all_out_since {
        Some(since) => change.set("all_out_since", number(since.as_millisecond())),
        None => change.remove("all_out_since"),
    };
    Ok(match next.revision.saturating_sub(1) {
        0 => change.when_absent("revision"),
        seen => change.when_equals("revision", number(seen)),
    })
}

impl Store {
    /// Stores the breaker's next revision. False if somebody else has changed it first.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn save_gateway(&self, next: &Breaker) -> Result<bool, StoreError> {
        let change = gateway_change(self.table(Table::Settings), next)?;
        match change.apply(WHAT, &self.client).await? {
            Applied::Done(_) => Ok(true),
            // Our own write, whose answer got lost on its first way.
            Applied::Refused(Some(item)) => Ok(read_gateway(Some(item))? == *next),
            Applied::Refused(None) => Ok(false),
        }
    }

    /// A number and the breaker, consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable.
    pub async fn facts(&self, id: NumberId) -> Result<Facts, StoreError> {
        let wanted = [
            (self.table(Table::BroadcastNumbers), number_key(id)),
            (self.table(Table::Settings), key(SETTINGS, GATEWAY)),
        ];
        let mut found = self.get_all(WHAT, &wanted).await?.into_iter();
        let number = found.next().flatten();
        Ok(Facts {
            number: number.map(crate::numbers::number_of).transpose()?,
            gateway: read_gateway(found.next().flatten())?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use uuid::Uuid;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    #[test]
    fn what_is_written_reads_back() {
        let fault = Fault {
            number_id: NumberId(Uuid::from_u128(1)),
            at: at(5),
            before: HealthMark {
                failure_streak: 2,
                cool_until: Some(at(7)),
                last_out: None,
                check_wait_s: 1_800,
            },
            revision: 4,
            refused: true,
            times: 3,
        };
        let token = Token(Uuid::from_u128(9));
        let phases = [
            Phase::Closed,
            Phase::Open {
                until: at(8),
                wait_s: 30,
            },
            Phase::Probing {
                token,
                until: at(9),
                wait_s: 60,
            },
        ];
        for phase in phases {
            let breaker = Breaker {
                revision: 3,
                phase,
                faults: vec![fault.clone()],
                suspects: vec![fault.number_id],
                all_out_since: Some(at(1)),
            };
            let change = gateway_change("settings".to_owned(), &breaker).unwrap();
            let item = change.written();
            assert_eq!(read_gateway(Some(item)).unwrap(), breaker);
        }
    }
}
