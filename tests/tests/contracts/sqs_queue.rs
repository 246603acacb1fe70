//! The contract on `aws::SqsQueue`, against moto.
//!
//! Where moto differs from SQS: it keeps a strict order in standard queues as well and never
//! delivers twice by itself, which nobody may rely on; a FIFO queue hands out one group's messages
//! and others' in one answer, as SQS does. It refuses a delay of more than 900 s, as SQS does.

use std::time::Duration;

use aws::{QueueUrls, SqsQueue};
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use jiff::Timestamp;
use tests::Moto;

use crate::queue::{self, Arrival, Probe};

const NAP: Duration = Duration::from_millis(20);

struct SqsProbe {
    client: aws_sdk_sqs::Client,
    urls: QueueUrls,
    queue: SqsQueue,
}

impl SqsProbe {
    async fn open(moto: &Moto) -> Self {
        let urls = QueueUrls {
            wake: moto.make_queue("wake").await,
            turns: moto.make_queue("turns").await,
            referrals: moto.make_queue("referrals.fifo").await,
            inbound: moto.make_queue("inbound").await,
            campaigns: moto.make_queue("campaigns").await,
        };
        let client = moto.sqs();
        Self {
            queue: SqsQueue::new(client.clone(), urls.clone()),
            client,
            urls,
        }
    }

    fn url(&self, queue: &str) -> &str {
        match queue {
            "wake" => &self.urls.wake,
            "turns" => &self.urls.turns,
            "referrals" => &self.urls.referrals,
            "inbound" => &self.urls.inbound,
            "campaigns" => &self.urls.campaigns,
            other => panic!("no queue {other}"),
        }
    }
}

impl Probe for SqsProbe {
    type Queue = SqsQueue;
    type Receipt = String;

    fn queue(&self) -> &SqsQueue {
        &self.queue
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn take(&mut self, queue: &str, patience: Duration) -> Vec<Arrival<String>> {
        let began = std::time::Instant::now();
        loop {
            let request = self
                .client
                .receive_message()
                .queue_url(self.url(queue))
                .message_system_attribute_names(MessageSystemAttributeName::MessageGroupId)
                .max_number_of_messages(10);
            let messages = request.send().await.unwrap().messages.unwrap_or_default();
            if !messages.is_empty() || began.elapsed() > patience {
                let at = self.now();
                return messages
                    .into_iter()
                    .map(|message| Arrival {
                        group: message.attributes.and_then(|mut attributes| {
                            attributes.remove(&MessageSystemAttributeName::MessageGroupId)
                        }),
                        body: message.body.unwrap(),
                        at,
                        receipt: message.receipt_handle.unwrap(),
                    })
                    .collect();
            }
            tokio::time::sleep(NAP).await;
        }
    }

    async fn finish(&mut self, queue: &str, arrival: Arrival<String>) {
        let request = self.client.delete_message().queue_url(self.url(queue));
        let request = request.receipt_handle(arrival.receipt);
        request.send().await.unwrap();
    }

    async fn delayed(&self, queue: &str) -> usize {
        let name = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
        let request = self.client.get_queue_attributes();
        let request = request.queue_url(self.url(queue));
        let answer = request.attribute_names(name.clone()).send().await.unwrap();
        answer.attributes.unwrap()[&name].parse().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqs_keeps_the_contract_of_the_queue() {
    let moto = Moto::start();
    let mut probe = SqsProbe::open(&moto).await;
    queue::a_wake_arrives_after_a_second(&mut probe).await;
    queue::a_turn_arrives_after_its_gap(&mut probe).await;
    let was_taken = queue::a_gap_beyond_the_longest_is_refused_or_cut(&mut probe).await;
    assert!(was_taken, "it is cut to what SQS can");
    queue::jobs_of_a_group_arrive_in_order_and_repeats_too(&mut probe).await;
    queue::a_group_at_work_holds_back_itself_alone(&mut probe).await;
    queue::what_was_put_aside_arrives_as_it_was(&mut probe).await;
}
