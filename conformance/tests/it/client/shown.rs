//! What goes in and what is wrong with it, told to people.

use std::time::Duration;

use jute_codec::Decode;
use jute_codec::ReplyHeader;
use zk_conformance::client::Fault;
use zk_conformance::client::Input;

#[test]
fn inputs_are_told_in_a_few_words() {
    for (input, told) in [
        (Input::Connected, "connected"),
        (Input::ConnectFailed, "connect failed"),
        (Input::Receive(&[7]), "receive 1 byte"),
        (Input::Receive(&[7, 7]), "receive 2 bytes"),
        (Input::Eof, "end of stream"),
        (Input::Lost, "lost"),
        (Input::ProbeAnswer(b"rw\n"), "probe answer \"rw\\n\""),
        (Input::Tick, "tick"),
    ] {
        assert_eq!(input.to_string(), told);
    }
}

#[test]
fn silence_is_no_misbehaviour_and_nonsense_is() {
    let silence = Duration::from_secs(1);
    for fault in [
        Fault::ConnectTimeout { waited: silence },
        Fault::ReadTimeout { silence },
        Fault::SessionTimeout { silence },
    ] {
        assert!(!fault.is_misbehaviour(), "{fault}");
    }
    let unread = ReplyHeader::from_payload(&[]).expect_err("no bytes");
    for fault in [
        Fault::ReplyHeader(unread),
        Fault::ReplyToNothing { xid: 1 },
        Fault::ReplyOutOfOrder {
            expected: 1,
            got: 2,
        },
    ] {
        assert!(fault.is_misbehaviour(), "{fault}");
    }
}
