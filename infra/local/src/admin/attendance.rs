use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::App;
use app::attendance::{
    AttendanceError, Decisions, ReportReview, confirm_report, import_report, set_attendance,
};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::routing::{post, put};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::attendance::{Attendance, MAX_BYTES};
use domain::ids::{EventId, ParticipantId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{BY, Refusal, body, id};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    /// The file in base64.
    report: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Decided {
    /// By line of the file.
    who: BTreeMap<String, ParticipantId>,
    without: BTreeSet<ParticipantId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entered {
    attendance: Attendance,
}

pub(super) fn routes() -> Router<Arc<App>> {
    // In base64 three octets are four, and there is something around it; a file that is too large
    // is told by the reading.
    let reports = post(import).layer(DefaultBodyLimit::max(2 * MAX_BYTES));
    Router::new()
        .route("/events/{id}/attendance/reports", reports)
        .route(
            "/events/{id}/attendance/reports/{review}/confirm",
            post(confirm),
        )
        .route("/events/{id}/attendance/{participant}", put(set))
}

impl From<AttendanceError> for Refusal {
    fn from(error: AttendanceError) -> Self {
        let unfit = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string());
        match &error {
            AttendanceError::NoEvent => Self::not_found("event"),
            AttendanceError::NoParticipant => Self::not_found("participant"),
            AttendanceError::NoReview => Self::not_found("review"),
            AttendanceError::TooEarly => {
                Self::new(StatusCode::CONFLICT, "too_early", error.to_string())
            }
            AttendanceError::NoLine(_) => unfit("no_line"),
            AttendanceError::Report(report) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_report",
                report.message(),
            ),
            AttendanceError::Store(_) | AttendanceError::Review(_) => Self::failed(&error),
        }
    }
}

fn view(review: &ReportReview) -> Value {
    let named = |who: &ParticipantId| json!({ "participant": who, "name": review.names.get(who) });
    let present = review.findings.present.iter().map(|one| {
        let mut view = named(&one.participant);
        view["minutes"] = one.minutes.into();
        view["by"] = json!(one.by);
        view
    });
    let unclear = review.findings.unclear.iter().map(|one| {
        json!({
            "line": one.line,
            "names": one.names,
            "minutes": one.minutes,
            "why": one.why,
            "candidates": one.candidates.iter().map(named).collect::<Vec<_>>(),
        })
    });
    json!({
        "review": review.id,
        "present": present.collect::<Vec<_>>(),
        "unclear": unclear.collect::<Vec<_>>(),
    })
}

async fn import(
    State(app): State<Arc<App>>,
    Path(event): Path<String>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let report: Report = body(&bytes)?;
    let report = STANDARD.decode(report.report).map_err(|error| {
        Refusal::new(StatusCode::BAD_REQUEST, "invalid_base64", error.to_string())
    })?;
    let event: EventId = id(&event, "event")?;
    let review = Box::pin(import_report(&app, event, &report)).await?;
    Ok((StatusCode::CREATED, Json(view(&review))))
}

async fn confirm(
    State(app): State<Arc<App>>,
    Path((event, review)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<Json<Value>, Refusal> {
    let decided: Decided = body(&bytes)?;
    let mut who = BTreeMap::new();
    for (line, participant) in decided.who {
        let line = line.parse().map_err(|_| {
            let text = format!("{line} is no line.");
            Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "no_line", text)
        })?;
        who.insert(line, participant);
    }
    let decisions = Decisions {
        who,
        without: decided.without,
    };
    let (event, review) = (id(&event, "event")?, id(&review, "review")?);
    let confirmed = confirm_report(&app, event, review, &decisions, BY).await?;
    Ok(Json(
        json!({ "came": confirmed.came, "unknown": confirmed.unknown }),
    ))
}

async fn set(
    State(app): State<Arc<App>>,
    Path((event, participant)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<StatusCode, Refusal> {
    let entered: Entered = body(&bytes)?;
    let came = match entered.attendance {
        Attendance::Came => Some(true),
        Attendance::Missed => Some(false),
        Attendance::Unknown => None,
    };
    let (event, participant) = (id(&event, "event")?, id(&participant, "participant")?);
    set_attendance(&app, event, participant, came, BY).await?;
    Ok(StatusCode::NO_CONTENT)
}
