//! The personal join link `/j/<token>` (requirement E3): whose it is, where it leads, and whether
//! somebody opened it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::event::{Event, EventStatus};
use crate::ids::{EventId, ParticipantId};

/// Octets of the code that proves that the link is ours.
pub const MAC_BYTES: usize = 8;

/// Octets of an id.
const ID_BYTES: usize = 16;

/// Whose link it is, as far as it says: only a code that [`JoinToken::signed`] accounts for proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JoinToken {
    /// To which event.
    pub event: EventId,
    /// For whom.
    pub participant: ParticipantId,
    /// What proves it.
    pub mac: [u8; MAC_BYTES],
}

impl JoinToken {
    /// What the code is computed over, for an event and a participant.
    #[must_use]
    pub fn signed(event: EventId, participant: ParticipantId) -> [u8; 2 * ID_BYTES] {
        let mut bytes = [0; 2 * ID_BYTES];
        let (first, second) = bytes.split_at_mut(ID_BYTES);
        first.copy_from_slice(event.0.as_bytes());
        second.copy_from_slice(participant.0.as_bytes());
        bytes
    }

    /// As it stands in the link: 54 characters of base64url.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut bytes = Self::signed(self.event, self.participant).to_vec();
        bytes.extend_from_slice(&self.mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads exactly what [`JoinToken::encode`] writes; `None` for everything else, also for other
    /// writings of the same octets.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (event, rest) = bytes.split_first_chunk::<ID_BYTES>()?;
        let (participant, mac) = rest.split_first_chunk::<ID_BYTES>()?;
        Some(Self {
            event: EventId(Uuid::from_bytes(*event)),
            participant: ParticipantId(Uuid::from_bytes(*participant)),
            mac: mac.try_into().ok()?,
        })
    }
}

/// So long after its end an event's link still leads to the meeting: sessions run over.
pub const OPEN_AFTER_END: SignedDuration = SignedDuration::from_hours(3);

/// Whoever opens the link so long before the start may have come; an earlier look tells nothing.
const COMING_FROM: SignedDuration = SignedDuration::from_mins(60);

/// Where a link leads now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way<'a> {
    /// To the meeting at this address, `https://…`.
    Meeting(&'a str),
    /// Nowhere yet: the meeting has no address.
    NotYet,
    /// Nowhere any more: the event is over.
    Over,
    /// Nowhere: the event does not take place.
    Cancelled,
}

/// Where a link to this event leads at `now`.
#[must_use]
pub fn way(event: &Event, now: Timestamp) -> Way<'_> {
    let link = event.zoom_link.as_str();
    if event.status == EventStatus::Cancelled {
        Way::Cancelled
    } else if now >= closes_at(event) {
        Way::Over
    } else if link.starts_with("https://") {
        Way::Meeting(link)
    } else {
        Way::NotYet
    }
}

/// Whether somebody who opened the link last at `clicked_at` may have come: shortly before the start
/// of the event as it is now, or later.
#[must_use]
pub fn tells_presence(event: &Event, clicked_at: Timestamp) -> bool {
    let from = event.start_time.saturating_sub(COMING_FROM);
    from.unwrap_or(Timestamp::MIN) <= clicked_at && clicked_at < closes_at(event)
}

fn closes_at(event: &Event) -> Timestamp {
    let end = event.ends_at();
    end.saturating_add(OPEN_AFTER_END).unwrap_or(Timestamp::MAX)
}

/// Programs that fetch a link for its preview, by a word of their user agent. Apps that open links in
/// a view of their own (Instagram, Facebook's `FBAN`) are people and have none of these.
const FETCHERS: [&str; 26] = [
    "whatsapp",
    "facebookexternalhit",
    "facebookcatalog",
    "meta-externalagent",
    "meta-externalfetcher",
    "facebot",
    "telegrambot",
    "twitterbot",
    "slackbot",
    "slack-imgproxy",
    "discordbot",
    "linkedinbot",
    "skypeuripreview",
    "google-inspectiontool",
    "google-pagerenderer",
    "google-safety",
    "feedfetcher-google",
    "mediapartners-google",
    "bingpreview",
    "headlesschrome",
    "curl/",
    "wget/",
    "python-requests/",
    "go-http-client/",
    "okhttp/",
    "cfnetwork/",
];

/// How words end that robots name themselves with (`Googlebot/2.1`, `YandexBot`).
const ROBOTS: [&str; 4] = ["bot", "crawler", "spider", "preview"];

/// Phones whose name ends like a robot's.
const PHONES: [&str; 1] = ["cubot"];

