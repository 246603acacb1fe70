//! Delivery contract, least privilege, back-ups, logs, samples.

use serde_json::Value;

use crate::project::{Project, logical_name, resources, target};
use crate::streams;

const FUNCTION: &str = "AWS::Serverless::Function";
const QUEUE: &str = "AWS::SQS::Queue";
const DAYS_14_S: u64 = 14 * 24 * 60 * 60;

/// What an access log line may hold; none of it can name a person (requirement C1).
const LOGGED: [&str; 7] = [
    "requestId",
    "requestTimeEpoch",
    "routeKey",
    "status",
    "responseLatency",
    "integrationStatus",
    "integrationLatency",
];

pub(crate) fn violations(project: &Project) -> Vec<String> {
    let mut found = Vec::new();
    tables(project, &mut found);
    queues(project, &mut found);
    functions(project, &mut found);
    sources(project, &mut found);
    permissions(project, &mut found);
    access_logs(project, &mut found);
    nested(project, &mut found);
    found
}

fn tables(project: &Project, found: &mut Vec<String>) {
    for (_, id, table) in project.of_type("AWS::DynamoDB::Table") {
        let properties = &table["Properties"];
        if properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] != true {
            found.push(format!("{id}: no point-in-time recovery"));
        }
        let encryption = &properties["SSESpecification"];
        if encryption["SSEEnabled"] != true || encryption["KMSMasterKeyId"].is_null() {
            found.push(format!("{id}: not encrypted under our key"));
        }
        let short_lived = logical_name(&properties["TableName"]) == Some("limits");
        for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
            if table[policy] != "Retain" && !short_lived {
                found.push(format!("{id}: {policy} is not Retain"));
            }
        }
    }
}

fn queues(project: &Project, found: &mut Vec<String>) {
    for (template, id, queue) in project.of_type(QUEUE) {
        let properties = &queue["Properties"];
        if properties["SqsManagedSseEnabled"] != true {
            found.push(format!("{id}: not encrypted"));
        }
        let over_tls = |policy: &Value| {
            let properties = &policy["Properties"];
            let covers = properties["Queues"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| target(one) == Some(id)));
            let statement = &properties["PolicyDocument"]["Statement"][0];
            let condition = &statement["Condition"]["Bool"]["aws:SecureTransport"];
            covers
                && statement["Effect"] == "Deny"
                && statement["Action"] == "sqs:*"
                && condition == "false"
        };
        let policies = project.of_type("AWS::SQS::QueuePolicy");
        if !policies.into_iter().any(|(_, _, policy)| over_tls(policy)) {
            found.push(format!("{id}: TLS is not required"));
        }
        if id.ends_with("Dlq") {
            if properties["MessageRetentionPeriod"]
                .as_u64()
                .unwrap_or_default()
                < DAYS_14_S
            {
                found.push(format!("{id}: keeps messages for less than 14 days"));
            }
            continue;
        }
        let dead_letters = target(&properties["RedrivePolicy"]["deadLetterTargetArn"]);
        match dead_letters.and_then(|dlq| resources(template).get(dlq)) {
            None => found.push(format!("{id}: no dead-letter queue")),
            Some(dlq)
                if (dlq["Properties"]["FifoQueue"] == true)
                    != (properties["FifoQueue"] == true) =>
            {
                found.push(format!(
                    "{id}: FIFO, but not its dead-letter queue, or the reverse"
                ));
            }
            Some(_) => {}
        }
    }
}

fn functions(project: &Project, found: &mut Vec<String>) {
    for folder in &project.functions {
        let code = format!("../target/lambda/{folder}/");
        if !project
            .of_type(FUNCTION)
            .any(|(_, _, function)| function["Properties"]["CodeUri"] == *code)
        {
            found.push(format!("functions/{folder}: no function has its code"));
        }
    }
    for (template, id, function) in project.of_type(FUNCTION) {
        let properties = &function["Properties"];
        let log_group = target(&properties["LoggingConfig"]["LogGroup"])
            .and_then(|id| resources(template).get(id));
        let kept = |group: &Value| {
            group["Type"] == "AWS::Logs::LogGroup"
                && !group["Properties"]["RetentionInDays"].is_null()
        };
        if !log_group.is_some_and(kept) {
            found.push(format!("{id}: no log group with a retention"));
        }
        // Without a role of its own SAM attaches managed policies, whose resource is `*`.
        if target(&properties["Role"]).is_none() || !properties["Policies"].is_null() {
            found.push(format!("{id}: no role of its own"));
        }
        let none = serde_json::Map::new();
        let variables = properties["Environment"]["Variables"]
            .as_object()
            .unwrap_or(&none);
        for name in variables.keys() {
            let secret = ["SECRET", "PASSWORD", "TOKEN", "CREDENTIAL", "KEY"]
                .iter()
                .any(|word| name.contains(word));
            if secret && !name.ends_with("_ARN") {
                found.push(format!("{id}: {name} looks like a secret"));
            }
        }
    }
}

