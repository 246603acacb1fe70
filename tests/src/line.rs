//! A line to a service that can be down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// Leads to a service while it is up; while it is down, every connection ends at once.
pub struct Line {
    /// Where it begins.
    pub url: String,
    is_up: Arc<AtomicBool>,
}

impl Line {
    /// A line to the service at this address, down at first.
    pub async fn to(url: &str) -> Self {
        let target = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let is_up = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&is_up);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                if !seen.load(Ordering::SeqCst) {
                    continue;
                }
                let target = target.clone();
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(target).await.expect("the service");
                    // Either end may break the connection off.
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                });
            }
        });
        Self {
            url: format!("http://{address}"),
            is_up,
        }
    }

    /// From now on it leads through.
    pub fn mend(&self) {
        self.is_up.store(true, Ordering::SeqCst);
    }
}
