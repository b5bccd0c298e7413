//! Each invariant of sessions is checked at every step of `server` and `world`, and each check can
//! fail: a server that breaks the invariant is found by just that check, by a seed.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod corpus;

use zk_conformance::server::Flaw;
use zk_conformance::server::Flaws;
use zk_conformance::world::Claim;
use zk_fuzz::flawed_server;
use zk_fuzz::late_server;
use zk_fuzz::late_violation;
use zk_fuzz::violation;

use crate::corpus::seeds;
use crate::corpus::words;

/// Holds that a seed has `body` panic with a message that contains `check`.
#[track_caller]
fn assert_found(body: impl Fn(&[u8]) + Copy + Sync, check: &str) {
    let seeds = seeds("server");
    let mut found = seeds.iter().filter_map(|input| words(body, input));
    assert!(found.any(|words| words.contains(check)), "{check}");
}

#[track_caller]
fn assert_flaw_found(flaw: Flaw, check: &str) {
    assert_found(move |input| flawed_server(flaw, input), check);
}

#[track_caller]
fn assert_violated(flaw: Flaw, claim: Claim) {
    let flaws = Flaws::NONE.with(flaw);
    let seeds = seeds("world");
    let mut found = seeds.iter().filter_map(|input| violation(flaws, input));
    assert!(found.any(|it| it.claim == claim), "{flaw}: {claim}");
}

#[test]
fn one_live_owner_a_session() {
    assert_flaw_found(Flaw::NoEvictOnRenew, "throws its owner out");
    assert_flaw_found(Flaw::ExpiryLeavesOpen, "serves a session it does not own");
    assert_violated(Flaw::NoEvictOnRenew, Claim::OneOwner);
    assert_violated(Flaw::EvictLazily, Claim::OneOwner);
}

#[test]
fn no_reply_without_a_request() {
    assert_flaw_found(Flaw::ExpiryAnnounced, "a reply to nothing");
    assert_flaw_found(Flaw::StrangersServed, "a reply to nothing");
    assert_violated(Flaw::Greets, Claim::RepliesInOrder);
}

#[test]
fn no_request_without_a_reply() {
    assert_flaw_found(Flaw::FirstFrameOnly, "a request without an answer");
    assert_flaw_found(Flaw::NullPasswordHangs, "a handshake without an answer");
    assert_violated(Flaw::UnknownDropped, Claim::RepliesInOrder);
}

#[test]
fn replies_in_order() {
    assert_flaw_found(Flaw::PingXidZero, "replies in the order of requests");
    assert_violated(Flaw::CloseXidZero, Claim::RepliesInOrder);
}

#[test]
fn expired_is_for_ever() {
    assert_flaw_found(Flaw::RenewUnknown, "back from the dead");
    assert_violated(Flaw::RenewUnknown, Claim::EndedForGood);
    assert_violated(Flaw::CloseKeepsSession, Claim::EndedForGood);
}

#[test]
fn expiry_in_its_tick() {
    assert_flaw_found(Flaw::EarlyExpiry, "too early");
    assert_flaw_found(Flaw::LateExpiry, "too late");
    assert_violated(Flaw::EarlyExpiry, Claim::ExactExpiry);
    assert_violated(Flaw::LateExpiry, Claim::ExactExpiry);
}

#[test]
fn negotiated_timeout_within_bounds() {
    assert_flaw_found(Flaw::WrongClampMin, "a timeout of 399 ms");
    assert_flaw_found(Flaw::WrongClampMax, "a timeout of 4001 ms");
    assert_violated(Flaw::WrongClampMin, Claim::Negotiated);
    assert_violated(Flaw::WrongClampMax, Claim::Negotiated);
}

#[test]
fn a_deadline_that_fires_makes_progress() {
    assert_found(late_server, "a deadline that comes does something");
    let seeds = seeds("world");
    let found: Vec<_> = seeds.iter().filter_map(|it| late_violation(it)).collect();
    assert!(found.len() * 2 > seeds.len(), "{} seeds", found.len());
    assert!(found.iter().all(|it| it.claim == Claim::TimeGoesOn));
}

#[test]
fn once_all_is_calm_whoever_can_be_served_is() {
    assert_violated(Flaw::RefusalSilent, Claim::Recovery);
}

#[test]
fn ids_are_unique() {
    assert_flaw_found(Flaw::SameId, "an id given twice");
    assert_violated(Flaw::SameId, Claim::UniqueIds);
}
