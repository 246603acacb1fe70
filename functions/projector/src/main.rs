//! Composition root.

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_kit::telemetry::start();
    let deps = projector::config::start()?;
    let runtime = Runtime::new(service_fn(|event: LambdaEvent<_>| {
        projector::handle(&deps, event.payload)
    }));
    lambda_kit::run(runtime).await
}
