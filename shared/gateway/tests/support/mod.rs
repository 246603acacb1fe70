use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with each connection.
#[derive(Clone)]
pub(crate) enum Act {
    /// Read the request, write these bytes, close.
    Reply(Vec<u8>),
    /// Read the request, write these bytes, then nothing more until the client gives up.
    ReplyAndHang(Vec<u8>),
    /// Read the request, write these bytes, then one byte at a time for as long as anyone reads.
    ReplyAndDrip(Vec<u8>),
    /// Read the request, write these bytes, then break the connection with a reset.
    ReplyAndReset(Vec<u8>),
    /// Accept, read nothing, answer nothing.
    Ignore,
}

/// A real TCP server on a port of its own, which notes what it received.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Server {
    pub(crate) async fn start(act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let notes = received.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let at = {
                    let mut notes = notes.lock().unwrap();
                    notes.push(Vec::new());
                    notes.len() - 1
                };
                let (act, notes) = (act.clone(), notes.clone());
                tokio::spawn(async move { serve(stream, act, &notes, at).await });
            }
        });
        Self { address, received }
    }

    pub(crate) fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What each connection has sent so far.
    pub(crate) fn received(&self) -> Vec<String> {
        let received = self.received.lock().unwrap();
        received
            .iter()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .collect()
    }
}

async fn serve(mut stream: TcpStream, act: Act, notes: &Mutex<Vec<Vec<u8>>>, at: usize) {
    if !matches!(act, Act::Ignore) {
        read_request(&mut stream, |bytes| {
            notes.lock().unwrap()[at].extend_from_slice(bytes)
        })
        .await;
    }
    match act {
        Act::Reply(bytes) => {
            // The client may stop reading early, so a failing write is no failure here.
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
            wait_for_close(&mut stream).await;
        }
        Act::ReplyAndHang(bytes) => {
            stream.write_all(&bytes).await.unwrap();
            wait_for_close(&mut stream).await;
        }
        Act::ReplyAndDrip(bytes) => {
            stream.write_all(&bytes).await.unwrap();
            while stream.write_all(b".").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Act::ReplyAndReset(bytes) => {
            stream.write_all(&bytes).await.unwrap();
            // Let the bytes arrive: a reset throws away what was not read yet.
            tokio::time::sleep(Duration::from_millis(100)).await;
            stream.set_zero_linger().unwrap();
        }
        Act::Ignore => std::future::pending().await,
    }
}

async fn wait_for_close(stream: &mut TcpStream) {
    let mut sink = [0; 1024];
    while matches!(stream.read(&mut sink).await, Ok(n) if n > 0) {}
}

/// Reads headers and as much body as they announce; whatever is no HTTP is read to its pause.
async fn read_request(stream: &mut TcpStream, note: impl Fn(&[u8])) {
    let (mut all, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(n @ 1..) = stream.read(&mut chunk).await {
        note(&chunk[..n]);
        all.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&all);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if all.starts_with(b"POST") {
                continue;
            }
            return;
        };
        let announced = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length:")?
                    .trim()
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        if body.len() >= announced {
            return;
        }
    }
}
