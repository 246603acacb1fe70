//! All resources. A new one is a line here.

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::config::Deps;
use crate::{
    audit, document, inbound, notifications, numbers, participants, settings, suppressions,
};

/// Their routes, with the document that describes them.
pub(crate) fn all() -> OpenApiRouter<Arc<Deps>> {
    OpenApiRouter::with_openapi(document::base())
        .merge(audit::routes())
        .merge(inbound::routes())
        .merge(notifications::routes())
        .merge(numbers::routes())
        .merge(participants::routes())
        .merge(settings::routes())
        .merge(suppressions::routes())
}
