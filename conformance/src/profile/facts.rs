//! What was found out about a server.

use std::fmt;

use serde::Serialize;

/// What was found out about a server, in the order in which it is told.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    facts: Vec<Fact>,
}

/// Something that was found out about a server.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// How it is.
    pub value: String,
    /// What was seen, if it was nothing that has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

impl Facts {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter()
    }

    /// What is known by this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut facts = self.facts.iter();
        let fact = facts.find(|fact| fact.name == name)?;
        Some(&fact.value)
    }

    /// What carries the server's connections, if that is known.
    #[must_use]
    pub fn transport(&self) -> Option<&str> {
        let transport = self.get("transport");
        transport.filter(|name| matches!(*name, "nio" | "netty"))
    }

    pub(super) fn add(&mut self, name: &str, title: &str, value: impl fmt::Display) {
        self.facts.push(Fact {
            name: name.to_owned(),
            title: title.to_owned(),
            value: value.to_string(),
            seen: None,
        });
    }

    pub(super) fn add_seen(&mut self, name: &str, title: &str, value: &str, seen: String) {
        self.add(name, title, value);
        if let Some(fact) = self.facts.last_mut() {
            fact.seen = Some(seen);
        }
    }
}
