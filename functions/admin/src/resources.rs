//! All resources. A new one is a line here.

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::config::Deps;
use crate::document;
use crate::{numbers, participants};

/// Their routes, with the document that describes them.
pub(crate) fn all() -> OpenApiRouter<Arc<Deps>> {
    OpenApiRouter::with_openapi(document::base())
        .merge(numbers::routes())
        .merge(participants::routes())
}
