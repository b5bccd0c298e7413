//! When a server is ready to be judged.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use regex_lite::Regex;

use crate::cli::process::log::Log;
use crate::judge;
use crate::judge::Options;
use crate::judge::Subject;
use crate::player::Verdict;
use crate::transcript;
use crate::transcript::Bindings;

/// What is asked of a server that should be ready.
#[derive(Clone, Debug)]
pub(in crate::cli) enum Ready {
    /// It answers a handshake: one that is half started accepts connections, and does not.
    Handshake,
    /// It accepts a connection.
    Tcp,
    /// It answers a four-letter word.
    Word,
    /// It has printed a line.
    Line(Regex),
}

/// How long to wait between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

const RUOK: &str = "script ruok\n----\nA open\nA > raw \"ruok\"\nA < raw \"imok\"\n";

impl Ready {
    /// Waits until it is so, if need be for ever.
    pub(super) async fn wait(&self, subject: &Subject, address: SocketAddr, log: &Log) {
        if let Self::Line(regex) = self {
            return log.find(regex).await;
        }
        while !self.is_so(subject, address).await {
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn is_so(&self, subject: &Subject, address: SocketAddr) -> bool {
        let mut options = Options::default();
        options.player.patience = Duration::from_secs(1);
        match self {
            Self::Handshake => {
                let known = judge::probe(subject, &options).await;
                known.is_ok_and(|known| judge::is_serving(&known))
            }
            Self::Tcp => tokio::net::TcpStream::connect(address).await.is_ok(),
            Self::Word => {
                let parsed = transcript::parse(RUOK).unwrap_or_default();
                let script = Arc::new(parsed.scripts.into_iter().next().unwrap_or_default());
                let bindings = Bindings::default();
                let played = judge::play_once(subject.clone(), script, bindings, &options).await;
                matches!(played.verdict, Verdict::Passed { .. })
            }
            Self::Line(_) => true,
        }
    }
}

impl Ready {
    /// What the command line says for it.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Handshake => "handshake".to_owned(),
            Self::Tcp => "tcp".to_owned(),
            Self::Word => "ruok".to_owned(),
            Self::Line(regex) => format!("line:{regex}"),
        }
    }
}

impl FromStr for Ready {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(regex) = text.strip_prefix("line:") {
            let regex = Regex::new(regex).map_err(|error| error.to_string())?;
            return Ok(Self::Line(regex));
        }
        match text {
            "handshake" => Ok(Self::Handshake),
            "tcp" => Ok(Self::Tcp),
            "ruok" => Ok(Self::Word),
            _ => Err("it should be handshake, tcp, ruok or line:REGEX".to_owned()),
        }
    }
}

impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handshake => f.write_str("it answers no handshake"),
            Self::Tcp => f.write_str("it accepts no connection"),
            Self::Word => f.write_str("it does not answer ruok by imok"),
            Self::Line(regex) => write!(f, "it printed no line that matches {regex}"),
        }
    }
}
