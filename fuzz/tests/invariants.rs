//! Each invariant of sessions is checked at every step of `server` and `world`, and each check can
//! fail: a server that breaks the invariant is found by just that check, by a seed. That all are
//! connected and served once all is calm, which no flaw breaks alone, is shown to fail where it is
//! demanded, in the world's own tests.
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
use zk_fuzz::Mistake;
use zk_fuzz::flawed_server;
use zk_fuzz::late_violation;
use zk_fuzz::mistaken_server;
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
fn assert_mistake_found(mistake: Mistake, check: &str) {
    assert_found(move |input| mistaken_server(mistake, input), check);
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
    assert_flaw_found(
        Flaw::NoEvictOnRenew,
        "goes on: closed, its session was presented by",
    );
    assert_flaw_found(
        Flaw::ExpiryLeavesOpen,
        "goes on: closed, its session expired",
    );
    assert_flaw_found(Flaw::RenewLosesOwner, "who has 0x100000000000001");
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
    assert_violated(Flaw::UnknownDropped, Claim::OneReply);
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
    assert_mistake_found(Mistake::ClockLate, "a deadline that comes does something");
    let seeds = seeds("world");
    let found: Vec<_> = seeds.iter().filter_map(|it| late_violation(it)).collect();
    assert!(found.len() * 2 > seeds.len(), "{} seeds", found.len());
    assert!(found.iter().all(|it| it.claim == Claim::TimeGoesOn));
}

#[test]
fn every_end_has_its_cause() {
    assert_mistake_found(
        Mistake::DataRefused,
        "ends for nothing: refused, not serving",
    );
    assert_mistake_found(
        Mistake::ReasonWrong,
        "too many connections, should be: lost",
    );
    assert_mistake_found(Mistake::CloseMissing, "is not let go");
    assert_mistake_found(Mistake::EndUntold, "closed without a word");
    assert_violated(Flaw::RefusalSilent, Claim::EndsForCause);
    assert_violated(Flaw::SilentHurried, Claim::EndsForCause);
    assert_flaw_found(Flaw::RequestCutCloses, "ends for nothing");
    assert_flaw_found(Flaw::SilentHurried, "ends for nothing: closed, silent");
    assert_flaw_found(
        Flaw::EvictAfterCheck,
        "goes on: closed, its session was presented by",
    );
    assert_flaw_found(
        Flaw::ReadOnlyCheckedLate,
        "ends for nothing: closed, its session was",
    );
}

#[test]
fn every_cause_has_its_end() {
    assert_flaw_found(
        Flaw::LimitNotEnforced,
        "goes on: refused, too many connections",
    );
    assert_violated(Flaw::EofIgnored, Claim::EndsForCause);
    assert_flaw_found(Flaw::EofIgnored, "goes on: closed by the peer");
    assert_flaw_found(Flaw::SilentKept, "goes on: closed, silent");
    assert_flaw_found(Flaw::LengthNotEnforced, "goes on: closed, frame length");
    assert_flaw_found(
        Flaw::AuthErrorStaysOpen,
        "goes on: closed, identity refused",
    );
    assert_flaw_found(Flaw::ZxidAheadAccepted, "which it is not to have");
}

#[test]
fn a_session_that_nobody_closes_goes_on() {
    assert_mistake_found(Mistake::ClosedAtEof, "closed by nobody");
    assert_violated(Flaw::ResetEndsSession, Claim::ExactExpiry);
    assert_flaw_found(Flaw::ResetEndsSession, "closed by nobody");
    assert_flaw_found(Flaw::RefusalEndsSession, "closed by nobody");
}

#[test]
fn answers_to_the_byte() {
    assert_mistake_found(Mistake::AnswerChanged, "the body that is due");
    assert_flaw_found(Flaw::PingWithBody, "the body that is due");
    assert_flaw_found(Flaw::PingZxidOwn, "the reply that is due");
    assert_flaw_found(Flaw::RefusalEchoesId, "a refusal");
    assert_flaw_found(Flaw::TimeoutEchoed, "the session as it was given");
    assert_flaw_found(Flaw::WordSilent, "conf without an answer");
    assert_flaw_found(Flaw::EventsLate, "a push goes out at once");
}

#[test]
fn the_delegate_gets_what_was_sent() {
    assert_mistake_found(Mistake::RequestChanged, "requests in their order");
    assert_mistake_found(Mistake::RequestLost, "the delegate gets every request");
}

#[test]
fn over_is_over() {
    assert_flaw_found(Flaw::EvictedServed, "too early");
    assert_mistake_found(Mistake::LateAnswered, "bytes after the end");
}

#[test]
fn ids_are_unique() {
    assert_flaw_found(Flaw::SameId, "an id given twice");
    assert_violated(Flaw::SameId, Claim::UniqueIds);
}
