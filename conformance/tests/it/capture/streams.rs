//! Conversations as honest ends lead them, and as captures repeat and reorder them.

use std::time::Duration;

use zk_conformance::capture::Side::Client;
use zk_conformance::capture::Side::Server;
use zk_conformance::capture::read;
use zk_conformance::capture::read_with;

use crate::capture::build::CLIENT;
use crate::capture::build::Pcap;
use crate::capture::build::SERVER;
use crate::capture::build::Segment;
use crate::capture::build::Talk;
use crate::capture::build::address;
use crate::capture::build::story;

#[test]
fn whole_conversation_is_told_in_order() {
    let talk = Talk::opened()
        .client(b"ping")
        .server(b"pong")
        .finish(Client)
        .finish(Server);
    assert_eq!(talk.story(), "C open, S open, C:ping, S:pong, C fin, S fin");
}

#[test]
fn events_carry_time_and_packet_number() {
    let capture = read(&Talk::opened().client(b"ping").to_pcap()).unwrap();
    let conversation = &capture.conversations[0];
    assert!(conversation.complete_start);
    assert_eq!(conversation.client, address(CLIENT));
    assert_eq!(conversation.server, address(SERVER));
    let when: Vec<_> = conversation
        .events
        .iter()
        .map(|e| (e.packet, e.at))
        .collect();
    let expected = [(1, 0), (2, 1), (4, 3)].map(|(packet, ms)| (packet, Duration::from_millis(ms)));
    assert_eq!(when, expected);
}

#[test]
fn retransmitted_segment_is_told_once() {
    let talk = Talk::opened()
        .client(b"ping")
        .again(3)
        .again(3)
        .client(b"more");
    assert_eq!(talk.story(), "C open, S open, C:pingmore");
}

#[test]
fn duplicated_packets_are_told_once() {
    let talk = Talk::opened()
        .client(b"ping")
        .server(b"pong")
        .finish(Client)
        .finish(Server);
    let mut twice = talk.clone();
    twice.segments = talk
        .segments
        .iter()
        .flat_map(|s| [s.clone(), s.clone()])
        .collect();
    assert_eq!(twice.story(), talk.story());
}

#[test]
fn overlapping_segment_adds_what_is_new() {
    let talk = Talk::opened()
        .client(b"ping")
        .client(b"more")
        .but(|segment| {
            segment.sequence -= 2;
            segment.payload = b"ngmore".to_vec();
        });
    assert_eq!(talk.story(), "C open, S open, C:pingmore");
}

#[test]
fn segment_may_begin_before_the_first_one_seen() {
    let talk = Talk::from_numbers(1, 1).client(b"ping").client(b"more");
    let talk = talk.but(|segment| {
        segment.sequence = u32::MAX;
        segment.payload = b"??pingmore".to_vec();
    });
    assert_eq!(talk.story(), "C:pingmore");
}

#[test]
fn overlapping_segments_behind_a_hole_are_put_together() {
    let talk = Talk::opened()
        .client(b"ab")
        .client(b"cdef")
        .client(b"ef")
        .client(b"gh");
    let talk = talk.but(|segment| {
        segment.sequence -= 4;
        segment.payload = b"efgh".to_vec();
    });
    assert_eq!(talk.swap(3, 6).story(), "C open, S open, C:abcdefgh");
}

#[test]
fn reordered_segments_are_put_in_order() {
    let talk = Talk::opened()
        .client(b"one ")
        .client(b"two ")
        .client(b"three")
        .finish(Client);
    assert_eq!(
        talk.swap(3, 5).swap(4, 6).story(),
        "C open, S open, C:one two three, C fin"
    );
}

#[test]
fn acknowledgement_recorded_before_its_data_makes_no_gap() {
    let talk = Talk::opened()
        .client(b"ping")
        .acknowledge(Server)
        .server(b"pong");
    assert_eq!(talk.swap(3, 4).story(), "C open, S open, C:ping, S:pong");
}

#[test]
fn keep_alives_are_not_data() {
    let talk = Talk::opened()
        .client(b"ping")
        .client(b"?")
        .but(|s| s.sequence -= 1);
    let talk = talk
        .again(4)
        .acknowledge(Server)
        .but(|s| s.acknowledged = Some(1_005));
    let mut more = Talk::from_numbers(1_005, 500_001).client(b"more");
    more.segments.splice(0..0, talk.segments);
    assert_eq!(more.story(), "C open, S open, C:pingmore");
}

