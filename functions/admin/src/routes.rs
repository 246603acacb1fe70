//! From handlers to routes, and to the document.

use axum::routing::MethodFilter;
use utoipa::openapi::path::HttpMethod;
use utoipa_axum::PathItemExt as _;

/// The handlers of a resource: `serve` adds them to a router at the paths that they are annotated
/// with, and `describe` says what the document holds of them. Two functions, so that the deployed
/// program, which describes nothing, carries none of the descriptions and does not make them anew at
/// each start (docs/decisions/build-profiles.md).
macro_rules! resource {
    ($($handler:ident),+ $(,)?) => {
        pub(crate) fn serve(
            router: axum::Router<std::sync::Arc<$crate::config::Deps>>,
        ) -> axum::Router<std::sync::Arc<$crate::config::Deps>> {
            pastey::paste! {
                router$(.route(
                    &<[<__path_ $handler>] as utoipa::Path>::path(),
                    axum::routing::on(
                        $crate::routes::method(&<[<__path_ $handler>] as utoipa::Path>::methods()),
                        $handler,
                    ),
                ))+
            }
        }

        pub(crate) fn describe()
        -> utoipa_axum::router::OpenApiRouter<std::sync::Arc<$crate::config::Deps>> {
            utoipa_axum::router::OpenApiRouter::new()
                $(.routes(utoipa_axum::routes!($handler)))+
        }
    };
}

pub(crate) use resource;

/// The method that a handler is annotated with; `utoipa::path` refuses a handler without one.
pub(crate) fn method(annotated: &[HttpMethod]) -> MethodFilter {
    let mut filters = annotated.iter().map(HttpMethod::to_method_filter);
    let first = filters.next().unwrap_or(MethodFilter::GET);
    filters.fold(first, MethodFilter::or)
}
