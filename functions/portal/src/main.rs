//! Composition root.

use std::sync::Arc;

use lambda_http::{Error, Request, runtime, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_kit::telemetry::start();
    let deps = Arc::new(portal::config::start().await?);
    let runtime = runtime(service_fn(move |request: Request| {
        let deps = Arc::clone(&deps);
        async move { Ok::<_, Error>(portal::handle(&deps, request).await) }
    }));
    lambda_kit::run(runtime).await
}
