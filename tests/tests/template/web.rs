//! The site in front of everything: private pages, encrypted ways, headers on every answer.

use serde_json::Value;

use crate::project::{Project, target};

/// The policy that AWS calls CachingDisabled.
const CACHING_DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const ENCRYPTED: [&str; 2] = ["redirect-to-https", "https-only"];

pub(crate) fn violations(project: &Project) -> Vec<String> {
    let mut found = Vec::new();
    for (_, id, bucket) in project.of_type("AWS::S3::Bucket") {
        let block = &bucket["Properties"]["PublicAccessBlockConfiguration"];
        let all = [
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        ];
        if all.iter().any(|name| block[name] != true) {
            found.push(format!("{id}: not closed to the public"));
        }
    }
    for (_, id, distribution) in project.of_type("AWS::CloudFront::Distribution") {
        let config = &distribution["Properties"]["DistributionConfig"];
        // A line of it would hold a path, and a path may hold a number.
        if !config["Logging"].is_null() {
            found.push(format!("{id}: an access log"));
        }
        let others = config["CacheBehaviors"].as_array().into_iter().flatten();
        for behaviour in std::iter::once(&config["DefaultCacheBehavior"]).chain(others) {
            let path = behaviour["PathPattern"].as_str().unwrap_or("default");
            let id = format!("{id} {path}");
            behaviour_violations(&id, behaviour, &mut found);
            if path == "/j/*" {
                link_violations(project, &id, behaviour, &mut found);
            }
            if path == "/media/*" && behaviour["TargetOriginId"] != "media" {
                found.push(format!("{id}: not from the bucket of files"));
            }
        }
    }
    for (_, id, policy) in project.of_type("AWS::S3::BucketPolicy") {
        let statements = &policy["Properties"]["PolicyDocument"]["Statement"];
        let allowed = |one: &&Value| one["Effect"] == "Allow";
        for one in statements.as_array().into_iter().flatten().filter(allowed) {
            let for_cloudfront = one["Principal"]["Service"] == "cloudfront.amazonaws.com"
                && one["Condition"]["StringEquals"]["AWS:SourceArn"].is_object();
            if !for_cloudfront || one["Action"] != "s3:GetObject" {
                found.push(format!("{id}: opened to more than the site"));
            }
            // What nobody has looked at yet stands beside it.
            let what = one["Resource"]["Fn::Sub"].as_str().unwrap_or_default();
            if id == "MediaPolicy" && !what.ends_with("/media/*") {
                found.push(format!("{id}: serves what was not looked at"));
            }
        }
    }
    for (name, template) in &project.templates {
        let secret = &template["Parameters"]["OriginSecret"];
        if !secret.is_null() && secret["NoEcho"] != true {
            found.push(format!("{name}: OriginSecret is shown"));
        }
    }
    found
}

fn behaviour_violations(id: &str, behaviour: &Value, found: &mut Vec<String>) {
    let policy = behaviour["ViewerProtocolPolicy"]
        .as_str()
        .unwrap_or_default();
    if !ENCRYPTED.contains(&policy) {
        found.push(format!("{id}: reached without TLS"));
    }
    if target(&behaviour["ResponseHeadersPolicyId"]).is_none() {
        found.push(format!("{id}: no security headers"));
    }
    let methods = behaviour["AllowedMethods"].as_array();
    let takes_posts = methods.is_some_and(|all| all.iter().any(|method| method == "POST"));
    if takes_posts && behaviour["CachePolicyId"] != CACHING_DISABLED {
        found.push(format!("{id}: answers to what is posted may be kept"));
    }
    // Its path holds a secret, and its callers are machines.
    if behaviour["PathPattern"] == "/hooks/*" && !behaviour["OriginRequestPolicyId"].is_null() {
        found.push(format!("{id}: hands on more than the body"));
    }
    let functions = behaviour["FunctionAssociations"].as_array();
    let before = functions
        .into_iter()
        .flatten()
        .find(|one| one["EventType"] == "viewer-request");
    let before = before.and_then(|one| target(&one["FunctionARN"]));
    // Whatever counts by address needs the address that the edge saw. AWS's own policies hand on
    // what a visitor sends; ours hands on one header.
    let forwards = behaviour["OriginRequestPolicyId"].is_string();
    if forwards && before != Some("ApiFunction") {
        found.push(format!("{id}: the visitor may choose an address"));
    }
}

/// A link is one person's: its answer is kept by nobody, and nothing of a visitor goes along but the
/// name of their browser.
fn link_violations(project: &Project, id: &str, behaviour: &Value, found: &mut Vec<String>) {
    if behaviour["CachePolicyId"] != CACHING_DISABLED {
        found.push(format!("{id}: answers of one person may be kept"));
    }
    let policy = target(&behaviour["OriginRequestPolicyId"]);
    let hands_on_little =
        project
            .of_type("AWS::CloudFront::OriginRequestPolicy")
            .any(|(_, name, one)| {
                let config = &one["Properties"]["OriginRequestPolicyConfig"];
                policy == Some(name)
                    && config["CookiesConfig"]["CookieBehavior"] == "none"
                    && config["QueryStringsConfig"]["QueryStringBehavior"] == "none"
                    && config["HeadersConfig"]["HeaderBehavior"] == "whitelist"
                    && config["HeadersConfig"]["Headers"] == serde_json::json!(["User-Agent"])
            });
    if !hands_on_little {
        found.push(format!("{id}: hands on more than who asks"));
    }
}
