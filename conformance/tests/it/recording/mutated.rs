//! Captures of real servers with one thing changed, which must not get away with it.

use bytes::Bytes;
use zk_conformance::capture::Side;
use zk_conformance::recording::Recording;
use zk_conformance::recording::What;
use zk_conformance::recording::judge;

use super::captures;
use super::recording;

/// The captures of a name, in which each event with data is one frame.
fn named(part: &str) -> Vec<Recording> {
    let files = captures().into_iter();
    let files = files.filter(|file| {
        let name = file.to_string_lossy();
        name.contains(part) && !name.contains("ensemble")
    });
    let recordings: Vec<_> = files.map(|file| in_frames(&recording(&file))).collect();
    assert!(recordings.len() >= 2, "captures of {part}");
    recordings
}

fn in_frames(recording: &Recording) -> Recording {
    let mut pending = vec![[Vec::new(), Vec::new()]; recording.connections.len()];
    let mut events = Vec::new();
    for event in &recording.events {
        let What::Data(side, bytes) = &event.what else {
            events.push(event.clone());
            continue;
        };
        let pending = &mut pending[event.connection][usize::from(*side == Side::Server)];
        pending.extend_from_slice(bytes);
        while let Some(length) = pending.first_chunk().map(|it| i32::from_be_bytes(*it)) {
            let length = 4 + usize::try_from(length).expect("a length");
            if pending.len() < length {
                break;
            }
            let mut event = event.clone();
            event.what = What::Data(*side, pending.drain(..length).collect::<Vec<_>>().into());
            events.push(event);
        }
    }
    Recording {
        connections: recording.connections.clone(),
        events,
    }
}

/// The indices of the server's frames that are of a kind.
fn frames(recording: &Recording, kind: impl Fn(&[u8]) -> bool) -> Vec<usize> {
    let events = recording.events.iter().enumerate();
    let of_kind = events.filter(|(_, event)| match &event.what {
        What::Data(Side::Server, bytes) => kind(bytes),
        _ => false,
    });
    of_kind.map(|(index, _)| index).collect()
}

fn xid(frame: &[u8]) -> i32 {
    i32::from_be_bytes(*frame[4..].first_chunk().expect("an xid"))
}

fn is_response(frame: &[u8]) -> bool {
    frame.len() >= 40 && frame[20..24] == [0, 0, 0, 16] && xid(frame) == 0
}

fn is_session(frame: &[u8]) -> bool {
    is_response(frame) && frame[8..12] != [0; 4]
}

fn is_refusal(frame: &[u8]) -> bool {
    is_response(frame) && frame[8..12] == [0; 4]
}

fn is_ping(frame: &[u8]) -> bool {
    !is_response(frame) && xid(frame) == -2
}

fn is_reply(frame: &[u8]) -> bool {
    !is_response(frame) && ![-1, -2, -4].contains(&xid(frame))
}

fn bytes(recording: &Recording, index: usize) -> Vec<u8> {
    match &recording.events[index].what {
        What::Data(_, bytes) => bytes.to_vec(),
        _ => Vec::new(),
    }
}

fn put(recording: &mut Recording, index: usize, frame: Vec<u8>) {
    recording.events[index].what = What::Data(Side::Server, Bytes::from(frame));
}

/// Changes one frame of every capture, and expects that each is a difference.
fn changed(name: &str, kind: fn(&[u8]) -> bool, nth: usize, change: impl Fn(&mut Vec<u8>)) {
    for mut recording in named(name) {
        assert_eq!(judge(&recording).differences, []);
        let found = frames(&recording, kind);
        let index = *found.get(nth).expect("a frame of the kind");
        let mut frame = bytes(&recording, index);
        change(&mut frame);
        let length = i32::try_from(frame.len() - 4).expect("a length");
        frame[..4].copy_from_slice(&length.to_be_bytes());
        put(&mut recording, index, frame);
        let judgement = judge(&recording);
        assert_ne!(judgement.differences, [], "{name}, frame {index}");
    }
}

#[test]
fn a_reply_with_another_xid() {
    changed("kazoo-data-and-watch", is_reply, 2, |frame| {
        frame[7] ^= 0x40
    });
    changed("-c-data-and-watch", is_reply, 0, |frame| frame[4] ^= 1);
}

