#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeValue as Value, Delete, KeysAndAttributes, Put, PutRequest, TransactWriteItem, Update,
    WriteRequest,
};
use dynoxide::Database;

use super::*;

const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Prefix: { Type: String }
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: { Version: "2012-10-17" }
  Items:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: { Fn::Sub: "${Prefix}-items" }
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: pk, AttributeType: S }
        - { AttributeName: sk, AttributeType: S }
        - { AttributeName: lane, AttributeType: S }
        - { AttributeName: rank, AttributeType: "N" }
      KeySchema:
        - { AttributeName: pk, KeyType: HASH }
        - { AttributeName: sk, KeyType: RANGE }
      GlobalSecondaryIndexes:
        - IndexName: due
          KeySchema:
            - { AttributeName: lane, KeyType: HASH }
            - { AttributeName: rank, KeyType: RANGE }
          Projection:
            ProjectionType: INCLUDE
            NonKeyAttributes: [note]
      SSESpecification: { SSEEnabled: true, KMSMasterKeyId: { Fn::GetAtt: [Key, Arn] } }
  Limits:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: { Fn::Sub: "${Prefix}-limits" }
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: key, AttributeType: S }]
      KeySchema: [{ AttributeName: key, KeyType: HASH }]
      TimeToLiveSpecification: { AttributeName: ttl, Enabled: true }
"#;

const TABLE: &str = "t-items";

fn world() -> (Client, Arc<Faults>) {
    let database = Database::memory().unwrap();
    create_tables(&database, TEMPLATE, "t").unwrap();
    let faults = Arc::new(Faults::default());
    (client(database, Some(faults.clone())), faults)
}

fn text(value: &str) -> Value {
    Value::S(value.to_owned())
}

fn key(pk: &str) -> HashMap<String, Value> {
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text("META"))])
}

fn item(pk: &str, rank: u32) -> HashMap<String, Value> {
    let mut item = key(pk);
    item.insert("lane".to_owned(), text("welcome#0"));
    item.insert("rank".to_owned(), Value::N(rank.to_string()));
    item
}

fn put(pk: &str, condition: Option<&str>) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(TABLE)
        .set_item(Some(item(pk, 1)))
        .set_condition_expression(condition.map(str::to_owned));
    TransactWriteItem::builder()
        .put(put.build().unwrap())
        .build()
}

async fn exists(client: &Client, pk: &str) -> bool {
    let get = client.get_item().table_name(TABLE).set_key(Some(key(pk)));
    get.send().await.unwrap().item.is_some()
}

#[tokio::test]
async fn single_items_are_written_read_changed_and_deleted() {
    let (client, faults) = world();
    let put = client.put_item().table_name(TABLE);
    put.set_item(Some(item("a", 1))).send().await.unwrap();
    let updated = client
        .update_item()
        .table_name(TABLE)
        .set_key(Some(key("a")))
        .update_expression("ADD #rank :one")
        .expression_attribute_names("#rank", "rank")
        .expression_attribute_values(":one", Value::N("1".to_owned()))
        .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
        .send()
        .await
        .unwrap();
    assert_eq!(
        updated.attributes.unwrap()["rank"],
        Value::N("2".to_owned())
    );
    assert!(exists(&client, "a").await);
    let delete = client.delete_item().table_name(TABLE);
    delete.set_key(Some(key("a"))).send().await.unwrap();
    assert!(!exists(&client, "a").await);

    let calls = faults.calls();
    assert_eq!((calls["GetItem"], calls["PutItem"]), (2, 1));
    assert_eq!(faults.items()["GetItem"], 1, "one read found nothing");
    faults.reset();
    assert!(faults.calls().is_empty());
}

