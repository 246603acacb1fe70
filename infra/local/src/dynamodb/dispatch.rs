//! From an operation's name and JSON body to the engine's call and back.

use dynoxide::actions::batch_write_item::BatchWriteItemRequest;
use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::{Database, DynoxideError, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Faults;

/// A served operation: the response document and how many items it cost.
pub(super) struct Served {
    pub(super) json: String,
    pub(super) items: u64,
}

/// Serves one operation. `None`: an operation that this engine is not asked to know.
pub(super) fn dispatch(
    db: &Database,
    faults: Option<&Faults>,
    operation: &str,
    body: &[u8],
) -> Option<Result<Served>> {
    Some(match operation {
        "GetItem" => serve(body, |q| db.get_item(q), |a| u64::from(a.item.is_some())),
        "PutItem" => serve(body, |q| db.put_item(q), |_| 1),
        "UpdateItem" => serve(body, |q| db.update_item(q), |_| 1),
        "DeleteItem" => serve(body, |q| db.delete_item(q), |_| 1),
        "Query" => serve(body, |q| db.query(q), |a| a.scanned_count as u64),
        "Scan" => serve(body, |q| db.scan(q), |a| a.scanned_count as u64),
        "BatchGetItem" => serve(
            body,
            |q| db.batch_get_item(q),
            |a| a.responses.values().map(|items| items.len() as u64).sum(),
        ),
        "BatchWriteItem" => batch_write(db, body),
        "TransactWriteItems" => transact_write(db, faults, body),
        "TransactGetItems" => serve(
            body,
            |q| db.transact_get_items(q),
            |a| a.responses.len() as u64,
        ),
        "CreateTable" => serve(body, |q| db.create_table(q), |_| 0),
        "DescribeTable" => serve(body, |q| db.describe_table(q), |_| 0),
        "UpdateTimeToLive" => serve(body, |q| db.update_time_to_live(q), |_| 0),
        "DescribeTimeToLive" => serve(body, |q| db.describe_time_to_live(q), |_| 0),
        _ => return None,
    })
}

fn batch_write(db: &Database, body: &[u8]) -> Result<Served> {
    let request: BatchWriteItemRequest = parse(body)?;
    let items = request.request_items.values().map(Vec::len).sum::<usize>();
    answer(&db.batch_write_item(request)?, items as u64)
}

fn transact_write(db: &Database, faults: Option<&Faults>, body: &[u8]) -> Result<Served> {
    let request: TransactWriteItemsRequest = parse(body)?;
    let items = request.transact_items.len();
    if let Some(conflict) = faults.and_then(|faults| faults.conflict(items)) {
        return Err(conflict);
    }
    answer(&db.transact_write_items(request)?, items as u64)
}

fn serve<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    call: impl FnOnce(Q) -> Result<A>,
    items: impl FnOnce(&A) -> u64,
) -> Result<Served> {
    let response = call(parse(body)?)?;
    answer(&response, items(&response))
}

fn answer<A: Serialize>(response: &A, items: u64) -> Result<Served> {
    let json = serde_json::to_string(response)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
    Ok(Served { json, items })
}

/// The engine's own request types name the error class in a prefix; a missing field is DynamoDB's
/// ValidationException too, a wrong JSON type its SerializationException.
fn parse<Q: DeserializeOwned>(body: &[u8]) -> Result<Q> {
    serde_json::from_slice(body).map_err(|error| {
        let text = error.to_string();
        match text.split_once(':') {
            Some((marker, rest)) if marker.starts_with("VALIDATION") => {
                DynoxideError::ValidationException(rest.to_owned())
            }
            Some((marker, rest)) if marker.starts_with("SERIALIZATION") => {
                DynoxideError::SerializationException(rest.to_owned())
            }
            _ if text.contains("missing field") || text.contains("unknown variant") => {
                DynoxideError::ValidationException(text)
            }
            _ => DynoxideError::SerializationException(text),
        }
    })
}
