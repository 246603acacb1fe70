//! What a deployed function finds around it: tables, queues and a key behind the endpoints that
//! its own clients speak to.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::ports::Clock;
use app::{App, Dice};
use aws::{KmsKeyService, QueueUrls, SqsQueue, SystemClock};
use domain::form::{FieldValue, RegistrationForm};
use domain::number::Limits;
use domain::phone::Phone;
use domain::settings::Contact;
use jiff::SignedDuration;
use local::dynamodb;
use local::seed::{ADMIN_PHONE, NUMBERS};
use local::simulator::{NumberSetup, Simulator};
use store::{GatewayKey, Store, StoredKeyring};
use vault::Vault;
use zeroize::Zeroizing;

use crate::function::Variables;
use crate::moto::Moto;
use crate::person::Person;

const PREFIX: &str = "sample";
const NAP: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(30);

/// An account with everything that the stack makes, and an application over it.
pub struct Account {
    /// The application, as the functions put it together.
    pub app: App,
    moto: Moto,
    urls: QueueUrls,
    key_arn: String,
    dynamodb_url: String,
}

impl Account {
    /// An account with an admin's number, and nothing else.
    pub async fn open() -> Self {
        let moto = Moto::start();
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/data.yaml");
        let template = std::fs::read_to_string(template).expect("the data template");
        let database = dynoxide::Database::memory().expect("a database");
        dynamodb::create_tables(&database, &template, PREFIX).expect("tables");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let dynamodb_url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));

        let urls = QueueUrls {
            wake: moto.make_queue("sample-wake").await,
            turns: moto.make_queue("sample-turns").await,
            referrals: moto.make_queue("sample-referrals.fifo").await,
            inbound: moto.make_queue("sample-inbound").await,
            campaigns: moto.make_queue("sample-campaigns").await,
        };
        let key_arn = moto.make_key().await;
        let keys = KmsKeyService::new(moto.kms(), key_arn.clone());
        let client = dynamodb::client(database, None);
        let ring = StoredKeyring::new(client.clone(), PREFIX);
        let vault = Arc::new(Vault::new(Arc::new(keys), Arc::new(ring)));
        vault.prepare(SystemClock.now()).await.expect("field keys");
        let app = App::new(
            Store::new(client, PREFIX, vault),
            Arc::new(SqsQueue::new(moto.sqs(), urls.clone())),
            Arc::new(SystemClock),
            Dice::from_system(),
        );
        let admin = Phone::parse(ADMIN_PHONE).expect("a number");
        app::settings::save_contact(&app, &Contact::new(admin))
            .await
            .expect("a contact");
        Self {
            app,
            moto,
            urls,
            key_arn,
            dynamodb_url,
        }
    }

    /// The variables with which the function's clients find this account.
    #[must_use]
    pub fn variables(&self) -> Variables {
        vec![
            ("TABLE_PREFIX", PREFIX.to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb_url.clone()),
            ("AWS_ENDPOINT_URL_SQS", self.moto.url.clone()),
            ("AWS_ENDPOINT_URL_KMS", self.moto.url.clone()),
        ]
    }

    /// The address of `wake`, `turns`, `referrals`, `inbound` or `campaigns`.
    #[must_use]
    pub fn queue_url(&self, queue: &str) -> String {
        match queue {
            "wake" => self.urls.wake.clone(),
            "turns" => self.urls.turns.clone(),
            "referrals" => self.urls.referrals.clone(),
            "inbound" => self.urls.inbound.clone(),
            "campaigns" => self.urls.campaigns.clone(),
            other => panic!("no queue {other}"),
        }
    }

    /// The variables with which a function plans jobs, in a group of schedules of this account.
    pub async fn schedule_variables(&self) -> Variables {
        self.moto.make_schedule_group("sample-jobs").await;
        let arn = |name: &str| format!("arn:aws:sqs:ap-southeast-3:123456789012:sample-{name}");
        vec![
            ("AWS_ENDPOINT_URL_SCHEDULER", self.moto.url.clone()),
            ("SCHEDULE_GROUP", "sample-jobs".to_owned()),
            ("SCHEDULE_TARGET_ARN", arn("campaigns")),
            (
                "SCHEDULE_ROLE_ARN",
                "arn:aws:iam::123456789012:role/sample-jobs".to_owned(),
            ),
            ("SCHEDULE_DLQ_ARN", arn("campaigns-dlq")),
        ]
    }

    /// The variables with which a function asks who may open the panel, in a pool of this account.
    pub async fn pool_variables(&self) -> Variables {
        vec![
            (
                "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
                self.moto.url.clone(),
            ),
            ("POOL_ID", self.moto.make_pool().await),
        ]
    }

    /// The names of the schedules of that group.
    pub async fn schedules(&self) -> Vec<String> {
        let all = self.moto.scheduler().list_schedules();
        let all = all.group_name("sample-jobs").send().await;
        let all = all.expect("schedules").schedules;
        all.into_iter().filter_map(|one| one.name).collect()
    }

    /// The field key.
    #[must_use]
    pub fn key_arn(&self) -> String {
        self.key_arn.clone()
    }

    /// Waits for a message of a queue and takes it away.
    pub async fn take(&self, queue: &str) -> String {
        let url = self.queue_url(queue);
        let began = std::time::Instant::now();
        loop {
            assert!(began.elapsed() < PATIENCE, "nothing came to {queue}");
            let sqs = self.moto.sqs();
            let answer = sqs.receive_message().queue_url(&url).send().await;
            let messages = answer.expect("an answer").messages.unwrap_or_default();
            let Some(message) = messages.into_iter().next() else {
                tokio::time::sleep(NAP).await;
                continue;
            };
            sqs.delete_message()
                .queue_url(&url)
                .receipt_handle(message.receipt_handle.expect("a receipt"))
                .send()
                .await
                .expect("it is taken away");
            return message.body.expect("a body");
        }
    }

    /// Registers somebody, without any function.
    pub async fn register(&self, person: &Person) {
        let fields: BTreeMap<String, FieldValue> = person
            .json()
            .as_object()
            .expect("fields")
            .iter()
            .map(|(name, value)| {
                let value = value.as_str().map_or_else(
                    || FieldValue::Bool(value.as_bool().expect("a tick")),
                    |text| FieldValue::Text(text.to_owned()),
                );
                (name.clone(), value)
            })
            .collect();
        let form = RegistrationForm::parse(&fields).expect("a form without errors");
        Box::pin(app::register::register(&self.app, form, "192.0.2.10", None))
            .await
            .expect("a registration");
    }

    /// Adds the first simulated sending number, and the gateway that knows it.
    pub async fn add_number(&self) -> Simulator {
        let (label, phone, api_key) = NUMBERS[0];
        let setup = NumberSetup {
            phone: phone.parse().expect("a number"),
            label: label.to_owned(),
            api_key: api_key.to_owned(),
        };
        let in_use_since = self.app.now() - SignedDuration::from_hours(24 * 90);
        let entry = app::numbers::NumberEntry {
            label: label.to_owned(),
            phone: Phone::parse(phone).expect("a number"),
            api_key: GatewayKey(Zeroizing::new(api_key.to_owned())),
            priority: 1,
            in_use_since,
            limits: Limits::new(2, 5, 600, 4_800).expect("limits"),
        };
        app::numbers::add_number(&self.app, entry)
            .await
            .expect("a number");
        Simulator::start(None, vec![setup], Arc::new(SystemClock))
            .await
            .expect("a gateway")
    }
}