#[tokio::test]
async fn queries_scans_and_batches_answer_and_are_counted() {
    let (client, faults) = world();
    let write = |n: u32| {
        let put = PutRequest::builder().set_item(Some(item(&format!("p{n}"), n)));
        WriteRequest::builder()
            .put_request(put.build().unwrap())
            .build()
    };
    let batch = (0..20).map(write).collect();
    let call = client.batch_write_item().request_items(TABLE, batch);
    call.send().await.unwrap();

    let query = client
        .query()
        .table_name(TABLE)
        .index_name("due")
        .key_condition_expression("lane = :lane AND #rank <= :rank")
        .expression_attribute_names("#rank", "rank")
        .expression_attribute_values(":lane", text("welcome#0"))
        .expression_attribute_values(":rank", Value::N("14".to_owned()))
        .limit(10);
    let first = query.clone().send().await.unwrap();
    let from = first.last_evaluated_key.clone();
    assert!(from.is_some());
    let second = query.set_exclusive_start_key(from).send().await.unwrap();
    assert_eq!((first.count, second.count), (10, 5));
    assert_eq!(second.items()[4]["rank"], Value::N("14".to_owned()));

    let keys = KeysAndAttributes::builder()
        .set_keys(Some(vec![key("p1"), key("p2"), key("none")]))
        .consistent_read(true);
    let call = client.batch_get_item();
    let call = call.request_items(TABLE, keys.build().unwrap());
    assert_eq!(
        call.send().await.unwrap().responses.unwrap()[TABLE].len(),
        2
    );
    let scan = client.scan().table_name(TABLE).send().await.unwrap();
    assert_eq!(scan.count, 20);

    let items = faults.items();
    assert_eq!((items["BatchWriteItem"], items["Query"]), (20, 15));
    assert_eq!((items["BatchGetItem"], items["Scan"]), (2, 20));
}

#[tokio::test]
async fn a_failed_condition_is_the_sdks_own_error_with_the_item() {
    let (client, _) = world();
    let put = || {
        client
            .put_item()
            .table_name(TABLE)
            .set_item(Some(item("a", 1)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(
                aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld,
            )
    };
    put().send().await.unwrap();
    let error = put().send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
        failed,
    ) = error
    else {
        panic!("not a failed condition: {:?}", error.code());
    };
    assert_eq!(failed.item.unwrap()["pk"], text("a"));
}

#[tokio::test]
async fn a_cancelled_transaction_writes_nothing_and_names_each_items_reason() {
    let (client, faults) = world();
    let call = client.transact_write_items().transact_items(put("a", None));
    call.send().await.unwrap();
    let update = Update::builder()
        .table_name(TABLE)
        .set_key(Some(key("c")))
        .update_expression("SET note = :n")
        .expression_attribute_values(":n", text("x"))
        .build();
    let delete = Delete::builder()
        .table_name(TABLE)
        .set_key(Some(key("d")))
        .build();
    let error = client
        .transact_write_items()
        .transact_items(put("b", None))
        .transact_items(put("a", Some("attribute_not_exists(pk)")))
        .transact_items(TransactWriteItem::builder().update(update.unwrap()).build())
        .transact_items(TransactWriteItem::builder().delete(delete.unwrap()).build())
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(
        codes(&error),
        ["None", "ConditionalCheckFailed", "None", "None"]
    );
    assert!(!exists(&client, "b").await && !exists(&client, "c").await);
    assert_eq!(faults.items()["TransactWriteItems"], 1);
}

fn codes(
    error: &aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError,
) -> Vec<String> {
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        panic!("not a cancelled transaction: {:?}", error.code());
    };
    let reasons = cancelled.cancellation_reasons().iter();
    reasons.map(|reason| reason.code.clone().unwrap()).collect()
}

#[tokio::test]
async fn every_nth_transaction_meets_a_conflict_and_writes_nothing() {
    let (client, faults) = world();
    faults.conflict_every(3);
    let mut conflicts = Vec::new();
    for n in 1..=7 {
        let name = format!("i{n}");
        let call = client
            .transact_write_items()
            .transact_items(put(&name, None))
            .transact_items(put(&format!("{name}b"), None));
        match call.send().await {
            Ok(_) => assert!(exists(&client, &name).await),
            Err(error) => {
                assert_eq!(
                    codes(&error.into_service_error()),
                    ["TransactionConflict", "None"]
                );
                assert!(!exists(&client, &name).await);
                conflicts.push(n);
            }
        }
    }
    assert_eq!(conflicts, [3, 6]);
    assert_eq!(faults.calls()["TransactWriteItems"], 7);
    assert_eq!(faults.items()["TransactWriteItems"], 10);
}

#[tokio::test]
async fn unknown_operations_tables_and_fields_are_refused_as_aws_does() {
    let (client, _) = world();
    let unknown = client.list_tables().send().await.unwrap_err();
    assert_eq!(unknown.code(), Some("UnknownOperationException"));
    let missing = client.get_item().table_name("none").set_key(Some(key("a")));
    let missing = missing.send().await.unwrap_err().into_service_error();
    assert!(missing.is_resource_not_found_exception());
    let empty = client.put_item().table_name(TABLE);
    let empty = empty.set_item(Some(item("", 1))).send().await.unwrap_err();
    assert_eq!(empty.code(), Some("ValidationException"));
}

