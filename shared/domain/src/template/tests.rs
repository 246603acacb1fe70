#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use proptest::prelude::*;

use super::{MAX_CHARS, Placeholder, SystemTemplate, Template, TemplateProblem, Vars};
use crate::attendance::Attendance;
use crate::message::MessageType;
use Placeholder::*;

fn parse(text: &str) -> Template {
    Template::parse(text, &Placeholder::ALL).unwrap()
}

fn recipient() -> Vars {
    Vars::new()
        .with(Sapaan, "Bapak")
        .with(Name, "Budi Santoso")
        .with(City, "Kota Bogor")
        .with(Profession, "Guru/Dosen")
        .with(ReferralCode, "081234567890")
        .with(SiteHost, "www.webdonasi.com")
}

fn event(vars: Vars) -> Vars {
    vars.with(EventTitle, "Socialpreneur Batch 7")
        .with(EventDateTime, "Minggu, 29 November 2026, 19.30 WIB")
        .with(EventDate, "Minggu, 29 November 2026")
}

fn render(template: SystemTemplate, vars: &Vars) -> String {
    template.template().unwrap().render(vars)
}

#[test]
fn welcome_with_event_and_video() {
    let vars = event(recipient()).with(LinkVideo, "https://youtu.be/abc");
    insta::assert_snapshot!(
        "welcome_event_video",
        render(SystemTemplate::Welcome, &vars)
    );
}

#[test]
fn welcome_without_video() {
    let vars = event(recipient());
    insta::assert_snapshot!("welcome_event", render(SystemTemplate::Welcome, &vars));
}

#[test]
fn welcome_without_event() {
    let vars = recipient().with(LinkVideo, "https://youtu.be/abc");
    insta::assert_snapshot!("welcome_video", render(SystemTemplate::Welcome, &vars));
}

#[test]
fn welcome_without_event_and_video_to_a_one_word_name() {
    let vars = recipient().with(Sapaan, "Ibu").with(Name, "Sari");
    insta::assert_snapshot!("welcome_bare", render(SystemTemplate::Welcome, &vars));
}

#[test]
fn alert_with_consent() {
    let vars = Vars::new()
        .with(Name, "Sari")
        .with(City, "Kediri")
        .with(Profession, "Wiraswasta & Petani")
        .with(Phone, "081234567890")
        .with(ReferrerSequence, "3")
        .with(ReferrerTotal, "3");
    insta::assert_snapshot!("alert_full", render(SystemTemplate::ReferrerAlert, &vars));
}

#[test]
fn alert_without_consent_has_no_lines_for_what_was_not_shared() {
    let vars = Vars::new()
        .with(Name, "Budi S.")
        .with(Phone, "0812••••7890")
        .with(ReferrerSequence, "1")
        .with(ReferrerTotal, "1");
    insta::assert_snapshot!("alert_masked", render(SystemTemplate::ReferrerAlert, &vars));
}

#[test]
fn the_link_again_and_a_test() {
    for template in [SystemTemplate::Link, SystemTemplate::Test] {
        insta::assert_snapshot!(template.name(), render(template, &recipient()));
    }
}

#[test]
fn every_default_parses_and_is_found_by_name() {
    for template in SystemTemplate::ALL {
        assert!(template.template().is_ok(), "{template:?}");
        assert_eq!(SystemTemplate::from_name(template.name()), Some(template));
    }
}

#[test]
fn the_follow_up_is_the_briefs_and_without_a_next_event_the_rest_of_it() {
    let shipped = |vars: &Vars| SystemTemplate::FollowUp.shipped(vars).unwrap();
    assert_eq!(
        shipped(&event(recipient())),
        "Terima kasih sudah hadir! Event berikutnya: Socialpreneur Batch 7 – Minggu, 29 November 2026. \
         Bagikan lagi link referral Anda ya!"
    );
    assert_eq!(
        shipped(&recipient()),
        "Terima kasih sudah hadir! Bagikan lagi link referral Anda ya!"
    );
}

#[test]
fn every_type_but_a_broadcast_has_its_text_and_the_follow_up_three() {
    for message_type in MessageType::ALL {
        let text = SystemTemplate::of(message_type, Attendance::Came);
        if message_type == MessageType::Broadcast {
            assert_eq!(text, None);
        } else {
            assert_eq!(text.unwrap().name(), message_type.as_str());
        }
    }
    for (attendance, name) in [
        (Attendance::Came, "follow_up"),
        (Attendance::Missed, "follow_up_missed"),
        (Attendance::Unknown, "follow_up_unknown"),
    ] {
        let text = SystemTemplate::of(MessageType::FollowUp, attendance);
        assert_eq!(text.unwrap().name(), name);
    }
}

