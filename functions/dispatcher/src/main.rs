//! Composition root.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_kit::telemetry::start();
    let deps = dispatcher::config::start().await?;
    run(service_fn(|event: LambdaEvent<_>| {
        dispatcher::handle(&deps, event.payload)
    }))
    .await
}
