//! Composition root.

use lambda_http::{Error, Request, runtime, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_kit::telemetry::start();
    let admin = admin::Admin::new(Box::pin(admin::config::start()).await?);
    let runtime = runtime(service_fn(move |request: Request| {
        let admin = admin.clone();
        async move { Ok::<_, Error>(admin.handle(request).await) }
    }));
    lambda_kit::run(runtime).await
}
