//! Composition root.

use lambda_http::{Error, Request, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_kit::telemetry::start();
    let deps = registration::config::start().await?;
    run(service_fn(async |request: Request| {
        Ok::<_, Error>(registration::handle(&deps, request).await)
    }))
    .await
}
