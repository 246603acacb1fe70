//! The CloudFormation templates keep what the design promises: delivery contract, least privilege,
//! back-ups, and exactly the tables of docs/data-model.md. Each promise is a check that lists
//! violations; each check is shown to find one that was planted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "template/checks.rs"]
mod checks;
#[path = "template/data_model.rs"]
mod data_model;
#[path = "template/planted.rs"]
mod planted;
#[path = "template/project.rs"]
mod project;
#[path = "template/streams.rs"]
mod streams;
#[path = "template/web.rs"]
mod web;

use planted::{Planted, planted};
use project::Project;

fn violations(project: &Project) -> Vec<String> {
    let mut found = data_model::violations(project);
    found.extend(checks::violations(project));
    found.extend(web::violations(project));
    found
}

#[test]
fn the_templates_keep_their_promises() {
    let found = violations(&Project::load());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_invitation_says_where_to_sign_in_as_whom() {
    let project = Project::load();
    let template = &project.templates["infra/sign-in.yaml"];
    let config = &template["Resources"]["Admins"]["Properties"]["AdminCreateUserConfig"];
    let mail = &config["InviteMessageTemplate"]["EmailMessage"]["Fn::Sub"];
    let mail = mail.as_str().expect("a text with the address put in");
    for part in ["${PanelUrl}", "{username}", "{####}"] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
}

#[test]
fn every_check_finds_what_was_planted() {
    let project = Project::load();
    for Planted {
        template,
        pointer,
        value,
        found,
    } in planted()
    {
        let mut changed = project.clone();
        changed.set(template, pointer, value);
        let all = violations(&changed);
        assert!(
            all.iter().any(|violation| violation.contains(found)),
            "{template}{pointer}: expected “{found}”, found {all:#?}"
        );
    }
}

#[test]
fn a_table_that_the_document_adds_is_missed_in_the_template() {
    let mut project = Project::load();
    project.data_model = project
        .data_model
        .replace("### limits (", "### drafts (`id`)\n\n### limits (");
    let found = data_model::violations(&project);
    assert_eq!(found, ["drafts: no table in infra/data.yaml"]);
}
