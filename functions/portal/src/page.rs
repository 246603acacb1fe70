//! What people see who cannot be led to a meeting, and programs that look what a link is about.
//! Everything else a page needs comes from the site, whose security policy allows nothing foreign.

use app::join::Closed;
use domain::event::Event;
use domain::time_text::{Zone, clocks, date, date_time};
use maud::{DOCTYPE, Markup, html};

/// A page with this title and body; `head` is what previews read.
fn whole(title: &str, head: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="id" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                meta name="robots" content="noindex";
                meta name="referrer" content="no-referrer";
                meta name="format-detection" content="telephone=no";
                (head)
                link rel="stylesheet" href="/assets/styles/tokens.css";
                link rel="stylesheet" href="/assets/notice.css";
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
            }
            body {
                main class="notice" {
                    p class="brand" { img src="/assets/icon.svg" alt="" width="40" height="40"; " Socialpreneur" }
                    (body)
                }
            }
        }
    }
}

fn notice(title: &str, text: &str, next: Option<&Event>) -> Markup {
    let body = html! {
        h1 { (title) }
        p { (text) }
        @if let Some(next) = next {
            section class="next" aria-labelledby="judul-berikut" {
                h2 id="judul-berikut" { "Acara berikutnya" }
                p { strong { (next.title) } }
                p { (date(next.start_time)) }
                ul { @for clock in clocks(next.start_time) { li { (clock) } } }
                p class="soft" { "Link Anda untuk acara itu kami kirim lewat WhatsApp sebelum acara dimulai." }
            }
        }
        p { a class="button" href="/" { "Ke halaman utama" } }
    };
    whole(&format!("{title} · Socialpreneur"), &html! {}, &body)
}

/// What a program sees that makes a preview of the link.
pub(crate) fn preview(event: &Event) -> Markup {
    let when = date_time(event.start_time, Zone::Wib);
    let image = event.image.as_deref();
    let head = html! {
        meta property="og:type" content="website";
        meta property="og:locale" content="id_ID";
        meta property="og:site_name" content="Socialpreneur";
        meta property="og:title" content=(event.title);
        meta property="og:description" content=(when);
        @if let Some(image) = image { meta property="og:image" content=(image); }
    };
    let body = html! {
        h1 { (event.title) }
        p { (when) }
        p { "Buka link ini di ponsel atau peramban Anda untuk masuk ke Zoom." }
    };
    whole(&event.title, &head, &body)
}

/// Why a link leads nowhere, and what comes next.
pub(crate) fn closed(why: &Closed, next: Option<&Event>) -> Markup {
    match why {
        Closed::Unknown => notice(
            "Link ini tidak dikenal",
            "Mungkin linknya terpotong. Buka kembali pesan WhatsApp dari kami, lalu tekan link di dalamnya.",
            next,
        ),
        Closed::Erased => notice(
            "Link ini sudah tidak berlaku",
            "Data untuk link ini sudah dihapus. Anda boleh mendaftar lagi kapan saja.",
            next,
        ),
        Closed::NotYet(event) => notice(
            "Ruang Zoom belum dibuka",
            &format!(
                "{} dimulai {}. Buka lagi link ini menjelang acara.",
                event.title,
                date_time(event.start_time, Zone::Wib)
            ),
            next,
        ),
        Closed::Over(event) => notice(
            "Acara ini sudah selesai",
            &format!(
                "{} berlangsung {}. Terima kasih atas perhatian Anda.",
                event.title,
                date_time(event.start_time, Zone::Wib)
            ),
            next,
        ),
        Closed::Cancelled(event) => notice(
            "Acara ini dibatalkan",
            &format!(
                "{} pada {} tidak jadi diadakan. Mohon maaf.",
                event.title,
                date_time(event.start_time, Zone::Wib)
            ),
            next,
        ),
    }
}

/// No event has this calendar file.
pub(crate) fn no_event() -> Markup {
    notice(
        "Acara ini tidak ada",
        "Alamat jadwal ini tidak dikenal.",
        None,
    )
}

/// No route has this address.
pub(crate) fn nothing_here() -> Markup {
    notice("Halaman ini tidak ada", "Periksa kembali alamatnya.", None)
}

/// Whoever comes past the edge.
pub(crate) fn not_for_you() -> Markup {
    notice(
        "Alamat ini tidak dapat dipakai langsung",
        "Buka halaman utama kami.",
        None,
    )
}

/// The fault is ours.
pub(crate) fn broken() -> Markup {
    notice(
        "Maaf, ada gangguan di sistem kami",
        "Coba buka lagi link ini sebentar lagi.",
        None,
    )
}