/// Event sources: their contract with the queue, and a sample for each.
fn sources(project: &Project, found: &mut Vec<String>) {
    for (template, id, function) in project.of_type(FUNCTION) {
        let none = serde_json::Map::new();
        for (name, event) in function["Properties"]["Events"]
            .as_object()
            .unwrap_or(&none)
        {
            let properties = &event["Properties"];
            let sampled = if event["Type"] == "SQS" {
                let queue = target(&properties["Queue"]).and_then(|id| resources(template).get(id));
                let queue = queue.unwrap_or_else(|| {
                    panic!("{id}/{name}: the queue stands in the same template")
                });
                queue_source(
                    template,
                    function,
                    properties,
                    queue,
                    &format!("{id}/{name}"),
                    found,
                );
                let ending = format!(
                    "-{}",
                    logical_name(&queue["Properties"]["QueueName"]).unwrap_or_default()
                );
                project.samples.iter().any(|sample| {
                    let arn = sample["Records"][0]["eventSourceARN"].as_str();
                    arn.is_some_and(|arn| arn.ends_with(&ending))
                })
            } else if event["Type"] == "DynamoDB" {
                let id = format!("{id}/{name}");
                streams::source(template, properties, &id, found);
                let part = streams::address_in(project, properties);
                project.samples.iter().any(|sample| {
                    let arn = sample["Records"][0]["eventSourceARN"].as_str();
                    arn.zip(part.as_ref())
                        .is_some_and(|(arn, part)| arn.contains(part))
                })
            } else {
                let route = format!(
                    "{} {}",
                    text(&properties["Method"]),
                    text(&properties["Path"])
                );
                project
                    .samples
                    .iter()
                    .any(|sample| sample["routeKey"] == *route)
            };
            if !sampled {
                found.push(format!("{id}/{name}: no sample event"));
            }
        }
    }
    for (_, id, schedule) in project.of_type("AWS::Scheduler::Schedule") {
        let input: Option<Value> =
            serde_json::from_str(&text(&schedule["Properties"]["Target"]["Input"])).ok();
        if !input.is_some_and(|input| project.samples.contains(&input)) {
            found.push(format!("{id}: no sample event"));
        }
    }
}

fn queue_source(
    template: &Value,
    function: &Value,
    source: &Value,
    queue: &Value,
    id: &str,
    found: &mut Vec<String>,
) {
    let types = source["FunctionResponseTypes"].as_array();
    if !types.is_some_and(|types| types.iter().any(|kind| kind == "ReportBatchItemFailures")) {
        found.push(format!("{id}: no ReportBatchItemFailures"));
    }
    if source["ScalingConfig"]["MaximumConcurrency"].is_null() {
        found.push(format!("{id}: no MaximumConcurrency"));
    }
    let own = function["Properties"]["Timeout"].as_u64();
    let timeout_s = own
        .or_else(|| template["Globals"]["Function"]["Timeout"].as_u64())
        .unwrap_or(3);
    let needed_s = 6 * timeout_s
        + source["MaximumBatchingWindowInSeconds"]
            .as_u64()
            .unwrap_or(0);
    let visibility_s = queue["Properties"]["VisibilityTimeout"]
        .as_u64()
        .unwrap_or(30);
    if visibility_s < needed_s {
        found.push(format!(
            "{id}: visibility {visibility_s} s is below {needed_s} s"
        ));
    }
}

