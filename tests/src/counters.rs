//! The totals as they are stored, and as somebody would add them up who reads all rows.

use std::collections::{BTreeMap, BTreeSet};

use app::settings::save_control;
use domain::name_words::words_of_name;
use domain::settings::Control;
use jiff::Timestamp;

use crate::ledger::{figure, flag, word};
use crate::town::{Item, Town};

/// Totals by name, none of them 0: `city bogor`, `day 2026-11-28`.
pub type Totals = BTreeMap<String, i64>;

impl Town {
    /// The stored totals. Those that are ranked stand on their board in their order.
    pub async fn counted(&self) -> Totals {
        let mut totals = Totals::new();
        for item in self.items("counters").await {
            let (pk, sk) = (
                word(&item, "pk").expect("pk"),
                word(&item, "sk").expect("sk"),
            );
            let (kind, rest) = pk.split_once('#').unwrap_or((pk, ""));
            let names: &[(&str, String)] = match kind {
                "MARK" | "STATE" => continue,
                "REGISTERED" => &[("registered", format!("day {sk}"))],
                "MESSAGES" => &["queued", "sent", "failed"].map(|of| (of, format!("{of} {sk}"))),
                "PEOPLE" => &["belum_join", "sudah_join", "subscribed", "unsubscribed"]
                    .map(|of| (of, of.to_owned())),
                "CITY" => &[("total", format!("city {}", &sk[2..]))],
                "REFERRER" => &[("total", format!("invited by {rest} in {sk}"))],
                other => panic!("an item {other} among the totals"),
            };
            for (attribute, name) in names {
                let total = figure(&item, attribute).unwrap_or(0);
                if let Some(score) = figure(&item, "score") {
                    assert_eq!(score >> 32, total, "the rank of {name}");
                }
                if total != 0 {
                    totals.insert(name.clone(), total);
                }
            }
        }
        totals
    }

    /// The same, added up from the rows.
    pub async fn recounted(&self) -> Totals {
        let mut totals = Totals::new();
        let mut add = |name: String| *totals.entry(name).or_default() += 1;
        let text = |item: &Item, name: &str| word(item, name).expect(name).to_owned();
        for item in self.items("participants").await {
            let kind = text(&item, "sk");
            if kind != "PROFILE" && kind != "ERASED" {
                continue;
            }
            let day = in_wib(&text(&item, "registered_at"));
            if figure(&item, "referrer_sequence").is_some() {
                let id = text(&item, "referrer_id");
                for period in ["all", &day[..4], &day[..7]] {
                    add(format!("invited by {id} in {period}"));
                }
            }
            add(format!("day {day}"));
            if kind == "PROFILE" {
                add(format!("city {}", text(&item, "city_key")));
                add(text(&item, "status"));
                let stopped = flag(&item, "unsubscribed").expect("unsubscribed");
                let word = if stopped {
                    "unsubscribed"
                } else {
                    "subscribed"
                };
                add(word.to_owned());
            }
        }
        for item in self.items("notifications_log").await {
            let day = in_wib(&text(&item, "created_at"));
            add(format!("{} {day}", text(&item, "status")));
        }
        totals
    }

    /// The stored entries of words, `<word> <reg_key>`, and those that the names ask for.
    pub async fn words(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut stored, mut asked) = (BTreeSet::new(), BTreeSet::new());
        for item in self.items("participants").await {
            let (pk, sk) = (
                word(&item, "pk").expect("pk"),
                word(&item, "sk").expect("sk"),
            );
            if let Some(of) = pk.strip_prefix("W#") {
                let id = word(&item, "participant_id").expect("an owner");
                assert!(sk.ends_with(&format!("#{id}")), "the owner of a word");
                stored.insert(format!("{of} {sk}"));
            } else if sk == "PROFILE" {
                let name = word(&item, "name").expect("a name");
                let at = word(&item, "reg_key").expect("reg_key");
                asked.extend(
                    words_of_name(name)
                        .iter()
                        .map(|word| format!("{word} {at}")),
                );
            }
        }
        (stored, asked)
    }

    /// Nothing is sent from now on, and all that was begun is over and counted: rows stay as they
    /// are while somebody adds them up.
    pub async fn comes_to_rest(&self) {
        let stopped = Control {
            all_stopped: true,
            ..Control::default()
        };
        let saved = save_control(&self.cloud.app, &stopped).await;
        saved.expect("switches are saved");
        self.advance(90).await;
    }

    /// Totals and words are those of the rows.
    pub async fn check_totals(&self) {
        let (counted, rows) = (self.counted().await, self.recounted().await);
        assert_eq!(counted, rows, "left: counted, right: the rows");
        let (stored, asked) = self.words().await;
        assert_eq!(stored, asked, "left: stored words, right: the names'");
    }
}

fn in_wib(at: &str) -> String {
    let at: Timestamp = at.parse().expect("a time");
    domain::zone::wib_day(at).to_string()
}
