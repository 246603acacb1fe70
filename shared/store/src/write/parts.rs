//! Parts of a transaction that are no update.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem};

use super::Change;
use crate::StoreError;
use crate::item::Item;

impl Change {
    /// Part of a transaction: deletes the item under this change's conditions; what it sets is
    /// left out.
    pub(crate) fn deletion(mut self, what: &'static str) -> Result<TransactWriteItem, StoreError> {
        let (_, condition) = self.expressions();
        let (names, values) = self.operands();
        let delete = Delete::builder()
            .table_name(self.table)
            .set_key(Some(self.key))
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(StoreError::database(what))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Part of a transaction: this change's conditions hold; nothing is written.
    pub(crate) fn check(mut self, what: &'static str) -> Result<TransactWriteItem, StoreError> {
        let (_, condition) = self.expressions();
        let (names, values) = self.operands();
        let check = ConditionCheck::builder()
            .table_name(self.table)
            .set_key(Some(self.key))
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(StoreError::database(what))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    fn operands(&mut self) -> (Option<Names>, Option<Item>) {
        let names = std::mem::take(&mut self.names);
        let values = std::mem::take(&mut self.values);
        (
            (!names.is_empty()).then_some(names),
            (!values.is_empty()).then_some(values),
        )
    }
}

type Names = std::collections::HashMap<String, String>;

/// Part of a transaction: put an item if none has its key.
pub(crate) fn put_new(
    what: &'static str,
    table: String,
    key_name: &str,
    item: Item,
) -> Result<TransactWriteItem, StoreError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(#key)")
        .expression_attribute_names("#key", key_name)
        .build()
        .map_err(StoreError::database(what))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Part of a transaction: put an item in the place of whatever has its key.
pub(crate) fn put_over(
    what: &'static str,
    table: String,
    item: Item,
) -> Result<TransactWriteItem, StoreError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .build()
        .map_err(StoreError::database(what))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Part of a transaction: replace an item in which an attribute has this value.
pub(crate) fn put_when_equals(
    what: &'static str,
    table: String,
    (name, value): (&str, AttributeValue),
    item: Item,
) -> Result<TransactWriteItem, StoreError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("#name = :value")
        .expression_attribute_names("#name", name)
        .expression_attribute_values(":value", value)
        .build()
        .map_err(StoreError::database(what))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Part of a transaction: delete an item that must be there.
pub(crate) fn delete_present(
    what: &'static str,
    table: String,
    key_name: &str,
    key: Item,
) -> Result<TransactWriteItem, StoreError> {
    let delete = Delete::builder()
        .table_name(table)
        .set_key(Some(key))
        .condition_expression("attribute_exists(#key)")
        .expression_attribute_names("#key", key_name)
        .build()
        .map_err(StoreError::database(what))?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}
