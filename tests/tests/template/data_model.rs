//! docs/data-model.md and infra/data.yaml describe the same tables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::project::{Project, logical_name};

/// A key attribute and its type, `S` or `N`.
type Key = (String, String);

#[derive(Debug, Default, PartialEq, Eq)]
struct Index {
    keys: Vec<Key>,
    projection: String,
    included: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Table {
    keys: Vec<Key>,
    indexes: BTreeMap<String, Index>,
    ttl: bool,
}

pub(crate) fn violations(project: &Project) -> Vec<String> {
    let documented = documented(&project.data_model);
    let mut defined = defined(project);
    let mut found = Vec::new();
    for (name, document) in documented {
        let Some(table) = defined.remove(&name) else {
            found.push(format!("{name}: no table in infra/data.yaml"));
            continue;
        };
        if table.keys != document.keys {
            found.push(format!(
                "{name}: keys {:?}, documented {:?}",
                table.keys, document.keys
            ));
        }
        if table.ttl != document.ttl {
            found.push(format!(
                "{name}: ttl {}, documented {}",
                table.ttl, document.ttl
            ));
        }
        let names: BTreeSet<_> = table
            .indexes
            .keys()
            .chain(document.indexes.keys())
            .collect();
        for index in names {
            let (is, should) = (table.indexes.get(index), document.indexes.get(index));
            if is != should {
                found.push(format!(
                    "{name}: index {index} is {is:?}, documented {should:?}"
                ));
            }
        }
    }
    found.extend(
        defined
            .keys()
            .map(|name| format!("{name}: not in docs/data-model.md")),
    );
    found
}

/// The tables of the document's section “Tables”, but for those that come with their features.
fn documented(text: &str) -> BTreeMap<String, Table> {
    let (_, rest) = text
        .split_once("\n## Tables\n")
        .expect("the document has a section Tables");
    let (tables, _) = rest
        .split_once("\n### With the features")
        .expect("later tables stand last");
    let tables: BTreeMap<_, _> = tables
        .split("\n### ")
        .skip(1)
        .map(|section| {
            let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
            let (name, keys) = heading
                .split_once(" (")
                .expect("a table's heading names its keys");
            let keys = keys.split(')').next().unwrap_or_default();
            let table = Table {
                keys: typed(quoted(keys)),
                indexes: documented_indexes(body),
                ttl: section.contains("ttl"),
            };
            (name.to_owned(), table)
        })
        .collect();
    assert!(
        tables.len() >= 9,
        "the document could not be read: {tables:?}"
    );
    tables
}

/// Indexes stand in a table whose first heading is “index”, or in a sentence “Index `name`: …”.
fn documented_indexes(body: &str) -> BTreeMap<String, Index> {
    let mut indexes = BTreeMap::new();
    let mut in_table = false;
    for line in body.lines() {
        let plain = without_examples(&line.replace("` (number)", ":N`"));
        if plain.starts_with('|') {
            in_table |= plain.starts_with("| index |");
            if in_table && plain.starts_with("| `") {
                let cells: Vec<_> = plain.split('|').collect();
                let name = quoted(cells[1]).remove(0);
                indexes.insert(name, index(cells[2], cells[3]));
            }
        } else {
            in_table = false;
            if let Some((_, sentence)) = plain.split_once("Index `") {
                let (name, rest) = sentence
                    .split_once("`: ")
                    .expect("an index is named and described");
                let (keys, projection) =
                    rest.rsplit_once("`, ").expect("keys, then the projection");
                indexes.insert(name.to_owned(), index(&format!("{keys}`"), projection));
            }
        }
    }
    indexes
}

fn index(keys: &str, projection: &str) -> Index {
    let word = projection
        .split(|c: char| !c.is_ascii_uppercase() && c != '_')
        .find(|word| !word.is_empty());
    let included = quoted(projection)
        .iter()
        .flat_map(|list| list.split(", "))
        .map(str::to_owned)
        .collect();
    Index {
        keys: typed(quoted(keys)),
        projection: word.unwrap_or_default().to_owned(),
        included,
    }
}

/// What stands in parentheses are examples, which may hold any character.
fn without_examples(line: &str) -> String {
    let mut depth = 0_usize;
    let keep = |c: &char| {
        depth += usize::from(*c == '(');
        let outside = depth == 0;
        depth -= usize::from(*c == ')' && depth > 0);
        outside
    };
    line.chars()
        .filter(keep)
        .collect::<String>()
        .replace("` ,", "`,")
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn typed(names: Vec<String>) -> Vec<Key> {
    names
        .into_iter()
        .map(|name| match name.strip_suffix(":N") {
            Some(number) => (number.to_owned(), "N".to_owned()),
            None => (name, "S".to_owned()),
        })
        .collect()
}

fn defined(project: &Project) -> BTreeMap<String, Table> {
    project
        .of_type("AWS::DynamoDB::Table")
        .map(|(_, _, table)| {
            let properties = &table["Properties"];
            let none = Vec::new();
            let indexes = properties["GlobalSecondaryIndexes"]
                .as_array()
                .unwrap_or(&none)
                .iter();
            let indexes = indexes.map(|index| {
                let projection = &index["Projection"];
                let included = projection["NonKeyAttributes"]
                    .as_array()
                    .unwrap_or(&none)
                    .iter();
                let shape = Index {
                    keys: keys(properties, index),
                    projection: text(&projection["ProjectionType"]),
                    included: included.map(text).collect(),
                };
                (text(&index["IndexName"]), shape)
            });
            let table = Table {
                keys: keys(properties, properties),
                indexes: indexes.collect(),
                ttl: properties["TimeToLiveSpecification"]["Enabled"] == true
                    && properties["TimeToLiveSpecification"]["AttributeName"] == "ttl",
            };
            let name =
                logical_name(&properties["TableName"]).expect("tables are named <prefix>-<name>");
            (name.to_owned(), table)
        })
        .collect()
}

fn keys(properties: &Value, keyed: &Value) -> Vec<Key> {
    let attributes = properties["AttributeDefinitions"]
        .as_array()
        .expect("a table defines attributes");
    let kind = |name: &Value| {
        let attribute = attributes
            .iter()
            .find(|attribute| attribute["AttributeName"] == *name);
        attribute
            .map(|attribute| text(&attribute["AttributeType"]))
            .unwrap_or_default()
    };
    let schema = keyed["KeySchema"].as_array().expect("a key schema");
    schema
        .iter()
        .map(|key| (text(&key["AttributeName"]), kind(&key["AttributeName"])))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
