//! Faults that the checks of the templates must find.

use serde_json::{Value, json};

/// What is changed, in which template, and what the checks must then say.
pub(crate) struct Planted {
    pub(crate) template: &'static str,
    pub(crate) pointer: &'static str,
    pub(crate) value: Value,
    pub(crate) found: &'static str,
}

const DATA: &str = "infra/data.yaml";
const MESSAGING: &str = "infra/messaging.yaml";
const API: &str = "infra/api.yaml";
const WEB: &str = "infra/web.yaml";

fn plant(
    template: &'static str,
    pointer: &'static str,
    value: Value,
    found: &'static str,
) -> Planted {
    Planted {
        template,
        pointer,
        value,
        found,
    }
}

pub(crate) fn planted() -> Vec<Planted> {
    let sender = "/Resources/Sender/Properties";
    let site = "/Resources/Distribution/Properties/DistributionConfig";
    let turns = "/Resources/Sender/Properties/Events/Turns/Properties";
    let people = "/Resources/Projector/Properties/Events/People/Properties";
    let statement = "/Resources/SenderRole/Properties/Policies/0/PolicyDocument/Statement/3";
    let at = |base: &str, rest: &str| -> &'static str { format!("{base}{rest}").leak() };
    vec![
        plant(
            DATA,
            "/Resources/Participants/Properties/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled",
            json!(false),
            "Participants: no point-in-time recovery",
        ),
        plant(
            DATA,
            "/Resources/Pace/Properties/SSESpecification",
            json!({}),
            "Pace: not encrypted",
        ),
        plant(
            DATA,
            "/Resources/Events/DeletionPolicy",
            json!("Delete"),
            "Events: DeletionPolicy",
        ),
        plant(
            DATA,
            "/Resources/Participants/Properties/KeySchema/1/AttributeName",
            json!("sort"),
            "participants: keys",
        ),
        plant(
            DATA,
            "/Resources/NotificationsLog/Properties/GlobalSecondaryIndexes/0/Projection/NonKeyAttributes",
            json!(["type"]),
            "notifications_log: index due",
        ),
        plant(
            DATA,
            "/Resources/BroadcastNumbers/Properties/GlobalSecondaryIndexes/0/IndexName",
            json!("other"),
            "broadcast_numbers: index roster",
        ),
        plant(
            DATA,
            "/Resources/Limits/Properties/TimeToLiveSpecification",
            json!(null),
            "limits: ttl",
        ),
        plant(
            DATA,
            "/Resources/Keyring/Properties/TableName",
            json!({ "Fn::Sub": "${Prefix}-ring" }),
            "keyring: no table",
        ),
        plant(
            MESSAGING,
            at(turns, "/FunctionResponseTypes"),
            json!([]),
            "Sender/Turns: no ReportBatchItemFailures",
        ),
        plant(
            MESSAGING,
            at(turns, "/ScalingConfig"),
            json!(null),
            "Sender/Turns: no MaximumConcurrency",
        ),
        plant(
            MESSAGING,
            "/Resources/Wake/Properties/VisibilityTimeout",
            json!(180),
            "Dispatcher/Wakes: visibility 180 s is below 181 s",
        ),
        plant(
            MESSAGING,
            at(sender, "/Timeout"),
            json!(31),
            "Sender/Turns: visibility 180 s is below 186 s",
        ),
        plant(
            MESSAGING,
            "/Resources/ReferralsDlq/Properties/MessageRetentionPeriod",
            json!(345_600),
            "ReferralsDlq: keeps messages for less than 14 days",
        ),
        plant(
            MESSAGING,
            "/Resources/ReferralsDlq/Properties/FifoQueue",
            json!(false),
            "Referrals: FIFO",
        ),
        plant(
            MESSAGING,
            "/Resources/Wake/Properties/RedrivePolicy",
            json!(null),
            "Wake: no dead-letter queue",
        ),
        plant(
            MESSAGING,
            "/Resources/Turns/Properties/SqsManagedSseEnabled",
            json!(false),
            "Turns: not encrypted",
        ),
        plant(
            MESSAGING,
            "/Resources/QueuePolicy/Properties/Queues/0",
            json!({ "Ref": "Turns" }),
            "Wake: TLS",
        ),
        plant(
            MESSAGING,
            at(statement, "/Action"),
            json!("dynamodb:*"),
            "SenderRole: wildcard action dynamodb:*",
        ),
        plant(
            MESSAGING,
            at(statement, "/Resource"),
            json!("*"),
            "SenderRole: wildcard resource *",
        ),
        plant(
            MESSAGING,
            at(statement, "/Resource"),
            json!({ "Fn::Sub": "${TablesArn}-pace/index/due" }),
            "SenderRole: pace/index/due is not in infra/data.yaml",
        ),
        plant(
            MESSAGING,
            at(sender, "/Role"),
            json!(null),
            "Sender: no role of its own",
        ),
        plant(
            MESSAGING,
            at(sender, "/LoggingConfig"),
            json!(null),
            "Sender: no log group",
        ),
        plant(
            MESSAGING,
            "/Resources/SenderLogs/Properties/RetentionInDays",
            json!(null),
            "Sender: no log group",
        ),
        plant(
            MESSAGING,
            at(sender, "/Environment/Variables"),
            json!({ "GATEWAY_API_KEY": "x" }),
            "Sender: GATEWAY_API_KEY looks like a secret",
        ),
        plant(
            MESSAGING,
            at(sender, "/CodeUri"),
            json!("../target/lambda/other/"),
            "functions/sender: no function",
        ),
        plant(
            MESSAGING,
            at(turns, "/Queue"),
            json!({ "Fn::GetAtt": ["TickDlq", "Arn"] }),
            "Sender/Turns: no sample event",
        ),
        plant(
            MESSAGING,
            "/Resources/Tick/Properties/Target/Input",
            json!(r#"{"v":2,"kind":"tick"}"#),
            "Tick: no sample event",
        ),
        plant(
            MESSAGING,
            at(people, "/FunctionResponseTypes"),
            json!([]),
            "Projector/People: no ReportBatchItemFailures",
        ),
        plant(
            MESSAGING,
            at(people, "/BisectBatchOnFunctionError"),
            json!(false),
            "Projector/People: a batch that fails is not cut",
        ),
        plant(
            MESSAGING,
            at(people, "/MaximumRetryAttempts"),
            json!(-1),
            "Projector/People: one record may hold up",
        ),
        plant(
            MESSAGING,
            at(people, "/FilterCriteria"),
            json!(null),
            "Projector/People: no filter",
        ),
        plant(
            MESSAGING,
            at(people, "/DestinationConfig"),
            json!(null),
            "Projector/People: what fails for good",
        ),
        plant(
            DATA,
            "/Resources/Participants/Properties/StreamSpecification",
            json!(null),
            "Projector/People: no sample event",
        ),
        plant(
            API,
            "/Resources/Registration/Properties/Events/Post/Properties/Path",
            json!("/api/other"),
            "Registration/Post: no sample event",
        ),
        plant(
            API,
            "/Resources/Webhook/Properties/Events/PutAside/Properties/FunctionResponseTypes",
            json!([]),
            "Webhook/PutAside: no ReportBatchItemFailures",
        ),
        plant(
            API,
            "/Resources/QueuePolicy/Properties/Queues",
            json!([{ "Ref": "InboundDlq" }]),
            "Inbound: TLS",
        ),
        plant(
            API,
            "/Resources/Api/Properties/AccessLogSettings/Format",
            json!(r#"{"ip":"$context.identity.sourceIp"}"#),
            "Api: the access log names identity.sourceIp",
        ),
        plant(
            "template.yaml",
            "/Resources/Messaging/Properties/Parameters",
            json!({ "Prefixx": "x" }),
            "Messaging: parameter TablesArn is not given",
        ),
        plant(
            "template.yaml",
            "/Resources/Messaging/Properties/Parameters",
            json!({ "Prefixx": "x" }),
            "Messaging: parameter Prefixx is unknown",
        ),
        plant(
            WEB,
            "/Resources/MediaPolicy/Properties/PolicyDocument/Statement/0/Resource/Fn::Sub",
            json!("arn:${AWS::Partition}:s3:::${MediaBucket}/*"),
            "MediaPolicy: serves what was not looked at",
        ),
        plant(
            WEB,
            "/Resources/PagesPolicy/Properties/PolicyDocument/Statement/0/Principal",
            json!("*"),
            "PagesPolicy: opened to more than the site",
        ),
        plant(
            "infra/media.yaml",
            "/Resources/Media/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy",
            json!(false),
            "Media: not closed to the public",
        ),
        plant(
            WEB,
            "/Resources/Pages/Properties/PublicAccessBlockConfiguration/IgnorePublicAcls",
            json!(false),
            "Pages: not closed to the public",
        ),
        plant(
            WEB,
            at(site, "/Logging"),
            json!({ "Bucket": "logs" }),
            "Distribution: an access log",
        ),
        plant(
            WEB,
            at(site, "/CacheBehaviors/4/ViewerProtocolPolicy"),
            json!("allow-all"),
            "Distribution /api/*: reached without TLS",
        ),
        plant(
            WEB,
            at(site, "/DefaultCacheBehavior/ResponseHeadersPolicyId"),
            json!(null),
            "Distribution default: no security headers",
        ),
        plant(
            WEB,
            at(site, "/CacheBehaviors/4/FunctionAssociations"),
            json!([]),
            "Distribution /api/*: the visitor may choose an address",
        ),
        plant(
            WEB,
            at(site, "/CacheBehaviors/5/CachePolicyId"),
            json!({ "Ref": "SharedAnswers" }),
            "Distribution /hooks/*: answers to what is posted may be kept",
        ),
        plant(
            WEB,
            at(site, "/CacheBehaviors/5/OriginRequestPolicyId"),
            json!("b689b0a8-53d0-40ab-baf2-68738e2966ac"),
            "Distribution /hooks/*: hands on more than the body",
        ),
        plant(
            WEB,
            at(site, "/CacheBehaviors/3/CachePolicyId"),
            json!({ "Ref": "SharedAnswers" }),
            "Distribution /j/*: answers of one person may be kept",
        ),
        plant(
            WEB,
            "/Resources/WhoAsks/Properties/OriginRequestPolicyConfig/CookiesConfig/CookieBehavior",
            json!("all"),
            "Distribution /j/*: hands on more than who asks",
        ),
        plant(
            WEB,
            "/Parameters/OriginSecret/NoEcho",
            json!(false),
            "infra/web.yaml: OriginSecret is shown",
        ),
        plant(
            "template.yaml",
            "/Outputs/ApiUrl/Value",
            json!({ "Fn::GetAtt": ["HttpApi", "Outputs.Url"] }),
            "HttpApi: output Url is unknown",
        ),
    ]
}