#[test]
fn keep_alive_at_the_start_of_a_capture_is_not_data() {
    let talk = Talk::in_the_middle()
        .acknowledge(Server)
        .client(b"?")
        .but(|s| s.sequence -= 1);
    let mut more = Talk::in_the_middle().client(b"ping");
    more.segments.splice(0..0, talk.segments);
    assert_eq!(more.story(), "C:ping");
}

#[test]
fn window_probes_change_nothing() {
    let probe = |s: &mut Segment| s.sequence -= 1;
    let talk = Talk::opened().client(b"abc").acknowledge(Client).but(probe);
    assert_eq!(
        talk.client(b"d").again(5).client(b"ef").story(),
        "C open, S open, C:abcdef"
    );
}

#[test]
fn sequence_numbers_wrap() {
    let talk = Talk::from_numbers(u32::MAX - 5, u32::MAX).open();
    let talk = talk
        .client(b"0123456789")
        .server(b"ok")
        .client(b"abc")
        .finish(Client);
    assert_eq!(
        talk.story(),
        "C open, S open, C:0123456789, S:ok, C:abc, C fin"
    );
    assert_eq!(
        talk.swap(3, 5).story(),
        "C open, S open, C:0123456789abc, S:ok, C fin",
        "what was acknowledged came before what acknowledged it"
    );
}

#[test]
fn half_closed_conversation_goes_on() {
    let talk = Talk::opened()
        .finish(Client)
        .server(b"still here")
        .finish(Server);
    assert_eq!(talk.story(), "C open, S open, C fin, S:still here, S fin");
}

#[test]
fn both_sides_may_finish_at_once() {
    let talk = Talk::opened()
        .finish(Client)
        .finish(Server)
        .but(|s| s.acknowledged = Some(1_001));
    let talk = talk.acknowledge(Client).acknowledge(Server);
    assert_eq!(talk.story(), "C open, S open, C fin, S fin");
}

#[test]
fn data_may_come_with_the_syn_and_with_the_fin() {
    let talk = Talk::in_the_middle().send(Client, "S", b"early ");
    let talk = talk.but(|s| s.acknowledged = None).send(Server, "S", b"");
    let talk = talk.send(Client, "F", b"last");
    assert_eq!(talk.story(), "C open, C:early , S open, C:last, C fin");
}

#[test]
fn data_after_fin_is_ignored() {
    let talk = Talk::opened().finish(Client).client(b"junk");
    assert_eq!(talk.story(), "C open, S open, C fin");
    let beyond = Talk::opened()
        .client(b"good")
        .send(Client, "F", b"")
        .client(b"junk")
        .swap(3, 5);
    assert_eq!(beyond.story(), "C open, S open, C:good, C fin");
    let across = Talk::opened().client(b"goodjunk").finish(Client);
    let across = across.but(|s| s.sequence -= 4).swap(3, 4);
    assert_eq!(across.story(), "C open, S open, C:good, C fin");
}

#[test]
fn reset_ends_the_conversation() {
    let talk = Talk::opened()
        .client(b"ping")
        .reset(Server)
        .client(b"more")
        .finish(Client);
    assert_eq!(talk.story(), "C open, S open, C:ping, S rst");
}

#[test]
fn reset_of_another_connection_is_ignored() {
    let far = |s: &mut Segment| s.sequence = s.sequence.wrapping_add(0x5000_0000);
    let talk = Talk::opened().reset(Server).but(far).client(b"ping");
    assert_eq!(talk.story(), "C open, S open, C:ping");
}

#[test]
fn reset_after_both_fins_is_not_told() {
    let talk = Talk::opened().finish(Client).finish(Server).reset(Client);
    assert_eq!(talk.story(), "C open, S open, C fin, S fin");
}

#[test]
fn refused_connection_is_told() {
    let talk = Talk::in_the_middle()
        .ask()
        .reset(Server)
        .but(|s| s.sequence = 0);
    assert_eq!(talk.story(), "C open, S refused");
    let stray = Talk::in_the_middle()
        .ask()
        .reset(Server)
        .but(|s| s.acknowledged = Some(7));
    assert_eq!(stray.story(), "C open");
}

#[test]
fn unanswered_syn_is_a_conversation() {
    assert_eq!(
        Talk::in_the_middle().ask().again(0).again(0).story(),
        "C open"
    );
}

#[test]
fn simultaneous_open_is_one_conversation() {
    let talk = Talk::in_the_middle().ask().send(Server, "S", b"");
    let talk = talk
        .but(|s| s.acknowledged = None)
        .client(b"ping")
        .server(b"pong");
    assert_eq!(talk.story(), "C open, S open, C:ping, S:pong");
}

