//! Decoding borrows, keeping shares.

use bytes::Bytes;
use bytes::BytesMut;
use jute_codec::Acl;
use jute_codec::ConnectRequest;
use jute_codec::Create2Response;
use jute_codec::CreateMode;
use jute_codec::CreateRequest;
use jute_codec::Decode;
use jute_codec::Frame;
use jute_codec::Framer;
use jute_codec::GetChildren2Response;
use jute_codec::Multi;
use jute_codec::OpCode;
use jute_codec::Operation;
use jute_codec::Outcome;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Record;
use jute_codec::Reply;
use jute_codec::ReplyHeader;
use jute_codec::Request;
use jute_codec::SetWatches;
use jute_codec::Stat;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::WatcherEvent;
use jute_codec::put_frame;

use crate::readable::known_answers;

#[track_caller]
fn lies_in(part: &[u8], whole: &[u8]) {
    let (part, whole) = (part.as_ptr_range(), whole.as_ptr_range());
    assert!(whole.start <= part.start && part.end <= whole.end);
}

macro_rules! decode {
    ($($record:ident $(<$life:lifetime>)? { $($field:ident),+ })+) => {
        fn decode_named(name: &str, reader: &mut Reader<'_>) -> bool {
            $(if name == <any_life!($record $($life)?) as Record>::SCHEMA.name {
                return jute_codec::$record::decode(reader).is_ok();
            })+
            panic!("there is no record called {name}")
        }
    };
}

every_record!(decode);

#[test]
fn decoding_a_known_answer_allocates_nothing() {
    for answer in known_answers() {
        let records = answer.records();
        for reading in [Reading::STRICT, Reading::JAVA] {
            let info = allocation_counter::measure(|| {
                let mut reader = Reader::with(answer.payload(), reading);
                for record in &records {
                    assert!(decode_named(record.name, &mut reader));
                }
                assert!(reader.finish().is_ok());
            });
            assert_eq!(info.count_total, 0, "{}", answer.name);
        }
    }
}

#[test]
fn failing_to_decode_allocates_nothing() {
    for answer in known_answers() {
        let records = answer.records();
        for length in 0..answer.payload().len() {
            let info = allocation_counter::measure(|| {
                let mut reader = Reader::new(&answer.payload()[..length]);
                let _ = records
                    .iter()
                    .all(|record| decode_named(record.name, &mut reader));
            });
            assert_eq!(info.count_total, 0, "{} cut to {length}", answer.name);
        }
    }
}

#[test]
fn looking_through_a_vector_allocates_nothing() {
    let paths: Vec<_> = (0..100).map(|n| format!("/node-{n}")).collect();
    let paths: Vec<_> = paths.iter().map(|path| Ustring::new(path)).collect();
    let watches = SetWatches {
        relative_zxid: 7,
        data_watches: Vector::from(&paths[..]),
        exist_watches: Vector::EMPTY,
        child_watches: Vector::NULL,
    };
    let frame = frame_of(&watches);
    let info = allocation_counter::measure(|| {
        let read: SetWatches<'_> = frame.decode().unwrap();
        assert_eq!(read.data_watches.iter().len(), 100);
        assert_eq!(read, watches);
    });
    assert_eq!(info.count_total, 0);
    let read: SetWatches<'_> = frame.decode().unwrap();
    for path in read.data_watches.iter() {
        lies_in(path.as_bytes().unwrap(), frame.payload());
    }
}

#[test]
fn ten_thousand_children_allocate_nothing() {
    let names: Vec<_> = (0..10_000).map(|n| format!("node-{n:010}")).collect();
    let names: Vec<_> = names.iter().map(|name| Ustring::new(name)).collect();
    ten_thousand_allocate_nothing(&names);
}

#[test]
fn ten_thousand_children_with_long_names_and_strange_ones_allocate_nothing() {
    let long = "n".repeat(150);
    let name = |n| match n % 10 {
        3 => Ustring::new(&long),
        7 => Ustring::from_bytes(b"node-\xff"),
        _ => Ustring::new("node"),
    };
    let names: Vec<_> = (0..10_000).map(name).collect();
    ten_thousand_allocate_nothing(&names);
}

