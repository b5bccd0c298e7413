//! What the watcher is told, and when.

use jute_codec::EventType;
use jute_codec::KeeperState;
use zk_conformance::client::Input;
use zk_conformance::client::WatchedEvent;

use super::rig::Rig;
use super::rig::config;
use super::rig::event;
use super::rig::response;

#[test]
fn a_watcher_that_never_saw_a_connection_hears_of_no_loss() {
    let mut rig = Rig::new(config(1, 6_000));
    rig.says();
    rig.handle(Input::Connected);
    assert_eq!(rig.handle(Input::Eof), ["disconnect"]);
}

#[test]
fn an_event_of_the_session_is_of_no_transaction_and_no_znode() {
    let event = WatchedEvent::session(KeeperState::EXPIRED);
    assert_eq!((event.event, event.zxid), (EventType::NONE, -1));
    assert_eq!(event.path, None);
}

#[test]
fn session_events_come_as_the_states_do() {
    let mut rig = Rig::new(config(1, 6_000));
    let mut events = Vec::new();
    for read_only in [false, true, false] {
        rig.dialled();
        rig.handle(Input::Connected);
        events.extend(rig.receive(&response(6_000, Some(read_only))));
        events.extend(rig.handle(Input::Lost));
    }
    events.retain(|said| said.starts_with("event"));
    let expected = [
        "event SyncConnected",
        "event Disconnected",
        "event ConnectedReadOnly",
        "event Disconnected",
        "event SyncConnected",
        "event Disconnected",
    ];
    assert_eq!(events, expected);
}

#[test]
fn node_events_come_in_the_order_of_the_wire() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    let state = KeeperState::SYNC_CONNECTED;
    let stream = [
        event(EventType::NODE_CREATED, state, "/a"),
        event(EventType::NODE_DELETED, state, "/a"),
        event(EventType::NODE_CREATED, state, "/a"),
    ]
    .concat();
    let expected = [
        "event NodeCreated \"/a\" (SyncConnected)",
        "event NodeDeleted \"/a\" (SyncConnected)",
        "event NodeCreated \"/a\" (SyncConnected)",
        "disconnect",
        "event Disconnected",
    ];
    rig.client.handle(rig.now, Input::Receive(&stream));
    rig.client.handle(rig.now, Input::Eof);
    assert_eq!(rig.says(), expected);
}

#[test]
fn the_same_session_state_is_told_once() {
    let mut rig = Rig::connected(config(1, 6_000), 6_000);
    let again = event(EventType::NONE, KeeperState::SYNC_CONNECTED, "");
    assert!(rig.receive(&again).is_empty());
}
