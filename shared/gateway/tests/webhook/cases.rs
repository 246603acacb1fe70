//! What each sample comes to: `sender | id | time | request | text`, or why it is no
//! message.

/// File of `events/webhook` without its ending, and a line for each message in it.
pub(crate) const TABLE: &[(&str, &[&str])] = &[
    (
        "raw-audio",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Other | "],
    ),
    (
        "raw-buttons-response",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | Berhenti"],
    ),
    (
        "raw-contact",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Other | "],
    ),
    (
        "raw-conversation",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | Berhenti."],
    ),
    ("raw-deletion", &["NoContent"]),
    (
        "raw-device-suffix",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "raw-document-with-caption",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Link | minta link saya"],
    ),
    (
        "raw-edited",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | stop"],
    ),
    (
        "raw-ephemeral",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "raw-extended-text",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | stop ya"],
    ),
    ("raw-foreign", &["Foreign"]),
    ("raw-group", &["Group"]),
    (
        "raw-image-caption",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | WrongNumber | Salah nomor"],
    ),
    (
        "raw-image-without-caption",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Other | "],
    ),
    (
        "raw-in-data-messages",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | stop"],
    ),
    (
        "raw-in-messages",
        &[
            "628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | stop",
            "628110000001 | 3EB0B1000002 | 2025-11-24T16:00:00Z | Other | Terima kasih",
        ],
    ),
    (
        "raw-interactive-response",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | Stop"],
    ),
    (
        "raw-lid-alt-foreign",
        &["lid 190000000000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "raw-lid-alt-is-the-lid",
        &["lid 62811000000199 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "raw-lid-alt",
        &["628110000001 lid 190000000000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "raw-lid-hidden",
        &["lid 190000000000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "raw-lid-participant-pn-bare",
        &["628110000001 lid 190000000000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "raw-lid-sender-pn",
        &["628110000001 lid 190000000000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "raw-list-response-row-only",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "raw-list-response",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | Stop"],
    ),
    (
        "raw-location",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Other | "],
    ),
    ("raw-message-null", &["NoContent"]),
    ("raw-newsletter", &["Newsletter"]),
    (
        "raw-no-id",
        &["628110000001 | no-id | 2025-11-24T16:00:00Z | Stop | stop"],
    ),
    ("raw-not-decrypted", &["NoContent"]),
    (
        "raw-number-with-lid",
        &["628110000001 lid 190000000000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    ("raw-own-as-number", &["Own"]),
    ("raw-own-as-text", &["Own"]),
    ("raw-own", &["Own"]),
    ("raw-poll-vote", &["NoContent"]),
    (
        "raw-quoted-stop",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Other | Ini maksudnya apa?"],
    ),
    ("raw-reaction", &["NoContent"]),
    ("raw-receipt", &["NoContent"]),
    ("raw-status", &["Broadcast"]),
    (
        "raw-sticker-quoting-stop",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Other | "],
    ),
    (
        "raw-sticker",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Other | "],
    ),
    (
        "raw-template-button",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | Berhenti"],
    ),
    (
        "raw-time-float",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00.5Z | Stop | stop"],
    ),
    (
        "raw-time-long-milliseconds",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | stop"],
    ),
    (
        "raw-time-long",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | stop"],
    ),
    (
        "raw-time-text",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | stop"],
    ),
    ("raw-unknown-kind-with-stop", &["Unclear, stop"]),
    (
        "raw-unknown-kind",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Other | "],
    ),
    ("raw-unknown-server", &["Unclear, stop"]),
    (
        "raw-update-edited",
        &["628110000001 | no-id | 2025-11-24T16:00:00Z | Stop | stop"],
    ),
    (
        "raw-video-caption",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Schedule | jadwal zoom"],
    ),
    (
        "raw-view-once",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | stop"],
    ),
    (
        "raw-wrapped-thrice",
        &["628110000001 | 3EB0B1000001 | 2025-11-24T16:00:00Z | Stop | unsubscribe"],
    ),
    ("raw-wrapped-too-often", &["Unclear, stop"]),
    (
        "simple-absurd-time",
        &["628110000001 | 3EB0A1000001 | - | Stop | STOP"],
    ),
    (
        "simple-c-us",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Link | LINK"],
    ),
    (
        "simple-device-suffix",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "simple-fields-of-other-types",
        &["628110000001 | no-id | - | Stop | STOP"],
    ),
    ("simple-foreign-without-jid", &["Foreign"]),
    ("simple-foreign", &["Foreign"]),
    ("simple-group", &["Group"]),
    (
        "simple-half-emoji",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | 🛑 stop"],
    ),
    (
        "simple-in-data",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "simple-in-list",
        &[
            "628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP",
            "628110000002 | 3EB0A1000002 | 2025-11-24T16:00:00Z | Schedule | Jadwal?",
        ],
    ),
    (
        "simple-iso-time",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "simple-jid-decides",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "simple-jid-only",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    ("simple-landline", &["Foreign"]),
    (
        "simple-lid-in-phone",
        &["lid 190000000000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "simple-lid-like-a-number",
        &["lid 62811000000199 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "simple-lid-with-number",
        &["628110000001 lid 190000000000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    ("simple-lid-without-jid", &["Unclear, stop"]),
    (
        "simple-media-without-text",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Other | "],
    ),
    (
        "simple-milliseconds",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00.123Z | Stop | STOP"],
    ),
    (
        "simple-no-id",
        &["628110000001 | no-id | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "simple-no-time",
        &["628110000001 | 3EB0A1000001 | - | Stop | STOP"],
    ),
    (
        "simple-odd-id",
        &["628110000001 | no-id | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    ("simple-own", &["Own"]),
    (
        "simple-phone-is-jid",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "simple-phone-number-type",
        &["628110000001 | 1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "simple-phone-only",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | Berhenti ya kak"],
    ),
    (
        "simple-stop",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Stop | STOP"],
    ),
    (
        "simple-text-empty",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Other | "],
    ),
    (
        "simple-text-null",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Other | "],
    ),
    (
        "simple-text-number",
        &["628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Other | 2"],
    ),
    ("simple-text-object", &["Unclear, stop"]),
    (
        "simple-text",
        &[
            "628110000001 | 3EB0A1000001 | 2025-11-24T16:00:00Z | Other | Jam berapa acaranya mulai, Kak? Saya dari Makassar.",
        ],
    ),
    ("unclear-connection-update", &["Unclear"]),
    ("unclear-empty-list", &["Unclear"]),
    ("unclear-empty-object", &["Unclear"]),
    ("unclear-list-of-texts", &["Unclear, stop"]),
    ("unclear-unknown-form", &["Unclear, stop"]),
];
