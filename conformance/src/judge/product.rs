//! What is judged, by name.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::judge::Options;
use crate::judge::Subject;
use crate::judge::play_once;
use crate::player;
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

    /// What the options' label says, and of the rest what the server says of itself in its answer to
    /// the word `srvr`. Its transport is in no answer.
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
                Self::from_answer(&player::text_received(&played.log))
            }
            _ => None,
        };
        found.unwrap_or_else(Self::unknown)
    }

    /// Reads the answer to the word `srvr`, whose first line names the program and its version.
    #[must_use]
    pub fn from_answer(answer: &str) -> Option<Self> {
        let (before, after) = answer.lines().next()?.split_once("ersion: ")?;
        let program = before.strip_suffix(['v', 'V'])?.trim();
        // RaftKeeper says its name twice.
        let version = after.strip_prefix(program).unwrap_or(after).trim_start();
        // A build's hash or a distribution's revision may follow.
        let version = version
            .trim_start_matches('v')
            .split([',', '-', ' '])
            .next()?;
        let name = match program {
            "" => return None,
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

#[cfg(test)]
mod tests {
    use super::Product;

    #[test]
    fn servers_say_what_they_are() {
        for (answer, name, version) in [
            (
                "Zookeeper version: 3.9.5-e454e8c7283100c7caec6dcae2bc82aaecb63023, built on 2025-02-04 10:42 UTC\nLatency",
                "ZooKeeper",
                Some("3.9.5"),
            ),
            (
                "Zookeeper version: 3.4.13-4, built on",
                "ZooKeeper",
                Some("3.4.13"),
            ),
            (
                "ClickHouse Keeper version: v24.8.1.2684-stable-161c62fd295, built on",
                "ClickHouse Keeper",
                Some("24.8.1.2684"),
            ),
            (
                "RaftKeeper version: RaftKeeper v2.1.0-abc",
                "RaftKeeper",
                Some("2.1.0"),
            ),
            ("Other Version: ", "Other", None),
        ] {
            let found = Product::from_answer(answer).expect(answer);
            assert_eq!(
                (found.name.as_str(), found.version.as_deref()),
                (name, version)
            );
        }
        for answer in ["", "imok", "version: 3", "no such version"] {
            assert_eq!(Product::from_answer(answer), None, "{answer}");
        }
    }
}
