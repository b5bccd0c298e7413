//! What goes out on a new connection, and in which order.

use bytes::Bytes;
use jute_codec::AuthPacket;
use jute_codec::Decode;
use jute_codec::EventType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::Reader;
use jute_codec::RequestHeader;
use jute_codec::SetWatches;
use jute_codec::SetWatches2;
use jute_codec::Ustring;
use zk_conformance::client::Input;
use zk_conformance::client::SetWatchesXid;
use zk_conformance::client::WatchKind;
use zk_conformance::client::WatchPolicy;

use super::rig::Rig;
use super::rig::config;
use super::rig::connect_request;
use super::rig::head;
use super::rig::reply;
use super::rig::response;

/// A client about to reconnect with two identities, a watch and two requests queued.
fn laden() -> Rig {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.client.add_auth(rig.now, "digest", b"a:a");
    rig.client.add_auth(rig.now, "digest", b"b:b");
    rig.client.watch(WatchKind::Data, "/w");
    rig.request(OpCode::GET_DATA);
    rig.receive(&reply(1, 0x20, jute_codec::ErrorCode::OK));
    rig.handle(Input::Eof);
    rig.dialled();
    rig.request(OpCode::SET_DATA);
    rig.request(OpCode::EXISTS);
    rig
}

/// What goes out once the connection is open, and what once the session is granted.
fn primed(mut rig: Rig) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    rig.client.handle(rig.now, Input::Connected);
    let first = rig.sent();
    let grant = response(6_000, Some(false));
    rig.client.handle(rig.now, Input::Receive(&grant));
    (first, rig.sent())
}

#[test]
fn the_request_for_the_session_goes_first_and_alone() {
    let (first, _) = primed(laden());
    assert_eq!(first.len(), 1);
    let request = connect_request(&first[0]);
    assert_eq!(request.last_zxid_seen, 0x20);
    assert_eq!(request.session_id, 0x77);
}

#[test]
fn identities_go_before_watches_and_watches_before_requests() {
    let (_, then) = primed(laden());
    let heads: Vec<_> = then.iter().map(|payload| head(payload)).collect();
    let expected = [
        (-4, OpCode::AUTH),
        (-4, OpCode::AUTH),
        (-8, OpCode::SET_WATCHES),
        (2, OpCode::SET_DATA),
        (3, OpCode::EXISTS),
    ];
    assert_eq!(heads, expected);
}

#[test]
fn the_identity_added_last_goes_first() {
    let (_, then) = primed(laden());
    let auth = |payload: &[u8]| {
        let mut reader = Reader::new(payload);
        RequestHeader::decode(&mut reader).expect("a header");
        let packet = AuthPacket::decode(&mut reader).expect("an auth packet");
        Bytes::copy_from_slice(packet.auth.expect("not null"))
    };
    assert_eq!(auth(&then[0]), "b:b");
    assert_eq!(auth(&then[1]), "a:a");
}

#[test]
fn a_connection_that_opens_later_is_primed_the_same_way() {
    let at_once = primed(laden());
    let mut rig = laden();
    rig.advance(1_234);
    rig.handle(Input::Tick);
    assert_eq!(primed(rig), at_once);
}

#[test]
fn an_identity_added_before_there_is_a_connection_goes_twice() {
    let mut rig = Rig::new(config(1, 6_000));
    rig.client.add_auth(rig.now, "digest", b"a:a");
    let (_, then) = primed(rig);
    let heads: Vec<_> = then.iter().map(|payload| head(payload)).collect();
    assert_eq!(heads, [(-4, OpCode::AUTH), (-4, OpCode::AUTH)]);
}

#[test]
fn a_first_connection_sets_no_watches() {
    let (_, then) = primed(Rig::new(config(1, 6_000)));
    assert!(then.is_empty());
}

#[test]
fn watches_are_not_set_again_if_the_client_forgets_them() {
    let mut config = config(1, 6_000);
    config.watches = WatchPolicy::Forget;
    let mut rig = Rig::connected(config, 6_000);
    rig.client.watch(WatchKind::Persistent, "/p");
    rig.client.watch(WatchKind::Child, "/c");
    rig.reconnect();
    assert!(primed_after_open(&mut rig).is_empty());
}

