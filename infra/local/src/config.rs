use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::net::TcpListener;

/// How this cloud is started: three environment variables, all optional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `PORT`: where the edge listens on this machine. Default 3000.
    pub port: u16,
    /// `DATA_DIR`: where everything is kept. Default `./.data`.
    pub data_dir: PathBuf,
    /// `SEED=demo`: what an empty data folder gets besides the sending numbers. Default nothing.
    pub demo: bool,
}

/// Why it cannot start. Each is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `PORT` is not a port.
    #[error("PORT must be a number from 0 to 65535, not {0:?}")]
    Port(String),
    /// `SEED` is none that exists.
    #[error("SEED must be demo or left out, not {0:?}")]
    Seed(String),
    /// Another program has the port.
    #[error("port {0} is in use: stop the program that uses it, or choose another with PORT=3001")]
    PortInUse(u16),
    /// The port cannot be had for another reason.
    #[error("port {port} cannot be opened: {source}")]
    Bind {
        /// Which one.
        port: u16,
        /// The system's reason.
        source: io::Error,
    },
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// [`ConfigError::Port`] or [`ConfigError::Seed`].
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_vars(|name| std::env::var(name).ok())
    }

    /// Reads variables from `var`; an empty one counts as not set.
    ///
    /// # Errors
    /// [`ConfigError::Port`] or [`ConfigError::Seed`].
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let var = |name| var(name).filter(|value| !value.trim().is_empty());
        let port = match var("PORT") {
            None => 3000,
            Some(text) => text.trim().parse().map_err(|_| ConfigError::Port(text))?,
        };
        let data_dir = var("DATA_DIR").map_or_else(|| PathBuf::from("./.data"), PathBuf::from);
        let demo = match var("SEED") {
            None => false,
            Some(name) if name.trim() == "demo" => true,
            Some(name) => return Err(ConfigError::Seed(name)),
        };
        Ok(Self {
            port,
            data_dir,
            demo,
        })
    }
}

/// Listens on `port` of the loopback address; 0 takes a free one.
///
/// # Errors
/// [`ConfigError::PortInUse`] or [`ConfigError::Bind`].
pub async fn bind(port: u16) -> Result<TcpListener, ConfigError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ConfigError::PortInUse(port),
            _ => ConfigError::Bind { port, source },
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

    use super::*;

    fn read(port: Option<&str>, dir: Option<&str>) -> Result<Config, ConfigError> {
        Config::from_vars(|name| match name {
            "PORT" => port.map(str::to_owned),
            "DATA_DIR" => dir.map(str::to_owned),
            "SEED" => None,
            other => panic!("unexpected variable {other}"),
        })
    }

    #[test]
    fn nothing_set_means_the_documented_defaults() {
        for empty in [None, Some("")] {
            let config = read(empty, empty).unwrap();
            assert_eq!(config.port, 3000);
            assert_eq!(config.data_dir, PathBuf::from("./.data"));
        }
    }

    #[test]
    fn both_can_be_set() {
        let config = read(Some(" 8080 "), Some("/srv/data")).unwrap();
        assert_eq!(config.port, 8080);
        assert_eq!(config.data_dir, PathBuf::from("/srv/data"));
    }

    #[test]
    fn a_bad_port_names_the_variable() {
        for bad in ["http", "-1", "70000"] {
            let line = read(Some(bad), None).unwrap_err().to_string();
            assert!(line.starts_with("PORT must be") && line.contains(bad));
        }
    }

    #[test]
    fn the_demo_is_the_one_seed() {
        let read = |seed: &str| Config::from_vars(|name| (name == "SEED").then(|| seed.to_owned()));
        assert!(!read("").unwrap().demo);
        assert!(read("demo").unwrap().demo);
        for bad in ["Demo", "all", "1"] {
            let line = read(bad).unwrap_err().to_string();
            assert!(line.starts_with("SEED must be demo") && line.contains(bad));
        }
    }

    #[tokio::test]
    async fn a_port_in_use_is_one_clear_line() {
        let taken = bind(0).await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let line = bind(port).await.unwrap_err().to_string();
        assert!(line.starts_with(&format!("port {port} is in use: ")));
        assert!(!line.contains('\n'));
    }
}
