//! Sends one real message, to try a key by hand:
//! `GATEWAY_KEY=… GATEWAY_PHONE=6281… GATEWAY_TEXT=… cargo run -p gateway --example send_once`
//! (`GATEWAY_URL` for another address).
#![allow(clippy::print_stdout)]

use std::env;
use std::error::Error;

use gateway::{ApiKey, DEFAULT_BASE_URL, DEFAULT_TIMEOUT, DripSender, Gateway, SendRequest};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base_url = env::var("GATEWAY_URL").unwrap_or_else(|_| DEFAULT_BASE_URL.to_owned());
    let request = SendRequest {
        api_key: &ApiKey::new(env::var("GATEWAY_KEY")?),
        phone_digits: &env::var("GATEWAY_PHONE")?,
        text: &env::var("GATEWAY_TEXT")?,
        media_url: None,
    };
    let gateway = DripSender::new(&base_url, DEFAULT_TIMEOUT)?;
    println!("{:?}", gateway.send(&request).await);
    Ok(())
}
