//! The real handlers, called with the events that AWS would send.

use std::convert::Infallible;
use std::sync::Arc;

use app::App;
use app::take_turn::Sender;
use aws_lambda_events::event::sqs::SqsEvent;
use jiff::Timestamp;
use lambda_http::lambda_runtime::{Context, LambdaEvent, Service as _};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Body, Request, Response, service_fn};
use serde_json::{Value, json};

use crate::conductor::Delivery;

/// The functions of the stack, composed for one machine.
#[derive(Clone)]
pub struct Functions {
    /// `functions/admin`
    pub admin: admin::Admin,
    /// `functions/registration`
    pub registration: Arc<registration::Deps>,
    /// `functions/referral`
    pub referral: Arc<App>,
    /// `functions/dispatcher`
    pub dispatcher: Arc<App>,
    /// `functions/sender`
    pub sender: Arc<Sender>,
    /// `functions/webhook`
    pub webhook: Arc<webhook::Deps>,
    /// `functions/portal`
    pub portal: Arc<portal::Deps>,
    /// `functions/campaign`
    pub campaign: Arc<App>,
    /// `functions/projector`
    pub projector: Arc<App>,
}

fn sqs_event(batch: &[Delivery]) -> Value {
    let records: Vec<Value> = batch
        .iter()
        .map(|delivery| {
            let mut attributes =
                json!({"ApproximateReceiveCount": delivery.receive_count.to_string()});
            if let Some(group) = &delivery.group {
                attributes["MessageGroupId"] = group.as_str().into();
            }
            json!({
                "messageId": delivery.message_id,
                "receiptHandle": delivery.message_id,
                "body": delivery.body,
                "attributes": attributes,
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "awsRegion": "local",
            })
        })
        .collect();
    json!({"Records": records})
}

/// The message ids that a handler's answer names as failed.
fn failed(answer: &Value) -> Result<Vec<String>, String> {
    let failures = answer
        .get("batchItemFailures")
        .and_then(Value::as_array)
        .ok_or("the handler's answer has no batchItemFailures")?;
    Ok(failures
        .iter()
        .filter_map(|f| f.get("itemIdentifier")?.as_str().map(str::to_owned))
        .collect())
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Functions {
    /// An invocation of the projector: records of a stream, or a recount.
    pub(crate) async fn project(&self, event: Value) -> Result<Value, String> {
        let answer = projector::handle(&self.projector, event);
        Box::pin(answer).await.map_err(text)
    }

    /// A batch of the queue `wake`.
    pub(crate) async fn wake(&self, batch: Vec<Delivery>) -> Result<Vec<String>, String> {
        let answer = dispatcher::handle(&self.dispatcher, sqs_event(&batch))
            .await
            .map_err(text)?;
        failed(&answer)
    }

    /// A message of the queue `turns`.
    pub(crate) async fn turn(&self, batch: Vec<Delivery>) -> Result<Vec<String>, String> {
        let event: SqsEvent = serde_json::from_value(sqs_event(&batch)).map_err(text)?;
        let answer = sender::handle(&self.sender, event).await.map_err(text)?;
        failed(&serde_json::to_value(answer).map_err(text)?)
    }

    /// A batch of the queue `referrals`.
    pub(crate) async fn referral(&self, batch: Vec<Delivery>) -> Result<Vec<String>, String> {
        let event: SqsEvent = serde_json::from_value(sqs_event(&batch)).map_err(text)?;
        let answer = referral::handle(&self.referral, event)
            .await
            .map_err(text)?;
        failed(&serde_json::to_value(answer).map_err(text)?)
    }

    /// A batch of the queue `inbound`.
    pub(crate) async fn inbound(&self, batch: Vec<Delivery>) -> Result<Vec<String>, String> {
        let answer = webhook::handle(&self.webhook, sqs_event(&batch))
            .await
            .map_err(text)?;
        failed(&answer)
    }

    /// A request of the gateway: an API Gateway v2 event in, its answer out.
    pub(crate) async fn hook(&self, event: Value) -> Result<Value, String> {
        Box::pin(webhook::handle(&self.webhook, event))
            .await
            .map_err(text)
    }

    /// A message of the queue `campaigns`.
    pub(crate) async fn campaign(&self, batch: Vec<Delivery>) -> Result<Vec<String>, String> {
        let event: SqsEvent = serde_json::from_value(sqs_event(&batch)).map_err(text)?;
        let answer = campaign::handle(&self.campaign, event)
            .await
            .map_err(text)?;
        failed(&serde_json::to_value(answer).map_err(text)?)
    }

    /// The minute.
    pub(crate) async fn tick(&self) -> Option<Timestamp> {
        let answer =
            match dispatcher::handle(&self.dispatcher, json!({"v": 1, "kind": "tick"})).await {
                Ok(answer) => answer,
                Err(error) => {
                    tracing::error!(%error, "tick failed");
                    // Whatever was due still is: come again at the next minute.
                    return Some(Timestamp::MIN);
                }
            };
        answer.get("next")?.as_str()?.parse().ok()
    }

    /// A route of the registration function: an API Gateway v2 event in, its answer out.
    pub(crate) async fn register(&self, event: Value) -> Result<Value, String> {
        let deps = Arc::clone(&self.registration);
        let handler = move |request| {
            let deps = Arc::clone(&deps);
            async move { registration::handle(&deps, request).await }
        };
        answered(handler, event).await
    }

    /// A route of the panel's API, likewise.
    pub(crate) async fn admin(&self, event: Value) -> Result<Value, String> {
        let admin = self.admin.clone();
        let handler = move |request| {
            let admin = admin.clone();
            async move { admin.handle(request).await }
        };
        answered(handler, event).await
    }

    /// A route of the portal, likewise.
    pub(crate) async fn portal(&self, event: Value) -> Result<Value, String> {
        let deps = Arc::clone(&self.portal);
        let handler = move |request| {
            let deps = Arc::clone(&deps);
            async move { portal::handle(&deps, request).await }
        };
        answered(handler, event).await
    }
}

async fn answered<F>(
    mut handler: impl FnMut(Request) -> F + Send,
    event: Value,
) -> Result<Value, String>
where
    F: Future<Output = Response<Body>> + Send,
{
    let request: LambdaRequest = serde_json::from_value(event).map_err(text)?;
    let service = service_fn(move |request| {
        let answer = handler(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let answer = Adapter::from(service)
        .call(LambdaEvent::new(request, Context::default()))
        .await
        .map_err(text)?;
    serde_json::to_value(answer).map_err(text)
}