#[test]
fn a_ping_answered_with_another_xid() {
    changed("session-held-by-pings", is_ping, 1, |frame| frame[7] = 0);
}

#[test]
fn a_ping_answered_with_an_error() {
    changed("session-held-by-pings", is_ping, 1, |frame| {
        frame[16..].fill(0xff)
    });
}

#[test]
fn a_ping_answered_with_a_body() {
    changed("session-held-by-pings", is_ping, 1, |frame| {
        frame.extend([0; 4])
    });
}

#[test]
fn a_timeout_off_by_one() {
    let name = "two-sessions-at-once";
    changed(name, is_session, 1, |frame| frame[11] += 1);
    changed(name, is_session, 1, |frame| frame[11] -= 1);
}

#[test]
fn a_response_without_its_read_only_byte() {
    changed("kazoo-new-session-then-close", is_session, 0, |frame| {
        frame.pop();
    });
    changed("-unknown-session-refused", is_refusal, 0, |frame| {
        frame.pop();
    });
}

#[test]
fn a_renewal_with_another_password() {
    changed("renewal-after-tcp-cut", is_session, 1, |frame| {
        frame[30] ^= 1
    });
}

#[test]
fn a_renewal_with_another_session() {
    changed("renewal-after-tcp-cut", is_session, 1, |frame| {
        frame[19] ^= 1
    });
}

#[test]
fn a_live_session_refused() {
    changed("renewal-after-tcp-cut", is_session, 1, |frame| {
        frame[4..20].fill(0);
        frame[24..40].fill(0);
    });
}

#[test]
fn a_wrong_password_accepted() {
    for mut recording in named("wrong-password-refused") {
        let session = bytes(&recording, frames(&recording, is_session)[0]);
        let refusal = frames(&recording, is_refusal)[0];
        put(&mut recording, refusal, session);
        assert_ne!(judge(&recording).differences, []);
    }
}

#[test]
fn a_closed_session_renewed() {
    for mut recording in named("new-session-then-close") {
        let session = bytes(&recording, frames(&recording, is_session)[0]);
        let mut connection = recording.connections[0].clone();
        connection.name = "again".to_owned();
        let last = recording.events.last().expect("an event").clone();
        let mut request = vec![0, 0, 0, 45];
        request.extend([0; 12]);
        request.extend(&session[8..40]);
        request.push(0);
        let index = recording.connections.len();
        recording.connections.push(connection);
        let whats = [
            What::Open,
            What::Data(Side::Client, request.into()),
            What::Data(Side::Server, session.into()),
        ];
        for what in whats {
            let mut event = last.clone();
            (event.connection, event.what) = (index, what);
            recording.events.push(event);
        }
        assert_ne!(judge(&recording).differences, []);
    }
}

#[test]
fn a_reply_sent_twice() {
    for (name, kind) in [
        ("kazoo-data-and-watch", is_reply as fn(&[u8]) -> bool),
        ("session-held-by-pings", is_ping),
        ("new-session-then-close", is_session),
    ] {
        for mut recording in named(name) {
            let index = frames(&recording, kind)[0];
            let again = recording.events[index].clone();
            recording.events.insert(index, again);
            assert_ne!(judge(&recording).differences, [], "{name}");
        }
    }
}

#[test]
fn two_replies_swapped() {
    for mut recording in named("kazoo-data-and-watch") {
        let replies = frames(&recording, is_reply);
        let (one, other) = (bytes(&recording, replies[1]), bytes(&recording, replies[2]));
        put(&mut recording, replies[1], other);
        put(&mut recording, replies[2], one);
        assert_ne!(judge(&recording).differences, []);
    }
}

#[test]
fn a_reply_with_another_xid_on_a_connection_joined_in_the_middle() {
    for mut recording in named("kazoo-data-and-watch") {
        let start = frames(&recording, is_reply)[1];
        recording.events.drain(..start);
        for connection in &mut recording.connections {
            connection.from_start = false;
        }
        let judgement = judge(&recording);
        assert_eq!(judgement.differences, []);
        assert!(judgement.frames >= 3, "{judgement:?}");
        let index = *frames(&recording, is_reply).last().expect("a reply");
        let mut frame = bytes(&recording, index);
        frame[7] ^= 0x40;
        put(&mut recording, index, frame);
        assert_ne!(judge(&recording).differences, []);
    }
}