#[tokio::test]
async fn a_file_keeps_tables_and_items() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tables.sqlite");
    for round in 0..2 {
        let database = open(&file).unwrap();
        let names = create_tables(&database, TEMPLATE, "t").unwrap();
        assert_eq!(names, ["t-items", "t-limits"]);
        let client = client(database, None);
        assert_eq!(exists(&client, "kept").await, round == 1);
        let put = client.put_item().table_name(TABLE);
        put.set_item(Some(item("kept", 1))).send().await.unwrap();
    }
}

#[tokio::test]
async fn a_file_is_made_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tables.sqlite");
    // What a process left that ended on the way.
    std::fs::write(folder.path().join("tables.new"), "half").unwrap();
    assert!(make(&file, "Resources: [", "t").is_err());
    assert!(!file.exists());
    make(&file, TEMPLATE, "t").unwrap();
    let client_of = |file| client(open(file).unwrap(), None);
    let put = client_of(&file).put_item().table_name(TABLE);
    put.set_item(Some(item("kept", 1))).send().await.unwrap();
    make(&file, TEMPLATE, "t").unwrap();
    assert!(exists(&client_of(&file), "kept").await);
}

#[tokio::test]
async fn tables_have_the_templates_indexes_and_time_to_live() {
    let (client, _) = world();
    let table = client.describe_table().table_name(TABLE).send().await;
    let table = table.unwrap().table.unwrap();
    let index = &table.global_secondary_indexes()[0];
    assert_eq!(index.index_name(), Some("due"));
    let projection = index.projection().unwrap();
    assert_eq!(projection.non_key_attributes(), ["note"]);
    let ttl = client.describe_time_to_live().table_name("t-limits");
    let ttl = ttl.send().await.unwrap().time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name(), Some("ttl"));
}

#[test]
fn the_deployed_template_gives_every_table_of_the_data_model() {
    let database = Database::memory().unwrap();
    let template = include_str!("../../../data.yaml");
    let names = create_tables(&database, template, "p").unwrap();
    let model = include_str!("../../../../docs/data-model.md");
    let names: Vec<_> = names.iter().map(|name| &name["p-".len()..]).collect();
    let documented: Vec<_> = model
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .filter_map(|heading| heading.split_once(" (`"))
        .map(|(name, _)| name)
        .collect();
    assert!(!documented.is_empty());
    for table in documented {
        assert!(names.contains(&table), "{table} is not in {names:?}");
    }
}

#[test]
fn what_cannot_be_read_is_an_error_that_names_it() {
    let refuse = |from: &str, to: &str| {
        let template = TEMPLATE.replacen(from, to, 1);
        assert_ne!(template, TEMPLATE);
        let database = Database::memory().unwrap();
        let error = create_tables(&database, &template, "t").unwrap_err();
        format!("{error}")
    };
    let misspelt = refuse("TimeToLiveSpecification", "TimeToLive");
    assert!(misspelt.contains("Limits") && misspelt.contains("`TimeToLive`"));
    assert!(refuse("${Prefix}-items", "${Stage}-items").contains("${Stage}"));
    assert!(refuse("{ Fn::Sub: \"${Prefix}-items\" }", "items").contains("Items"));
    assert!(refuse("Resources:", "Resources: [").contains("template"));
    let undefined = refuse(
        "AttributeName: rank, AttributeType",
        "AttributeName: r, AttributeType",
    );
    assert!(undefined.starts_with("table t-items was refused: "));
}

#[test]
fn a_stored_table_of_another_shape_is_an_error() {
    for (from, to, what) in [
        ("IndexName: due", "IndexName: later", "indexes"),
        (
            "AttributeName: sk, KeyType: RANGE",
            "AttributeName: lane, KeyType: RANGE",
            "key",
        ),
    ] {
        let database = Database::memory().unwrap();
        let other = TEMPLATE.replace(from, to);
        let other = if what == "key" {
            other.replace("        - { AttributeName: sk, AttributeType: S }\n", "")
        } else {
            other
        };
        create_tables(&database, &other, "t").unwrap();
        let error = create_tables(&database, TEMPLATE, "t").unwrap_err();
        let text = error.to_string();
        assert!(text.contains("t-items") && text.contains(what), "{text}");
    }
}
