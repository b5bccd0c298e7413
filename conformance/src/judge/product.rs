//! What is judged, by name.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::judge::Options;
use crate::judge::Subject;
use crate::judge::play_once;
use crate::player::Event;
use crate::player::Happening;
use crate::transcript;
use crate::transcript::Bindings;

/// A server as reports name it: a column of the matrix.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Product {
    /// Who makes it, such as `Apache ZooKeeper`.
    pub name: String,
    /// Which release of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What carries its connections, such as `nio` or `netty`, or whatever else sets two runs of
    /// one release apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
}

/// What is known of a product beforehand; the rest it is asked.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "it is made of what the user says"
)]
pub struct Label {
    /// Who makes it.
    pub name: Option<String>,
    /// Which release of it.
    pub version: Option<String>,
    /// What carries its connections.
    pub transport: Option<String>,
}

/// Has a server say which version it is.
const ASK: &str = "
script version
----
A open
A > raw \"srvr\"
A < raw *, closed
";

impl Product {
    /// A server that does not say what it is.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            name: "unknown server".to_owned(),
            ..Self::default()
        }
    }

    /// What `label` says, and of the rest what the server says of itself in its answer to the word `srvr`. No server tells its
    /// transport.
    pub async fn find_out(subject: &Subject, options: &Options) -> Self {
        let label = &options.label;
        let found = match (&label.name, &label.version) {
            (Some(_), Some(_)) => Self::unknown(),
            _ => Self::asked(subject, options).await,
        };
        found.labelled(label)
    }

    /// The product, by the names it was given.
    pub(super) fn labelled(self, label: &Label) -> Self {
        Self {
            name: label.name.clone().unwrap_or(self.name),
            version: label.version.clone().or(self.version),
            transport: label.transport.clone().or(self.transport),
        }
    }

    async fn asked(subject: &Subject, options: &Options) -> Self {
        if let Subject::Embedded(_) = subject {
            return Self {
                name: "zkspec".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
                transport: None,
            };
        }
        let script = transcript::parse(ASK).map(|transcript| transcript.scripts.into_iter().next());
        let found = match script {
            Ok(Some(script)) => {
                let script = Arc::new(script);
                let played = play_once(subject.clone(), script, Bindings::default(), options).await;
                Self::from_answer(&received(&played.log))
            }
            _ => None,
        };
        found.unwrap_or_else(Self::unknown)
    }

    /// Reads the answer to the word `srvr`, whose first line names the program and its version.
    #[must_use]
    pub fn from_answer(answer: &str) -> Option<Self> {
        let (program, rest) = answer.lines().next()?.split_once(" version: ")?;
        // A build's hash or a distribution's revision may follow the version.
        let version = rest.split([',', '-', ' ']).next()?;
        let name = match program {
            "Zookeeper" => "ZooKeeper",
            other => other,
        };
        Some(Self {
            name: name.to_owned(),
            version: (!version.is_empty()).then(|| version.to_owned()),
            transport: None,
        })
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for part in [&self.version, &self.transport].into_iter().flatten() {
            write!(f, " {part}")?;
        }
        Ok(())
    }
}

/// All that came, as text.
fn received(log: &[Event]) -> String {
    let bytes: Vec<u8> = log
        .iter()
        .filter_map(|event| match &event.what {
            Happening::Received(bytes) => Some(bytes.as_slice()),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