#[test]
fn set_watches_can_be_numbered_like_a_request() {
    let mut config = config(1, 6_000);
    config.set_watches_xid = SetWatchesXid::Counted;
    let mut rig = Rig::connected(config, 6_000);
    rig.client.watch(WatchKind::Exist, "/e");
    rig.reconnect();
    let sent = primed_after_open(&mut rig);
    assert_eq!(head(&sent[0]), (1, OpCode::SET_WATCHES));
    assert!(
        rig.receive(&reply(1, 3, jute_codec::ErrorCode::OK))
            .is_empty()
    );
    assert_eq!(rig.client.last_zxid(), 3);
}

#[test]
fn only_persistent_watches_need_the_newer_operation() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.client.watch(WatchKind::PersistentRecursive, "/r");
    rig.client.watch(WatchKind::Data, "/d");
    rig.reconnect();
    let sent = primed_after_open(&mut rig);
    assert_eq!(head(&sent[0]), (-8, OpCode::SET_WATCHES2));
    let body = SetWatches2::from_payload(&sent[0][8..]).expect("set watches");
    assert_eq!(body.data_watches.iter().next(), Some(Ustring::new("/d")));
    let recursive: Vec<_> = body.persistent_recursive_watches.iter().collect();
    assert_eq!(recursive, [Ustring::new("/r")]);
    assert!(body.exist_watches.is_empty() && !body.exist_watches.is_null());
}

#[test]
fn watches_go_in_batches_of_128_kibi_characters_the_last_batch_first() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    for n in 0..300 {
        rig.client.watch(WatchKind::Data, &format!("/{n:01023}"));
    }
    rig.reconnect();
    let counts: Vec<_> = primed_after_open(&mut rig)
        .iter()
        .map(|payload| {
            let body = SetWatches::from_payload(&payload[8..]).expect("set watches");
            body.data_watches.len()
        })
        .collect();
    assert_eq!(counts, [44, 128, 128]);
}

#[test]
fn a_watch_that_fired_is_not_set_again() {
    let left = |event| {
        let mut rig = Rig::connected(config(1, 6_000), 6_000);
        for kind in [
            WatchKind::Data,
            WatchKind::Exist,
            WatchKind::Child,
            WatchKind::Persistent,
            WatchKind::PersistentRecursive,
        ] {
            rig.client.watch(kind, "/a");
        }
        rig.receive(&super::rig::event(event, KeeperState::SYNC_CONNECTED, "/a"));
        rig.reconnect();
        let sent = primed_after_open(&mut rig);
        let body = SetWatches2::from_payload(&sent[0][8..]).expect("set watches");
        [
            body.data_watches,
            body.exist_watches,
            body.child_watches,
            body.persistent_watches,
            body.persistent_recursive_watches,
        ]
        .map(|paths| paths.len())
    };
    assert_eq!(left(EventType::NODE_CREATED), [0, 0, 1, 1, 1]);
    assert_eq!(left(EventType::NODE_DATA_CHANGED), [0, 0, 1, 1, 1]);
    assert_eq!(left(EventType::NODE_CHILDREN_CHANGED), [1, 1, 0, 1, 1]);
    assert_eq!(left(EventType::NODE_DELETED), [0, 0, 0, 1, 1]);
    assert_eq!(left(EventType::NONE), [1, 1, 1, 1, 1]);
}

#[test]
fn a_watch_taken_back_is_not_set_again() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    rig.client.watch(WatchKind::Persistent, "/a");
    rig.client.unwatch(WatchKind::Persistent, "/a");
    rig.reconnect();
    assert!(primed_after_open(&mut rig).is_empty());
}

#[test]
fn watches_are_set_as_of_the_latest_transaction_known() {
    let (_, then) = primed(laden());
    let body = SetWatches::from_payload(&then[2][8..]).expect("set watches");
    assert_eq!(body.relative_zxid, 0x20);
}

/// What goes out once the session is granted on a connection that is open.
fn primed_after_open(rig: &mut Rig) -> Vec<Vec<u8>> {
    let grant = response(6_000, Some(false));
    rig.client.handle(rig.now, Input::Receive(&grant));
    rig.sent()
}