#[test]
fn a_text_longer_than_a_message_is_refused_where_it_is_too_long() {
    let fits = "é".repeat(MAX_CHARS);
    assert!(Template::parse(&fits, &[]).is_ok());
    let error = Template::parse(&format!("a\n{fits}"), &[]).unwrap_err();
    assert_eq!((error.line, error.column), (2, MAX_CHARS - 1));
    assert_eq!(
        error.message(&[]),
        "Baris 2, huruf ke-4095: teks lebih dari 4096 huruf. Persingkat pesannya."
    );
}

#[test]
fn values_stand_as_they_are() {
    let vars = Vars::new().with(Name, "{city} {x} }{").with(City, "Bogor");
    assert_eq!(parse("Halo {name}!").render(&vars), "Halo {city} {x} }{!");
}

#[test]
fn a_line_goes_only_when_all_its_placeholders_are_empty() {
    let template = parse("a\n{city}{profession}\nb {name} {city}");
    let vars = Vars::new().with(Name, "Budi").with(City, " ");
    assert_eq!(template.render(&vars), "a\nb Budi ");
}

#[test]
fn a_line_left_out_leaves_no_double_blank_line() {
    let vars = Vars::new();
    for (text, rendered) in [
        ("a\n\n{city}\n\nb", "a\n\nb"),
        ("a\n\n{city}\n{city}\n\n\nb", "a\n\nb"),
        ("a\n{city}\n\nb", "a\n\nb"),
        ("a\n\n{city}\nb", "a\n\nb"),
        ("{city}\n\na", "a"),
        ("a\n\n{city}", "a"),
        ("{city}", ""),
        // the author's own blank lines stay
        ("a\n\n\nb\n{city}", "a\n\n\nb"),
        ("a\n\n\nb", "a\n\n\nb"),
    ] {
        assert_eq!(parse(text).render(&vars), rendered, "{text:?}");
    }
}

#[test]
fn line_ends_and_outer_blank_lines_are_tidied() {
    assert_eq!(parse("\r\n\na\r\nb\n \n").render(&Vars::new()), "a\nb");
}

#[test]
fn errors_say_where_and_what() {
    let allowed = [Name, City];
    for (text, line, column, problem) in [
        ("", 1, 1, TemplateProblem::Empty),
        (" \n\n", 1, 1, TemplateProblem::Empty),
        ("Halo {nama}", 1, 6, TemplateProblem::Unknown("nama".into())),
        ("Halo {Name}", 1, 6, TemplateProblem::Unknown("Name".into())),
        (
            "Halo { name }",
            1,
            6,
            TemplateProblem::Unknown(" name ".into()),
        ),
        ("👋é {}", 1, 4, TemplateProblem::Unknown(String::new())),
        ("{{name}}", 1, 1, TemplateProblem::Unknown("{name".into())),
        (
            "a\n{name} {phone}",
            2,
            8,
            TemplateProblem::NotAllowed(Phone),
        ),
        ("a\n\nb {name", 3, 3, TemplateProblem::Unclosed),
        ("{name\n}", 1, 1, TemplateProblem::Unclosed),
        ("{name}}", 1, 7, TemplateProblem::StrayBrace),
    ] {
        let error = Template::parse(text, &allowed).unwrap_err();
        assert_eq!(
            (error.line, error.column, &error.problem),
            (line, column, &problem),
            "{text:?}"
        );
    }
    let error = Template::parse("a\nb {phone}", &allowed).unwrap_err();
    assert_eq!(
        error.message(&allowed),
        "Baris 2, huruf ke-3: {phone} tidak tersedia untuk jenis pesan ini. Yang tersedia: {name}, {city}."
    );
    let long = Template::parse(&format!("{{{}}}", "x".repeat(4_000)), &allowed).unwrap_err();
    let message = long.message(&allowed);
    assert!(message.len() < 150, "{message}");
}

#[test]
fn placeholders_are_found_by_their_own_names() {
    for placeholder in Placeholder::ALL {
        assert_eq!(
            Placeholder::from_name(placeholder.name()),
            Some(placeholder)
        );
    }
}

#[test]
fn debug_shows_no_value() {
    let vars = Vars::new().with(Phone, "081234567890");
    assert_eq!(format!("{vars:?}"), "{Phone}");
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused_without_panic(text in "[a{}\n 👋]{0,20}|.*|(\\{name\\}|\\{city\\}|\n|a|👋){0,12}") {
        if let Ok(template) = Template::parse(&text, &Placeholder::ALL) {
            let _ = template.render(&Vars::new());
        }
    }

    #[test]
    fn a_text_without_placeholders_renders_as_written(text in "[a-z👋]([a-z 👋\n]{0,30}[a-z👋])?") {
        prop_assert_eq!(parse(&text).render(&Vars::new()), text);
    }

    #[test]
    fn a_value_appears_whole(value in "[^\\s](.{0,30}[^\\s])?") {
        let vars = Vars::new().with(Name, value.clone());
        prop_assert_eq!(parse("<{name}>").render(&vars), format!("<{}>", value.trim()));
    }
}
