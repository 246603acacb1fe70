//! The OpenAPI document: what the handlers say, and what is the same for all of them.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, OneOfBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
};
use utoipa::{Modify, OpenApi as _, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::error::{ErrorAnswer, ErrorText};
use crate::resources;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Socialpreneur: API panel admin",
        version = "1",
        description = "Perintah dan daftar untuk panel admin. Setiap panggilan membawa access token dari halaman masuk sebagai `Authorization: Bearer`. Peran: viewer melihat dengan nomor disamarkan, operator bekerja dengan peserta dan pesan, admin juga mengatur nomor, pengaturan, dan rekan.",
        license(name = "MIT", identifier = "MIT"),
        contact(name = "Socialpreneur")
    ),
    servers((url = "/", description = "Alamat situs")),
    components(schemas(ErrorAnswer, ErrorText, GatewayAnswer)),
    security(("token" = [])),
    modifiers(&Token)
)]
struct Base;

/// What the gateway in front of the function answers to a call without a valid token.
#[derive(Serialize, ToSchema)]
struct GatewayAnswer {
    #[schema(example = "Unauthorized")]
    message: String,
}

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The whole document.
#[must_use]
pub fn document() -> OpenApi {
    let base = OpenApiRouter::with_openapi(Base::openapi());
    let all = resources::describe().into_iter();
    let mut document = all.fold(base, OpenApiRouter::merge).into_openapi();
    for item in document.paths.paths.values_mut() {
        let operations = [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Patch, &mut item.patch),
            (HttpMethod::Delete, &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete(&method, operation);
            }
        }
    }
    document
}

/// Adds the refusals that follow from what the operation takes.
fn complete(method: &HttpMethod, operation: &mut Operation) {
    let takes = |place: ParameterIn, name: Option<&str>| {
        let parameters = operation.parameters.iter().flatten();
        parameters.into_iter().any(|parameter| match parameter {
            RefOr::T(parameter) => {
                parameter.parameter_in == place && name.is_none_or(|name| parameter.name == name)
            }
            RefOr::Ref(_) => false,
        })
    };
    let has_body = operation.request_body.is_some();
    let mut refusals = vec![
        (StatusCode::FORBIDDEN, "Peran tidak mengizinkan ini."),
        (StatusCode::TOO_MANY_REQUESTS, "Sedang sibuk; coba lagi."),
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Gangguan di sistem kami.",
        ),
    ];
    if has_body || takes(ParameterIn::Query, None) || takes(ParameterIn::Header, None) {
        refusals.push((StatusCode::BAD_REQUEST, "Permintaan tidak dapat dibaca."));
    }
    if takes(ParameterIn::Path, None) {
        refusals.push((StatusCode::NOT_FOUND, "Tidak ada."));
    }
    if has_body {
        refusals.extend([
            (StatusCode::PAYLOAD_TOO_LARGE, "Isi terlalu panjang."),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Isi bukan JSON."),
        ]);
    }
    if has_body || takes(ParameterIn::Query, None) {
        refusals.push((
            StatusCode::UNPROCESSABLE_ENTITY,
            "Ada isian yang belum benar.",
        ));
    }
    if takes(ParameterIn::Header, Some("If-Match")) {
        refusals.push((StatusCode::PRECONDITION_REQUIRED, "If-Match tidak dikirim."));
    }
    if *method != HttpMethod::Get {
        refusals.push((
            StatusCode::CONFLICT,
            "Tidak sesuai dengan keadaan sekarang; `current` berisi keadaan itu bila orang lain lebih dulu.",
        ));
    }
    let responses = &mut operation.responses.responses;
    for (status, text) in refusals {
        let refusal = refusal(text, Ref::from_schema_name("ErrorAnswer"));
        let entry = responses.entry(status.as_str().to_owned());
        entry.or_insert(RefOr::T(refusal));
    }
    let either = OneOfBuilder::new()
        .item(Ref::from_schema_name("ErrorAnswer"))
        .item(Ref::from_schema_name("GatewayAnswer"));
    let entry = responses.entry(StatusCode::UNAUTHORIZED.as_str().to_owned());
    entry.or_insert(RefOr::T(refusal(
        "Belum masuk, atau token tidak berlaku.",
        either,
    )));
}

fn refusal(text: &str, schema: impl Into<RefOr<utoipa::openapi::Schema>>) -> Response {
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new()
        .description(text)
        .content("application/json", content)
        .build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own_and_an_example() {
        let document = serde_json::to_value(document()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let mut names = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            assert!(path.starts_with("/api/admin/"), "{path}");
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap();
                assert!(names.insert(name.to_owned()), "{name} stands twice");
                assert!(operation["summary"].is_string(), "{name}");
                for status in ["401", "403"] {
                    let refusal = &operation["responses"][status];
                    assert!(refusal.is_object(), "{method} {path} {status}");
                }
            }
        }
        assert!(names.len() >= 6);
    }

    /// In the document types are known by their names alone: of two that share one, one would be
    /// described as the other.
    #[test]
    fn no_two_resources_name_different_types_alike() {
        let mut known = std::collections::BTreeMap::new();
        for routes in resources::describe() {
            let components = routes.into_openapi().components.unwrap_or_default();
            for (name, schema) in components.schemas {
                let schema = serde_json::to_value(schema).unwrap();
                let before = known.insert(name.clone(), schema.clone());
                assert!(before.is_none_or(|before| before == schema), "{name}");
            }
        }
        assert!(known.len() > 20);
    }

    /// `make openapi` writes it anew.
    #[test]
    fn the_document_in_infra_is_this_one() {
        let written = include_str!("../../../infra/openapi.json");
        let now = document().to_pretty_json().unwrap();
        assert!(
            written.trim_end() == now,
            "infra/openapi.json is old: run `make openapi`"
        );
    }
}