fn permissions(project: &Project, found: &mut Vec<String>) {
    let indexed = tables_and_indexes(project);
    for (_, id, role) in project.of_type("AWS::IAM::Role") {
        if !role["Properties"]["ManagedPolicyArns"].is_null() {
            found.push(format!("{id}: a managed policy"));
        }
        for policy in each(&role["Properties"]["Policies"]) {
            for statement in each(&policy["PolicyDocument"]["Statement"]) {
                for action in each(&statement["Action"])
                    .into_iter()
                    .map(text)
                    .filter(|action| action.contains('*'))
                {
                    found.push(format!("{id}: wildcard action {action}"));
                }
                let is_list = statement["Action"] == "scheduler:ListSchedules"
                    || statement["Action"] == "dynamodb:ListStreams";
                for resource in each(&statement["Resource"]) {
                    let name = resource["Fn::Sub"]
                        .as_str()
                        .or(resource.as_str())
                        .unwrap_or_default();
                    // IAM knows no narrower resource for lists of schedules and streams, and the schedules of
                    // our own group are named after events.
                    let is_own = is_list || name.ends_with(":schedule/${Jobs}/*");
                    if name.contains('*') && !is_own {
                        found.push(format!("{id}: wildcard resource {name}"));
                    }
                    let table = name.strip_prefix("${TablesArn}-");
                    if let Some(table) =
                        table.filter(|table| !indexed.iter().any(|known| known == table))
                    {
                        found.push(format!("{id}: {table} is not in infra/data.yaml"));
                    }
                }
            }
        }
    }
}

fn tables_and_indexes(project: &Project) -> Vec<String> {
    let mut all = Vec::new();
    for (_, _, table) in project.of_type("AWS::DynamoDB::Table") {
        let name = logical_name(&table["Properties"]["TableName"]).unwrap_or_default();
        all.push(name.to_owned());
        for index in each(&table["Properties"]["GlobalSecondaryIndexes"]) {
            all.push(format!("{name}/index/{}", text(&index["IndexName"])));
        }
    }
    all
}

fn access_logs(project: &Project, found: &mut Vec<String>) {
    for (_, id, api) in project.of_type("AWS::Serverless::HttpApi") {
        let format = text(&api["Properties"]["AccessLogSettings"]["Format"]);
        for variable in format.split("$context.").skip(1) {
            let end = variable
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '.')
                .unwrap_or(variable.len());
            let name = &variable[..end];
            if !LOGGED.contains(&name) {
                found.push(format!("{id}: the access log names {name}"));
            }
        }
        if !format.contains("$context.routeKey") {
            found.push(format!("{id}: the access log does not say which route"));
        }
    }
}

/// The root hands every nested template what it asks for, and reads only outputs that exist.
fn nested(project: &Project, found: &mut Vec<String>) {
    let root = &project.templates["template.yaml"];
    let names = |value: &Value| {
        value
            .as_object()
            .map(|map| map.keys().cloned().collect::<Vec<_>>())
            .unwrap_or_default()
    };
    for (id, stack) in resources(root) {
        let path = text(&stack["Properties"]["TemplateURL"]);
        let child = project
            .templates
            .get(&path)
            .unwrap_or_else(|| panic!("{id}: {path} exists"));
        let given = names(&stack["Properties"]["Parameters"]);
        for name in &given {
            if child["Parameters"][name].is_null() {
                found.push(format!("{id}: parameter {name} is unknown"));
            }
        }
        for name in names(&child["Parameters"]) {
            if !given.contains(&name) && child["Parameters"][&name]["Default"].is_null() {
                found.push(format!("{id}: parameter {name} is not given"));
            }
        }
        let mut read = Vec::new();
        outputs_read(root, id, &mut read);
        for output in read {
            if child["Outputs"][&output].is_null() {
                found.push(format!("{id}: output {output} is unknown"));
            }
        }
    }
}

fn outputs_read(value: &Value, stack: &str, read: &mut Vec<String>) {
    let attribute = &value["Fn::GetAtt"];
    if attribute[0] == stack {
        read.extend(
            text(&attribute[1])
                .strip_prefix("Outputs.")
                .map(str::to_owned),
        );
    }
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| outputs_read(item, stack, read)),
        Value::Object(fields) => fields
            .values()
            .for_each(|field| outputs_read(field, stack, read)),
        _ => {}
    }
}

/// A list's items, or the single value that stands in its place.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        single => vec![single],
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
