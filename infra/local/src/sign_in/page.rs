//! The pages to sign in and out at.

use maud::{DOCTYPE, Markup, html};

use super::routes::Authorize;

const STYLE: &str = "main{max-width:22rem;margin:12vh auto;padding:0 1rem}\
label,input,button{display:block;width:100%;box-sizing:border-box}\
input,button{min-height:2.75rem;margin:.25rem 0 1rem;font:inherit;padding:.5rem}\
body{font:1rem/1.5 system-ui,sans-serif}.wrong{color:#b00020}";

fn whole(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="id" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (body) } }
        }
    }
}

/// The page to sign in at; `wrong` once name or password did not fit.
pub(super) fn sign_in(asked: &Authorize, wrong: bool) -> Markup {
    let body = html! {
        @if wrong { p class="wrong" role="alert" { "Nama pengguna atau kata sandi tidak cocok." } }
        form method="post" action="/oidc/authorize" {
            @for (name, value) in asked.fields() {
                input type="hidden" name=(name) value=(value);
            }
            label for="username" { "Nama pengguna" }
            input id="username" name="username" autocomplete="username" autocapitalize="none" required autofocus;
            label for="password" { "Kata sandi" }
            input id="password" name="password" type="password" autocomplete="current-password" required;
            button type="submit" { "Masuk" }
        }
        p { "Nama dan kata sandi tertulis di layar tempat sistem ini dijalankan." }
    };
    whole("Masuk ke panel", &body)
}

/// Why nobody can sign in with this address.
pub(super) fn refused(why: &str) -> Markup {
    whole("Tidak dapat masuk", &html! { p { (why) } })
}

/// After signing out.
pub(super) fn signed_out() -> Markup {
    whole(
        "Anda sudah keluar",
        &html! { p { "Jendela ini boleh ditutup." } },
    )
}
