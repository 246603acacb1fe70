use std::sync::Arc;

use lambda_runtime::layers::TracingLayer;
use lambda_runtime::tower::ServiceExt;
use lambda_runtime::tower::layer::layer_fn;
use lambda_runtime::{Error, LambdaInvocation, Runtime, Service};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Mutex;

/// Serves invocations until the process is asked to end with SIGTERM: then the invocation at work
/// is finished, its answer delivered, and no other taken.
///
/// # Errors
/// The Runtime API cannot be reached, or the signal not be watched.
pub async fn run<S>(runtime: Runtime<S>) -> Result<(), Error>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
{
    let mut asked = signal(SignalKind::terminate())?;
    let at_work = Arc::new(Mutex::new(()));
    let idle = Arc::clone(&at_work);
    // Outermost, so that an invocation's work includes the delivery of its answer.
    let runtime = runtime
        .layer(TracingLayer::new())
        .layer(layer_fn(move |service| {
            let at_work = Arc::clone(&at_work);
            ServiceExt::<LambdaInvocation>::map_future(service, move |work| {
                let at_work = Arc::clone(&at_work);
                async move {
                    let working = at_work.lock().await;
                    let done = work.await;
                    drop(working);
                    // Who waits for the end of this work comes first and never gives way: the next
                    // event is not asked for.
                    let _nobody_waits = at_work.lock().await;
                    done
                }
            })
        }));
    tokio::select! {
        ended = runtime.run() => ended,
        _ended = async { asked.recv().await; idle.lock().await } => {
            tracing::info!("ended as asked");
            Ok(())
        }
    }
}
