//! All resources. A new one is a line here.

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::config::Deps;
use crate::document;
use crate::{backlog, notifications, numbers, overview, referrers};

/// Their routes, with the document that describes them.
pub(crate) fn all() -> OpenApiRouter<Arc<Deps>> {
    OpenApiRouter::with_openapi(document::base())
        .merge(backlog::routes())
        .merge(notifications::routes())
        .merge(numbers::routes())
        .merge(overview::routes())
        .merge(referrers::routes())
}
