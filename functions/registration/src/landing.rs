//! What the landing page asks for besides registering.

use std::collections::BTreeMap;

use app::landing::{Landing, LandingError, count_visit, landing, sending_phones};
use app::{App, Chain};
use domain::form::FieldValue;
use domain::landing::LandingTexts;
use domain::time_text::{clocks, date};
use domain::vcard;
use domain::visit::{Source, Step};
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, RETRY_AFTER};
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Request, Response};
use serde_json::{Map, Value, json};

use crate::answer::{answer, json_answer, problem};
use crate::handler::address;
use crate::wire::{Kind, fields, kind};

/// The edge asks at most so often, however many visitors come; seconds.
const KEPT_BY_THE_EDGE: &str = "public, max-age=30";
/// Under this name phones save the sending numbers.
const NAME: &str = "Socialpreneur";

const BROKEN: &str = "Maaf, ada gangguan di sistem kami.";
const NO_NUMBERS: &str = "Belum ada nomor pengirim.";
const NOT_A_STEP: &str = "Langkah ini tidak dikenal.";

/// `GET /api/landing`: next session, video, texts. The same for everybody.
pub(crate) async fn show(app: &App) -> Response<Body> {
    match landing(app).await {
        Ok(found) => kept(json_answer(StatusCode::OK, &body(&found))),
        Err(error) => broken(&error),
    }
}

/// `GET /api/contact.vcf`: our numbers as a contact card.
pub(crate) async fn card(app: &App) -> Response<Body> {
    match sending_phones(app).await {
        Ok(phones) if phones.is_empty() => problem(StatusCode::NOT_FOUND, NO_NUMBERS),
        Ok(phones) => {
            let text = vcard::card(NAME, &phones);
            let mut response = kept(answer(StatusCode::OK, "text/vcard; charset=utf-8", text));
            response.headers_mut().insert(
                CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment; filename=\"socialpreneur.vcf\""),
            );
            response
        }
        Err(error) => broken(&error),
    }
}

/// `POST /api/visits`: counts a step; holds nothing about the visitor.
pub(crate) async fn count(app: &App, request: &Request) -> Response<Body> {
    let headers = request.headers();
    let given = match kind(headers) {
        Some(Kind::Json) => fields(Kind::Json, request.body()).unwrap_or_default(),
        _ => BTreeMap::new(),
    };
    let word = |name: &str| match given.get(name) {
        Some(FieldValue::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let step = word("step").and_then(Step::parse);
    let source = word("source").and_then(Source::parse);
    let (Some(step), Some(source), 2) = (step, source, given.len()) else {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, NOT_A_STEP);
    };
    match count_visit(app, step, source, &address(headers)).await {
        Ok(true) => answer(
            StatusCode::NO_CONTENT,
            "text/plain; charset=utf-8",
            String::new(),
        ),
        Ok(false) => {
            let mut response = problem(StatusCode::TOO_MANY_REQUESTS, NOT_A_STEP);
            let wait = HeaderValue::from_static("600");
            response.headers_mut().insert(RETRY_AFTER, wait);
            response
        }
        Err(error) => broken(&error),
    }
}

fn body(found: &Landing) -> Value {
    json!({
        "event": found.event.as_ref().map(|event| json!({
            "title": event.title,
            "start_time": event.start_time.to_string(),
            "date": date(event.start_time),
            "clocks": clocks(event.start_time),
            "calendar": format!("/api/events/{}.ics", event.id),
        })),
        "video": found.link_video,
        "texts": texts(&found.texts),
    })
}

/// Only what was set; the page keeps its own words for the rest.
fn texts(texts: &LandingTexts) -> Value {
    let mut set = Map::new();
    let lines = [
        ("headline", &texts.headline),
        ("lead", &texts.lead),
        ("about", &texts.about),
        ("contact", &texts.contact),
        ("invitation", &texts.invitation),
    ];
    for (name, text) in lines {
        if let Some(text) = text {
            set.insert(name.to_owned(), text.as_str().into());
        }
    }
    if !texts.faq.is_empty() {
        let faq = texts.faq.iter();
        let faq = faq.map(|one| json!({"question": one.question, "answer": one.answer}));
        set.insert("faq".to_owned(), faq.collect());
    }
    Value::Object(set)
}

fn kept(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(KEPT_BY_THE_EDGE));
    response
}

fn broken(error: &LandingError) -> Response<Body> {
    tracing::error!(error = %Chain(error), "the landing page's data could not be answered");
    problem(StatusCode::INTERNAL_SERVER_ERROR, BROKEN)
}