fn ten_thousand_allocate_nothing(names: &[Ustring<'_>]) {
    let children = Vector::from(names);
    let stat = Stat::default();
    let reply = Reply::GetChildren2(GetChildren2Response { children, stat });
    let frame = frame_of(&(ReplyHeader::default(), reply));
    let info = allocation_counter::measure(|| {
        let read = Reply::from_payload(OpCode::GET_CHILDREN2, frame.payload(), Reading::JAVA);
        let (_, read) = read.unwrap();
        let Reply::GetChildren2(response) = read else {
            panic!("{read:?}")
        };
        assert_eq!(response.children.iter().len(), 10_000);
        assert_eq!(read, reply);
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn a_hundred_operations_allocate_nothing() {
    let data = Some(&[7; 100][..]);
    let acl = Vector::from(&[Acl::OPEN][..]);
    let flags = CreateMode::PERSISTENT_SEQUENTIAL;
    let path = Ustring::new("/node-");
    let create = Operation::Create2(CreateRequest {
        path,
        data,
        acl,
        flags,
    });
    let created = Outcome::Create2(Create2Response {
        path,
        stat: Stat::default(),
    });
    let (operations, outcomes) = ([create; 100], [created; 100]);
    let request = Request::Multi(Multi::from(&operations[..]));
    let reply = Reply::Multi(Multi::from(&outcomes[..]));
    let asking = frame_of(&request.with_xid(7));
    let telling = frame_of(&(ReplyHeader::default(), reply));
    let info = allocation_counter::measure(|| {
        let read = Request::from_payload(asking.payload(), Reading::STRICT);
        assert_eq!(read, Ok(request.with_xid(7)));
        let read = Reply::from_payload(OpCode::MULTI, telling.payload(), Reading::STRICT);
        assert_eq!(read, Ok((Some(ReplyHeader::default()), reply)));
    });
    assert_eq!(info.count_total, 0);
    let (_, read) = Request::from_payload(asking.payload(), Reading::STRICT).unwrap();
    let Request::Multi(multi) = read else {
        panic!("{read:?}")
    };
    for (_, operation) in &multi {
        let Operation::Create2(create) = operation else {
            panic!("{operation:?}")
        };
        lies_in(create.data.unwrap(), asking.payload());
    }
}

#[test]
fn fields_point_into_the_payload() {
    let frame = frame_of(&request());
    let read: ConnectRequest<'_> = frame.decode().unwrap();
    lies_in(read.passwd.unwrap(), frame.payload());

    let frame = frame_of(&WatcherEvent {
        path: Ustring::new("/a"),
        ..WatcherEvent::default()
    });
    let read: WatcherEvent<'_> = frame.decode().unwrap();
    lies_in(read.path.as_bytes().unwrap(), frame.payload());
}

#[test]
fn sharing_a_field_copies_nothing() {
    let frame = frame_of(&request());
    let passwd = frame
        .decode::<ConnectRequest<'_>>()
        .unwrap()
        .passwd
        .unwrap();
    let mut shared = Bytes::new();
    let info = allocation_counter::measure(|| shared = frame.share(passwd));
    assert!(
        info.bytes_total < passwd.len() as u64,
        "at most a reference count"
    );
    assert_eq!(shared.as_ptr(), passwd.as_ptr());
    assert_eq!(shared, passwd);
    drop(frame);
    assert_eq!(shared, vec![7; 600]);
}

#[test]
fn sharing_the_whole_payload_and_its_ends_copies_nothing() {
    let frame = frame_of(&request());
    let payload = frame.payload();
    let (first, last) = (&payload[..1], &payload[payload.len() - 1..]);
    for part in [payload, first, last] {
        assert_eq!(frame.share(part).as_ptr(), part.as_ptr());
    }
    assert_eq!(frame.clone().into_bytes().as_ptr(), payload.as_ptr());
}

#[test]
fn sharing_what_is_foreign_copies_it() {
    let frame = frame_of(&request());
    let foreign = b"foreign".to_vec();
    let shared = frame.share(&foreign);
    assert_eq!(shared, foreign);
    assert_ne!(shared.as_ptr(), foreign.as_ptr());
    assert_eq!(frame.share(&[]), Bytes::new());
}

#[test]
fn sharing_what_overlaps_the_end_of_a_frame_copies_it() {
    let whole = Bytes::from_static(b"0123456789");
    let frame = Frame::from(whole.slice(2..6));
    for (start, end) in [(0, 3), (5, 8), (0, 10), (7, 9)] {
        let part = &whole[start..end];
        let shared = frame.share(part);
        assert_eq!(shared, part);
        assert_ne!(shared.as_ptr(), part.as_ptr());
    }
}

#[test]
fn taking_a_frame_copies_no_payload() {
    let mut out = BytesMut::new();
    put_frame(&mut out, &request());
    let mut framer = Framer::default();
    framer.push(&out);
    let payload = &framer.buffered()[4..];
    let at = payload.as_ptr();
    let frame = framer.next_frame().unwrap().unwrap();
    assert_eq!(frame.payload().as_ptr(), at);
}

#[test]
fn putting_a_frame_takes_memory_once() {
    let request = request();
    let info = allocation_counter::measure(|| {
        let mut out = BytesMut::new();
        put_frame(&mut out, &request);
    });
    assert_eq!(info.count_total, 1);
}

/// A request with a long password, so that a copy would show.
fn request() -> ConnectRequest<'static> {
    ConnectRequest {
        passwd: Some(&[7; 600]),
        read_only: Some(false),
        ..ConnectRequest::default()
    }
}

fn frame_of(record: &impl jute_codec::Encode) -> Frame {
    let mut out = BytesMut::new();
    put_frame(&mut out, record);
    let mut framer = Framer::default();
    framer.push(&out);
    framer.next_frame().unwrap().unwrap()
}