/// Whether a request for a link is not somebody opening it: a preview, a robot, or a method that
/// shows nothing. Every browser names itself, so a request without a user agent is none.
#[must_use]
pub fn is_preview(user_agent: Option<&str>, method: &str) -> bool {
    let agent = user_agent.unwrap_or_default().to_lowercase();
    if !method.eq_ignore_ascii_case("GET") || agent.trim().is_empty() {
        return true;
    }
    FETCHERS.iter().any(|word| agent.contains(word))
        || agent
            .split(|c: char| !c.is_ascii_alphabetic())
            .filter(|word| !PHONES.contains(word))
            .any(|word| ROBOTS.iter().any(|robot| word.ends_with(robot)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;
    use crate::event::EventForm;

    fn token() -> JoinToken {
        JoinToken {
            event: EventId(Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef)),
            participant: ParticipantId(Uuid::from_u128(9)),
            mac: [0xFF, 1, 2, 3, 4, 5, 6, 0xFE],
        }
    }

    #[test]
    fn a_token_reads_back_and_has_one_writing() {
        let text = token().encode();
        assert_eq!(
            text,
            "ASNFZ4mrze8BI0VniavN7wAAAAAAAAAAAAAAAAAAAAn_AQIDBAUG_g"
        );
        assert_eq!(JoinToken::decode(&text), Some(token()));
        // The last character holds four bits that stand for nothing.
        let other_writing = text.replace("_g", "_h");
        let bad = [
            other_writing.as_str(),
            "",
            "a",
            "ASNFZ4mrze8BI0VniavN7wAAAAAAAAAAAAAAAAAAAAn/AQIDBAUG/g",
            "ASNFZ4mrze8BI0VniavN7wAAAAAAAAAAAAAAAAAAAAn_AQIDBAUG_g==",
            " ASNFZ4mrze8BI0VniavN7wAAAAAAAAAAAAAAAAAAAAn_AQIDBAUG_g",
            "ASNFZ4mrze8BI0VniavN7wAAAAAAAAAAAAAAAAAAAAn_AQIDBAUG_gAA",
            "ASNFZ4mrze8BI0VniavN7wAAAAAAAAAAAAAAAAAAAAn_AQIDBAUG",
            "ASNFZ4mrze8BI0VniavN7wAAAAAAAAAAAAAAAAAAAAn",
        ];
        for text in bad {
            assert_eq!(JoinToken::decode(text), None, "{text}");
        }
    }

    #[test]
    fn the_code_covers_both_ids_in_their_order() {
        let signed = JoinToken::signed(token().event, token().participant);
        assert_eq!(signed[..16], *token().event.0.as_bytes());
        assert_eq!(signed[16..], *token().participant.0.as_bytes());
    }

    #[test]
    fn previews_and_robots_are_no_clicks() {
        for agent in [
            "WhatsApp/2.23.18.78 i",
            "WhatsApp",
            "Mozilla/5.0 (Macintosh) WhatsApp/2.2 Safari/537.36",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
            "TelegramBot (like TwitterBot)",
            "Twitterbot/1.0",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Slack-ImgProxy (+https://api.slack.com/robots)",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "Mozilla/5.0 (compatible; YandexBot/3.0)",
            "Mozilla/5.0 (compatible; Baiduspider/2.0)",
            "Mozilla/5.0 (X11) SkypeUriPreview Preview/0.5",
            "curl/8.5.0",
            "",
            "  ",
        ] {
            assert!(is_preview(Some(agent), "GET"), "{agent}");
        }
        assert!(is_preview(None, "GET"));
    }

    #[test]
    fn people_are() {
        for agent in [
            "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Linux; Android 12; wv) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/450.0;]",
            "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/21F90 Instagram 334.0",
            "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/90.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
            "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16",
        ] {
            assert!(!is_preview(Some(agent), "GET"), "{agent}");
            assert!(!is_preview(Some(agent), "get"), "{agent}");
            for method in ["HEAD", "OPTIONS", "POST", ""] {
                assert!(is_preview(Some(agent), method), "{method} {agent}");
            }
        }
    }

    fn event() -> Event {
        let form = EventForm {
            title: Some("Sosialisasi".to_owned()),
            start_time: Some("2026-11-29 19:30".to_owned()),
            zoom_link: Some("https://zoom.example/j/1".to_owned()),
            ..EventForm::default()
        };
        let details = form.check(None, at("2026-11-01T00:00:00Z")).unwrap();
        let id = token().event;
        Event::new(
            id,
            details,
            at("2026-11-01T00:00:00Z"),
            Timestamp::UNIX_EPOCH,
        )
    }

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn a_link_leads_to_the_meeting_until_three_hours_after_its_end() {
        let event = event();
        let meeting = Way::Meeting("https://zoom.example/j/1");
        for (time, expected) in [
            ("2026-11-02T00:00:00Z", meeting),
            ("2026-11-29T17:29:59Z", meeting),
            ("2026-11-29T17:30:00Z", Way::Over),
        ] {
            assert_eq!(way(&event, at(time)), expected, "{time}");
        }
        let mut unknown = event.clone();
        for link in ["", "nanti", "http://zoom.example/j/1"] {
            unknown.zoom_link = link.to_owned();
            assert_eq!(way(&unknown, at("2026-11-29T12:30:00Z")), Way::NotYet);
            assert_eq!(way(&unknown, at("2026-11-29T17:30:00Z")), Way::Over);
        }
        let cancelled = event.cancelled(at("2026-11-20T00:00:00Z"));
        assert_eq!(way(&cancelled, at("2026-11-29T17:30:00Z")), Way::Cancelled);
    }

    #[test]
    fn a_click_tells_something_from_an_hour_before_the_start_until_the_link_closes() {
        for (time, tells) in [
            ("2026-11-29T11:29:59Z", false),
            ("2026-11-29T11:30:00Z", true),
            ("2026-11-29T17:29:59Z", true),
            ("2026-11-29T17:30:00Z", false),
        ] {
            assert_eq!(tells_presence(&event(), at(time)), tells, "{time}");
        }
    }

    proptest! {
        #[test]
        fn any_token_reads_back(event: u128, participant: u128, mac: [u8; MAC_BYTES]) {
            let token = JoinToken {
                event: EventId(Uuid::from_u128(event)),
                participant: ParticipantId(Uuid::from_u128(participant)),
                mac,
            };
            let text = token.encode();
            prop_assert_eq!(text.len(), 54);
            prop_assert_eq!(JoinToken::decode(&text), Some(token));
        }

        #[test]
        fn whatever_is_read_is_what_would_be_written(text in "[A-Za-z0-9_-]{54}|.{0,60}") {
            if let Some(token) = JoinToken::decode(&text) {
                prop_assert_eq!(token.encode(), text);
            }
        }

        #[test]
        fn any_user_agent_is_judged(agent in ".{0,80}", method in "[A-Za-z]{0,7}") {
            let _ = is_preview(Some(&agent), &method);
        }
    }
}
