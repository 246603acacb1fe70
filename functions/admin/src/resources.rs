//! All resources. A new one is a line here.

use std::sync::Arc;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use crate::config::Deps;
use crate::{
    admins, audit, backlog, inbound, notifications, numbers, overview, participants, referrers,
    settings, suppressions,
};

macro_rules! resources {
    ($($resource:path),+ $(,)?) => {
        /// The routes of all.
        pub(crate) fn serve() -> Router<Arc<Deps>> {
            let router = Router::new();
            $(let router = { use $resource as resource; resource::serve(router) };)+
            router
        }

        /// What each adds to the document.
        pub(crate) fn describe() -> Vec<OpenApiRouter<Arc<Deps>>> {
            vec![$({ use $resource as resource; resource::describe() }),+]
        }
    };
}

resources! {
    admins,
    audit,
    backlog,
    inbound,
    notifications,
    numbers,
    overview,
    participants,
    participants::acts,
    referrers,
    settings,
    suppressions,
}
