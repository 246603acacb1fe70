use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use aws_lambda_events::event::sqs::SqsEvent;
use lambda_runtime::Error;
use serde_json::Value;

use crate::config::Deps;
use crate::{aside, post};

/// The one route that the stack leads here.
const ROUTE: &str = "POST /hooks/dripsender/{token}";

/// Takes a request of the gateway, or a batch of what was put aside.
///
/// # Errors
/// Only if the event is neither: what goes wrong with a request has an answer, and what fails of
/// a batch is named.
pub async fn handle(deps: &Deps, event: Value) -> Result<Value, Error> {
    if event.get("Records").is_some() {
        let batch: SqsEvent = serde_json::from_value(event)?;
        let failures = aside::take_up_all(&deps.app, batch).await;
        return Ok(serde_json::to_value(failures)?);
    }
    if event.get("routeKey").and_then(Value::as_str) != Some(ROUTE) {
        return Err("an event of no route and no queue".into());
    }
    let request: ApiGatewayV2httpRequest = serde_json::from_value(event)?;
    let answer = Box::pin(post::take(deps, &request)).await;
    Ok(serde_json::to_value(answer)?)
}