#[test]
fn answer_to_an_earlier_connection_is_ignored() {
    let stale = |s: &mut Segment| (s.sequence, s.acknowledged) = (77_777, Some(88_888));
    let talk = Talk::in_the_middle().ask().acknowledge(Server).but(stale);
    for flags in ["", "S", "R"] {
        let talk = talk.clone().but(|s| s.flags = flags);
        let mut more = Talk::opened().client(b"ping");
        more.segments.splice(0..1, talk.segments);
        assert_eq!(more.story(), "C open, S open, C:ping");
    }
}

#[test]
fn new_syn_on_the_same_ports_is_a_new_conversation() {
    let mut talk = Talk::opened()
        .client(b"first")
        .finish(Client)
        .finish(Server);
    talk.segments.extend(
        Talk::from_numbers(90_000, 7)
            .open()
            .client(b"second")
            .segments,
    );
    talk.segments.extend(
        Talk::from_numbers(5_000, 9)
            .open()
            .server(b"third")
            .segments,
    );
    let stories: Vec<_> = read(&talk.to_pcap())
        .unwrap()
        .conversations
        .iter()
        .map(story)
        .collect();
    let expected = [
        "C open, S open, C:first, C fin, S fin",
        "C open, S open, C:second",
        "C open, S open, S:third",
    ];
    assert_eq!(stories, expected);
}

#[test]
fn handshake_without_its_syn_is_a_new_conversation_too() {
    let mut talk = Talk::opened().client(b"first").reset(Client);
    talk.segments.extend(
        Talk::from_numbers(90_000, 7)
            .open()
            .client(b"second")
            .lose(0)
            .segments,
    );
    let conversations = read(&talk.to_pcap()).unwrap().conversations;
    assert_eq!(conversations.len(), 2);
    assert_eq!(story(&conversations[1]), "S open, C:second");
    assert!(conversations[1].complete_start);
}

#[test]
fn conversations_are_kept_apart() {
    let talk = Talk::opened().client(b"ping").server(b"pong");
    let mut file = Pcap::new(101);
    for segment in &talk.segments {
        file.packet(&segment.to_ipv4());
        file.packet(&segment.to_ipv4_between((CLIENT.0, 40_001), SERVER));
        file.packet(&segment.to_ipv4_between(([10, 0, 0, 9], 40_000), SERVER));
    }
    let conversations = read(&file.bytes).unwrap().conversations;
    assert_eq!(conversations.len(), 3);
    for conversation in &conversations {
        assert_eq!(story(conversation), talk.story());
    }
}

#[test]
fn connection_to_itself_is_one_conversation() {
    let mut file = Pcap::new(101);
    for segment in Talk::in_the_middle().ask().client(b"echo").segments {
        file.packet(&segment.to_ipv4_between(CLIENT, CLIENT));
    }
    let conversations = read(&file.bytes).unwrap().conversations;
    assert_eq!(conversations.len(), 1);
    assert_eq!(story(&conversations[0]), "C open, C:echo");
}

#[test]
fn roles_without_a_handshake_are_found_by_ports() {
    let server = |sender: u16, receiver: u16, hint: &[u16]| {
        let mut file = Pcap::new(101);
        for segment in Talk::in_the_middle().client(b"ping").segments {
            file.packet(&segment.to_ipv4_between((CLIENT.0, sender), (SERVER.0, receiver)));
        }
        let conversation = read_with(&file.bytes, hint)
            .unwrap()
            .conversations
            .remove(0);
        assert!(!conversation.complete_start);
        conversation.server.port()
    };
    assert_eq!(server(40_000, 2181, &[]), 2181);
    assert_eq!(server(2181, 1_024, &[]), 2181);
    assert_eq!(server(30_000, 40_000, &[]), 30_000);
    assert_eq!(server(30_000, 40_000, &[40_000]), 40_000);
    assert_eq!(server(2181, 40_000, &[40_000]), 40_000);
    assert_eq!(server(5_000, 5_000, &[]), 5_000);
}

#[test]
fn roles_follow_the_syn_whatever_the_ports() {
    let mut file = Pcap::new(101);
    for segment in Talk::opened().segments {
        file.packet(&segment.to_ipv4_between((CLIENT.0, 2181), (SERVER.0, 40_000)));
    }
    let conversation = read_with(&file.bytes, &[2181])
        .unwrap()
        .conversations
        .remove(0);
    assert_eq!(conversation.server.port(), 40_000);
    assert_eq!(Client.peer().to_string(), "server");
}
