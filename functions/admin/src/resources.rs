//! All resources. A new one is a line here.

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::config::Deps;
use crate::{
    admins, audit, backlog, document, inbound, notifications, numbers, overview, participants,
    referrers, settings, suppressions,
};

/// The routes of each.
pub(crate) fn each() -> Vec<OpenApiRouter<Arc<Deps>>> {
    vec![
        admins::routes(),
        audit::routes(),
        backlog::routes(),
        inbound::routes(),
        notifications::routes(),
        numbers::routes(),
        overview::routes(),
        participants::routes(),
        referrers::routes(),
        settings::routes(),
        suppressions::routes(),
    ]
}

/// All of them, with the document that describes them.
pub(crate) fn all() -> OpenApiRouter<Arc<Deps>> {
    let base = OpenApiRouter::with_openapi(document::base());
    each().into_iter().fold(base, OpenApiRouter::merge)
}
