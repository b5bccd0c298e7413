//! Captures that miss something: lost packets, cut packets, a late beginning.

use zk_conformance::capture::HELD_SEGMENTS_LIMIT;
use zk_conformance::capture::Side::Client;
use zk_conformance::capture::Side::Server;
use zk_conformance::capture::read;

use crate::capture::build::Segment;
use crate::capture::build::Talk;
use crate::capture::build::story;

#[test]
fn capture_may_begin_in_the_middle() {
    let talk = Talk::in_the_middle()
        .client(b"ping")
        .server(b"pong")
        .finish(Client);
    assert_eq!(talk.story(), "C:ping, S:pong, C fin");
}

#[test]
fn acknowledgement_tells_where_a_late_capture_begins() {
    let talk = Talk::in_the_middle()
        .acknowledge(Server)
        .client(b"lost")
        .client(b"ping");
    assert_eq!(
        talk.lose(1).server(b"pong").story(),
        "C gap 4, C:ping, S:pong"
    );
}

#[test]
fn late_capture_of_one_direction_shows_what_the_other_sent() {
    let talk = Talk::in_the_middle()
        .server(b"one")
        .client(b"unseen")
        .server(b"two");
    assert_eq!(talk.lose(1).story(), "S:one, C gap 6, S:two");
}

#[test]
fn acknowledged_hole_is_a_gap_before_the_answer() {
    let talk = Talk::opened()
        .client(b"ping")
        .client(b"lost")
        .client(b"more")
        .server(b"pong");
    let expected = "C open, S open, C:ping, C gap 4, C:more, S:pong, C:again";
    assert_eq!(talk.lose(4).client(b"again").story(), expected);
}

#[test]
fn acknowledged_hole_at_the_tail_is_a_gap_before_the_answer() {
    let talk = Talk::opened()
        .client(b"lost")
        .server(b"pong")
        .client(b"more");
    assert_eq!(
        talk.lose(3).story(),
        "C open, S open, C gap 4, S:pong, C:more"
    );
}

#[test]
fn several_holes_are_several_gaps() {
    let talk = Talk::opened()
        .client(b"a")
        .client(b"bb")
        .client(b"c")
        .client(b"ddd")
        .client(b"e");
    let expected = "C open, S open, C:a, C gap 2, C:c, C gap 3, C:e, S:ok";
    assert_eq!(talk.server(b"ok").lose(6).lose(4).story(), expected);
}

#[test]
fn unacknowledged_hole_is_a_gap_at_the_end() {
    let talk = Talk::opened()
        .client(b"ping")
        .client(b"lost")
        .client(b"more")
        .finish(Client);
    assert_eq!(
        talk.clone().lose(4).story(),
        "C open, S open, C:ping, C gap 4, C:more, C fin"
    );
    let unheard = |s: &mut Segment| s.acknowledged = Some(1_001);
    let talk = talk.lose(6).lose(4).reset(Server).but(unheard);
    assert_eq!(
        talk.story(),
        "C open, S open, C:ping, C gap 4, C:more, S rst"
    );
}

#[test]
fn lost_bytes_before_the_fin_are_a_gap() {
    let talk = Talk::opened()
        .client(b"lost")
        .finish(Client)
        .acknowledge(Server);
    assert_eq!(talk.lose(3).story(), "C open, S open, C gap 4, C fin");
}

#[test]
fn lost_handshake_answer_changes_nothing_else() {
    let talk = Talk::opened().client(b"ping").server(b"pong");
    assert_eq!(talk.clone().lose(1).story(), "C open, C:ping, S:pong");
    assert_eq!(talk.clone().lose(0).story(), "S open, C:ping, S:pong");
    assert_eq!(
        talk.server(b"!").lose(4).lose(1).story(),
        "C open, C:ping, S gap 4, S:!"
    );
}

#[test]
fn syn_recorded_late_belongs_to_its_answer() {
    let talk = Talk::opened().client(b"ping").swap(0, 1);
    assert_eq!(talk.story(), "S open, C open, C:ping");
}

#[test]
fn cut_packets_leave_gaps() {
    let talk = Talk::opened()
        .client(b"0123456789")
        .server(b"abcdef")
        .client(b"xyz");
    let capture = read(&talk.finish(Client).to_pcap_cut_at(44)).unwrap();
    assert_eq!(capture.notes, []);
    let expected = "C open, S open, C:0123, C gap 6, S:abcd, S gap 2, C:xyz, C fin";
    assert_eq!(story(&capture.conversations[0]), expected);
}

#[test]
fn packets_cut_before_the_payload_leave_gaps() {
    let talk = Talk::opened()
        .client(b"0123456789")
        .client(b"xyz")
        .finish(Client);
    let capture = read(&talk.to_pcap_cut_at(40)).unwrap();
    assert_eq!(
        story(&capture.conversations[0]),
        "C open, S open, C gap 13, C fin"
    );
}

#[test]
fn whole_copy_of_a_cut_packet_is_preferred_behind_a_hole() {
    let talk = Talk::opened()
        .client(b"ab")
        .client(b"cdef")
        .again(4)
        .swap(3, 5);
    let mut file = talk.to_pcap_cut_at(42);
    assert_eq!(
        story(&read(&file).unwrap().conversations[0]),
        "C open, S open, C:abcd, C gap 2"
    );
    file = Talk::opened()
        .client(b"ab")
        .client(b"cdef")
        .swap(3, 4)
        .to_pcap();
    assert_eq!(
        story(&read(&file).unwrap().conversations[0]),
        "C open, S open, C:abcdef"
    );
}

#[test]
fn segments_no_window_reaches_are_ignored() {
    let far = |s: &mut Segment| s.sequence = s.sequence.wrapping_add(0x5000_0000);
    let talk = Talk::opened().client(b"ping").client(b"far").but(far);
    let talk = talk.finish(Server).but(|s| s.acknowledged = Some(1_005));
    assert_eq!(talk.story(), "C open, S open, C:ping, S fin");
}

#[test]
fn too_much_behind_a_hole_makes_it_a_gap() {
    let mut talk = Talk::opened().client(b"lost");
    for _ in 0..=HELD_SEGMENTS_LIMIT {
        talk = talk.client(b"x");
    }
    let capture = read(&talk.lose(3).to_pcap()).unwrap();
    let events = &capture.conversations[0].events;
    assert_eq!(events.len(), HELD_SEGMENTS_LIMIT + 4);
    assert_eq!(events[2].packet, events.len() as u64);
}
