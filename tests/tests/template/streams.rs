//! Event sources of streams.

use serde_json::Value;

use crate::project::{Project, logical_name, resources, target};

/// What a stream reports is tried again from the first record that failed, and what never works is
/// seen by somebody.
pub(crate) fn source(template: &Value, source: &Value, id: &str, found: &mut Vec<String>) {
    let types = source["FunctionResponseTypes"].as_array();
    if !types.is_some_and(|types| types.iter().any(|kind| kind == "ReportBatchItemFailures")) {
        found.push(format!("{id}: no ReportBatchItemFailures"));
    }
    if source["BisectBatchOnFunctionError"] != true {
        found.push(format!("{id}: a batch that fails is not cut"));
    }
    if source["MaximumRetryAttempts"].as_i64().unwrap_or(-1) < 0 {
        found.push(format!("{id}: one record may hold up the others for a day"));
    }
    if source["FilterCriteria"]["Filters"][0]["Pattern"].is_null() {
        found.push(format!("{id}: no filter"));
    }
    let failures = target(&source["DestinationConfig"]["OnFailure"]["Destination"]);
    let failures = failures.and_then(|queue| resources(template).get(queue));
    if !failures.is_some_and(|queue| queue["Type"] == "AWS::SQS::Queue") {
        found.push(format!("{id}: what fails for good goes nowhere"));
    }
}

/// What the addresses of a source's stream have in common, if its table has one; the parameter is
/// named `ParticipantsStreamArn`.
pub(crate) fn address_in(project: &Project, source: &Value) -> Option<String> {
    let id = target(&source["Stream"])?.strip_suffix("StreamArn")?;
    let mut tables = project.of_type("AWS::DynamoDB::Table");
    let (_, _, table) = tables.find(|(_, table, _)| *table == id)?;
    let properties = &table["Properties"];
    properties["StreamSpecification"]
        .is_object()
        .then_some(())?;
    let table = logical_name(&properties["TableName"])?;
    Some(format!("-{table}/stream/"))
}
