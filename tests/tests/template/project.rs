//! The files that the checks read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// Templates, sample events, the data model and the functions of the workspace.
#[derive(Clone)]
pub(crate) struct Project {
    /// Path from the root to the parsed template.
    pub(crate) templates: BTreeMap<String, Value>,
    /// The parsed files of `events/`.
    pub(crate) samples: Vec<Value>,
    /// docs/data-model.md.
    pub(crate) data_model: String,
    /// Names of the folders in `functions/`.
    pub(crate) functions: Vec<String>,
}

impl Project {
    pub(crate) fn load() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut templates = BTreeMap::from([(
            "template.yaml".to_owned(),
            yaml(&root.join("template.yaml")),
        )]);
        for file in entries(&root.join("infra"), "yaml") {
            let name = file.file_name().unwrap().to_string_lossy();
            templates.insert(format!("infra/{name}"), yaml(&file));
        }
        let samples = entries(&root.join("events"), "json")
            .iter()
            .map(|file| serde_json::from_str(&read(file)).expect("events/ holds JSON"))
            .collect();
        let functions = entries(&root.join("functions"), "")
            .iter()
            .map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        Self {
            templates,
            samples,
            data_model: read(&root.join("docs/data-model.md")),
            functions,
        }
    }

    /// Puts `value` at `pointer` of a template; the last step need not exist yet.
    pub(crate) fn set(&mut self, template: &str, pointer: &str, value: Value) {
        let template = self
            .templates
            .get_mut(template)
            .expect("the template exists");
        let (parent, last) = pointer
            .rsplit_once('/')
            .expect("a pointer starts with a slash");
        let parent = template
            .pointer_mut(parent)
            .unwrap_or_else(|| panic!("{pointer} exists"));
        match parent {
            Value::Array(items) => items[last.parse::<usize>().unwrap()] = value,
            Value::Object(fields) => {
                fields.insert(last.to_owned(), value);
            }
            _ => panic!("{pointer} leads into a scalar"),
        }
    }

    /// All resources of a type, with the template that they stand in.
    pub(crate) fn of_type<'a>(
        &'a self,
        kind: &'a str,
    ) -> impl Iterator<Item = (&'a Value, &'a str, &'a Value)> {
        self.templates.values().flat_map(move |template| {
            resources(template)
                .iter()
                .filter(move |(_, resource)| resource["Type"] == kind)
                .map(move |(name, resource)| (template, name.as_str(), resource))
        })
    }
}

/// The resources of a template by logical id.
pub(crate) fn resources(template: &Value) -> &Map<String, Value> {
    template["Resources"]
        .as_object()
        .expect("a template has resources")
}

/// The logical id in `Ref` or in the first part of `Fn::GetAtt`.
pub(crate) fn target(reference: &Value) -> Option<&str> {
    reference["Ref"]
        .as_str()
        .or_else(|| reference["Fn::GetAtt"][0].as_str())
}

/// `wake` of `{Fn::Sub: "${Prefix}-wake"}`.
pub(crate) fn logical_name(name: &Value) -> Option<&str> {
    name["Fn::Sub"].as_str()?.strip_prefix("${Prefix}-")
}

fn entries(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().unwrap_or_default() == extension)
        .filter(|path| !extension.is_empty() || path.is_dir())
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{} is empty", folder.display());
    found
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn yaml(file: &Path) -> Value {
    serde_saphyr::from_str(&read(file))
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
