//! Finds out about a server what profiles go by.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::judge;
use crate::judge::Options;
use crate::judge::Product;
use crate::judge::Subject;
use crate::net::Played;
use crate::player;
use crate::player::Verdict;
use crate::profile::Facts;
use crate::server;
use crate::transcript;
use crate::transcript::Bindings;
use crate::transcript::Bound;
use crate::transcript::Script;

/// What is asked, a script a fact.
const SCRIPTS: &str = include_str!("../../profiles/facts.zkt");

/// What tells Apache's two transports apart. Other servers are not asked: one dies of it. A session
/// made meanwhile shows that the server is not merely slow.
const TRANSPORT: &str = "
script transport
title what serves the connections
----
A open
A > raw 00000000
B open
B > ConnectRequest timeOut=4000 readOnly=true
B < ConnectResponse timeOut=1..
B > RequestHeader xid=1 type=closeSession
A expect
  tolerated nio: closed
  tolerated netty: quiet 150ms
";

/// The facts that are no script of their own.
const OTHERS: [&str; 5] = [
    "software",
    "version",
    "min-timeout",
    "max-timeout",
    "transport",
];

/// Whether there is a fact of this name, on some server at least.
#[must_use]
pub fn is_fact(name: &str) -> bool {
    let scripts = transcript::parse(SCRIPTS).map(|parsed| parsed.scripts);
    let mut scripts = scripts.iter().flatten();
    OTHERS.contains(&name) || scripts.any(|script| script.name == name)
}

/// Finds out about a server what profiles go by; harmless to every server that was met so far.
///
/// # Errors
/// Says what is in the way.
pub async fn discover(subject: &Subject, options: &Options) -> Result<Facts, String> {
    let bindings = judge::probe(subject, options).await?;
    let parsed = transcript::parse(SCRIPTS).map_err(|error| error.to_string())?;
    let mut facts = Facts::default();
    let answers = play_all(subject, options, &bindings, parsed.scripts).await;
    let mut words = answers.iter();
    let answer = words.find(|(script, _)| script.name == "word-srvr");
    let answer = answer.map(|(_, played)| player::text_received(&played.log));
    let product = answer.and_then(|answer| Product::from_answer(&answer));
    let software = software(product.as_ref());
    let version = product.and_then(|product| product.version);
    facts.add("software", "what it calls itself", software);
    let version = version.as_deref().unwrap_or("unknown");
    facts.add("version", "its version", version);
    for name in ["min", "max"] {
        let title = format!("{name}imum session timeout, ms");
        facts.add(
            &format!("{name}-timeout"),
            &title,
            bindings.param(name).unwrap_or_default(),
        );
    }
    for (script, played) in &answers {
        add(&mut facts, script, played);
    }
    if software == "apache" {
        let parsed = transcript::parse(TRANSPORT).map_err(|error| error.to_string())?;
        for (script, played) in play_all(subject, options, &bindings, parsed.scripts).await {
            add(&mut facts, &script, &played);
        }
    }
    Ok(facts)
}

/// Plays scripts side by side; in their order, with what came of each.
async fn play_all(
    subject: &Subject,
    options: &Options,
    bindings: &Bindings,
    scripts: Vec<Script>,
) -> Vec<(Arc<Script>, Played)> {
    let mut running = JoinSet::new();
    for (index, script) in scripts.into_iter().enumerate() {
        let (subject, options, bindings) = (subject.clone(), options.clone(), bindings.clone());
        running.spawn(async move {
            let script = Arc::new(script);
            let played = judge::play(subject, Arc::clone(&script), bindings, &options).await;
            (index, script, played)
        });
    }
    let mut answers = Vec::new();
    while let Some(answer) = running.join_next().await {
        answers.extend(answer);
    }
    answers.sort_by_key(|(index, ..)| *index);
    let answers = answers.into_iter();
    answers
        .map(|(_, script, played)| (script, played))
        .collect()
}

/// Adds what a script has found out.
fn add(facts: &mut Facts, script: &Script, played: &Played) {
    let title = script.header("title").unwrap_or_default();
    match &played.verdict {
        Verdict::Passed { .. } if script.name == "password" && is_of_the_id(&played.bindings) => {
            facts.add(&script.name, title, "of-the-id");
        }
        Verdict::Passed { tolerated } => facts.add(&script.name, title, tolerated.join("+")),
        Verdict::Failed(failure) => {
            facts.add_seen(&script.name, title, "other", failure.actual.clone());
        }
        Verdict::Untested(trouble) => {
            facts.add_seen(&script.name, title, "unknown", trouble.to_string());
        }
    }
}

/// Whether the password is the one Apache would give to this session.
fn is_of_the_id(bindings: &Bindings) -> bool {
    match (bindings.symbol("S"), bindings.symbol("P")) {
        (Some(Bound::Int(id)), Some(Bound::Bytes(password))) => {
            server::password(*id).as_slice() == password.as_slice()
        }
        _ => false,
    }
}

/// The name of a server's software among the facts.
fn software(product: Option<&Product>) -> &'static str {
    match product.map(|product| product.name.as_str()) {
        Some("ZooKeeper") => "apache",
        Some("ClickHouse Keeper") => "clickhouse-keeper",
        Some("RaftKeeper") => "raftkeeper",
        Some(_) => "other",
        None => "unknown",
    }
}
