use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use aws_sdk_sqs::types::QueueAttributeName;

/// The region of everything here.
pub(crate) const REGION: &str = "ap-southeast-3";

/// SQS, KMS, EventBridge Scheduler and S3 on a free port of this machine, played by `moto_server`; ends when dropped.
pub struct Moto {
    server: Child,
    /// Address of every service, `http://127.0.0.1:44145`.
    pub url: String,
}

impl Moto {
    /// Starts the server that `make setup` installed.
    #[must_use]
    pub fn start() -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/moto_server");
        assert!(
            program.exists(),
            "moto_server is missing in .venv: run `make setup`"
        );
        let mut server = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("moto_server starts");
        let mut lines = BufReader::new(server.stderr.take().expect("a pipe")).lines();
        let mut said = Vec::new();
        let url = loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("moto_server ended:\n{}", said.join("\n"));
            };
            if let Some((_, address)) = line.split_once("Running on ") {
                break address.trim().to_owned();
            }
            said.push(line);
        };
        // It writes a line for each request, and would wait once the pipe is full.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { server, url }
    }

    /// A client of its SQS.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region};
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(&self.url)
            .build();
        aws_sdk_sqs::Client::from_conf(config)
    }

    /// A client of its KMS.
    #[must_use]
    pub fn kms(&self) -> aws_sdk_kms::Client {
        use aws_sdk_kms::config::{BehaviorVersion, Config, Credentials, Region};
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(&self.url)
            .build();
        aws_sdk_kms::Client::from_conf(config)
    }

    /// A client of its EventBridge Scheduler.
    #[must_use]
    pub fn scheduler(&self) -> aws_sdk_scheduler::Client {
        use aws_sdk_scheduler::config::{BehaviorVersion, Config, Credentials, Region};
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(&self.url)
            .build();
        aws_sdk_scheduler::Client::from_conf(config)
    }

    /// Makes a group of schedules.
    pub async fn make_schedule_group(&self, name: &str) {
        let request = self.scheduler().create_schedule_group().name(name);
        request.send().await.expect("a group of schedules");
    }

    /// Makes a queue with the properties that `infra/messaging.yaml` gives it; answers its
    /// address. A name that ends in `.fifo` is a FIFO queue's.
    pub async fn make_queue(&self, name: &str) -> String {
        let mut request = self
            .sqs()
            .create_queue()
            .queue_name(name)
            .attributes(QueueAttributeName::VisibilityTimeout, "180");
        if name.ends_with(".fifo") {
            for (attribute, value) in [
                (QueueAttributeName::FifoQueue, "true"),
                (QueueAttributeName::ContentBasedDeduplication, "false"),
                (QueueAttributeName::DeduplicationScope, "messageGroup"),
                (QueueAttributeName::FifoThroughputLimit, "perMessageGroupId"),
            ] {
                request = request.attributes(attribute, value);
            }
        }
        let made = request.send().await.expect("a queue");
        made.queue_url.expect("a queue has an address")
    }

    /// Makes a bucket of S3.
    pub async fn make_bucket(&self, name: &str) {
        let http = reqwest::Client::builder().no_proxy().build();
        let place = format!(
            "<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
        );
        let put = http
            .expect("an HTTP client")
            .put(format!("{}/{name}", self.url));
        let made = put.body(place).send().await.expect("an answer");
        assert!(made.status().is_success(), "no bucket: {}", made.status());
    }

    /// Makes a key; answers its ARN.
    pub async fn make_key(&self) -> String {
        let made = self.kms().create_key().send().await.expect("a key");
        made.key_metadata
            .and_then(|key| key.arn)
            .expect("a key has an ARN")
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended already, which is no fault here.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
