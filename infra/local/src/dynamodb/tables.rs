//! Tables as `infra/data.yaml` defines them, the file that is deployed.

use std::collections::{BTreeMap, BTreeSet};

use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use dynoxide::{Database, DynoxideError};
use serde::Deserialize;
use serde_json::{Value, json};

/// Why the tables could not be made from the template.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// The text is not YAML, or not a template.
    #[error("the data template cannot be read: {0}")]
    Template(String),
    /// A table has a property this reader does not know or cannot read.
    #[error("table {resource} of the data template cannot be read: {reason}")]
    Table {
        /// Logical id of the resource.
        resource: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A stored table differs from the template. The engine changes keys no more than AWS does.
    #[error(
        "the stored table {table} has another {what} than the data template: start with an empty data folder"
    )]
    Differs {
        /// Physical name.
        table: String,
        /// `key` or `set of indexes`.
        what: &'static str,
    },
    /// The engine refused a table.
    #[error("table {table} was refused: {source}")]
    Engine {
        /// Physical name.
        table: String,
        /// The engine's reason.
        #[source]
        source: DynoxideError,
    },
}

#[derive(Deserialize)]
struct Template {
    #[serde(rename = "Resources")]
    resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Properties", default)]
    properties: Value,
}

/// What of a table's properties concerns its shape. The rest must at least be known by name, so
/// that a misspelt property does not pass here and fail in the cloud.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Table {
    table_name: Sub,
    key_schema: Value,
    attribute_definitions: Value,
    #[serde(default)]
    global_secondary_indexes: Vec<Index>,
    time_to_live_specification: Option<TimeToLive>,
    stream_specification: Option<Stream>,
    #[serde(rename = "BillingMode")]
    _billing_mode: Option<Value>,
    #[serde(rename = "DeletionProtectionEnabled")]
    _deletion_protection: Option<Value>,
    #[serde(rename = "OnDemandThroughput")]
    _on_demand: Option<Value>,
    #[serde(rename = "PointInTimeRecoverySpecification")]
    _recovery: Option<Value>,
    #[serde(rename = "SSESpecification")]
    _encryption: Option<Value>,
    #[serde(rename = "TableClass")]
    _class: Option<Value>,
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sub {
    #[serde(rename = "Fn::Sub")]
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Index {
    index_name: String,
    key_schema: Value,
    projection: Value,
    #[serde(rename = "OnDemandThroughput")]
    _on_demand: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TimeToLive {
    attribute_name: String,
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Stream {
    stream_view_type: String,
}

/// Creates every table of `template` (the text of `infra/data.yaml`: long-form CloudFormation,
/// names as `Fn::Sub: "${Prefix}-…"`) that does not exist yet, and returns all physical names.
///
/// # Errors
/// [`TablesError`] if the template holds anything that cannot be read, or a table that exists
/// has another key or other indexes.
pub fn create_tables(
    db: &Database,
    template: &str,
    prefix: &str,
) -> Result<Vec<String>, TablesError> {
    let template: Template = serde_saphyr::from_str(template)
        .map_err(|error| TablesError::Template(error.to_string()))?;
    template
        .resources
        .into_iter()
        .filter(|(_, resource)| resource.kind == "AWS::DynamoDB::Table")
        .map(|(logical_id, resource)| create(db, &logical_id, resource.properties, prefix))
        .collect()
}

fn create(
    db: &Database,
    logical_id: &str,
    properties: Value,
    prefix: &str,
) -> Result<String, TablesError> {
    let unreadable = |reason: String| TablesError::Table {
        resource: logical_id.to_owned(),
        reason,
    };
    let table: Table =
        serde_json::from_value(properties).map_err(|error| unreadable(error.to_string()))?;
    let name = table.table_name.text.replace("${Prefix}", prefix);
    if name.contains("${") {
        return Err(unreadable(format!("only ${{Prefix}} is known in {name}")));
    }
    let engine = |source| TablesError::Engine {
        table: name.clone(),
        source,
    };

    match db.describe_table(DescribeTableRequest {
        table_name: name.clone(),
    }) {
        Ok(found) => {
            let found =
                serde_json::to_value(found.table).map_err(|error| unreadable(error.to_string()))?;
            same_shape(&name, &table, &found)?;
        }
        Err(DynoxideError::ResourceNotFoundException(_)) => {
            let request = serde_json::from_value(request(&name, &table))
                .map_err(|error| unreadable(error.to_string()))?;
            db.create_table(request).map_err(engine)?;
        }
        Err(error) => return Err(engine(error)),
    }
    // Outside the creation, so that a process that ended between the two steps is made good.
    if let Some(ttl) = &table.time_to_live_specification {
        set_ttl(db, &name, ttl).map_err(engine)?;
    }
    if let Some(stream) = &table.stream_specification {
        open_stream(db, &name, stream).map_err(engine)?;
    }
    Ok(name)
}

/// The properties in the words of the CreateTable call.
fn request(name: &str, table: &Table) -> Value {
    let mut request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": table.key_schema,
        "AttributeDefinitions": table.attribute_definitions,
    });
    // An empty list is a validation error; no list is none.
    if !table.global_secondary_indexes.is_empty() {
        request["GlobalSecondaryIndexes"] = table
            .global_secondary_indexes
            .iter()
            .map(|index| {
                json!({
                    "IndexName": index.index_name,
                    "KeySchema": index.key_schema,
                    "Projection": index.projection,
                })
            })
            .collect();
    }
    request
}

fn same_shape(name: &str, table: &Table, found: &Value) -> Result<(), TablesError> {
    let differs = |what| TablesError::Differs {
        table: name.to_owned(),
        what,
    };
    if found["KeySchema"] != table.key_schema {
        return Err(differs("key"));
    }
    let wanted: BTreeSet<_> = table
        .global_secondary_indexes
        .iter()
        .map(|index| index.index_name.as_str())
        .collect();
    let stored: BTreeSet<_> = found["GlobalSecondaryIndexes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|index| index["IndexName"].as_str())
        .collect();
    if wanted == stored {
        Ok(())
    } else {
        Err(differs("set of indexes"))
    }
}

fn set_ttl(db: &Database, table: &str, ttl: &TimeToLive) -> Result<(), DynoxideError> {
    let request = UpdateTimeToLiveRequest {
        table_name: table.to_owned(),
        time_to_live_specification: TimeToLiveSpecification {
            attribute_name: ttl.attribute_name.clone(),
            enabled: ttl.enabled,
        },
    };
    db.update_time_to_live(request).map(drop)
}

/// A stream that is open stays as it is; a table of an older folder gets one.
fn open_stream(db: &Database, table: &str, stream: &Stream) -> Result<(), DynoxideError> {
    let table_name = table.to_owned();
    let found = db.describe_table(DescribeTableRequest { table_name })?;
    let found = serde_json::to_value(found.table).unwrap_or_default();
    if found["StreamSpecification"]["StreamEnabled"] == true {
        return Ok(());
    }
    let request = serde_json::from_value(json!({
        "TableName": table,
        "StreamSpecification": {
            "StreamEnabled": true,
            "StreamViewType": stream.stream_view_type,
        },
    }));
    let request = request.map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
    db.update_table(request).map(drop)
}
