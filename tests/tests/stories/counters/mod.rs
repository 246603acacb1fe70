//! The totals are those of the rows, however their changes are delivered.

mod cost;
mod deliveries;
mod lists;
mod panel;
mod recounts;

use aws_sdk_dynamodb::types::AttributeValue;
use tests::{Person, Town, attribute};

/// Changes one text of somebody's row, as an edit does.
pub(super) async fn edit(town: &Town, person: &Person, texts: &[(&str, &str)]) {
    let Some(item) = town.participant(person).await else {
        return;
    };
    let mut request = town
        .cloud
        .dynamodb
        .update_item()
        .table_name("local-participants")
        .key("pk", item["pk"].clone())
        .key("sk", item["sk"].clone())
        .condition_expression("attribute_exists(pk)");
    let mut sets = Vec::new();
    for (name, value) in texts {
        sets.push(format!("#{name} = :{name}"));
        request = request
            .expression_attribute_names(format!("#{name}"), *name)
            .expression_attribute_values(format!(":{name}"), attribute(value));
    }
    let request = request.update_expression(format!("SET {}", sets.join(", ")));
    request.send().await.expect("the row is there");
}

/// A row that says less than it must.
pub(super) async fn put_unreadable(town: &Town, id: &str) {
    let item = [
        ("pk", format!("P#{id}")),
        ("sk", "PROFILE".to_owned()),
        ("id", id.to_owned()),
        ("name", "Siti Aminah".to_owned()),
    ];
    let item = item.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
    let put = town.cloud.dynamodb.put_item();
    let put = put.table_name("local-participants");
    put.set_item(Some(item.into())).send().await.expect("put");
}
