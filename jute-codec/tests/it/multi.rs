//! Several operations as one, and their results.

use std::fmt::Debug;

use jute_codec::Acl;
use jute_codec::CheckVersionRequest;
use jute_codec::CreateMode;
use jute_codec::CreateRequest;
use jute_codec::CreateResponse;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::DecodeErrorKind;
use jute_codec::DeleteRequest;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::ErrorResponse;
use jute_codec::GetDataRequest;
use jute_codec::Multi;
use jute_codec::MultiHeader;
use jute_codec::MultiOf;
use jute_codec::OpCode;
use jute_codec::Operation;
use jute_codec::Outcome;
use jute_codec::Part;
use jute_codec::PartReader;
use jute_codec::Raw;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Schema;
use jute_codec::SetDataRequest;
use jute_codec::Ustring;
use jute_codec::Vector;
use proptest::prelude::*;

fn encoded(value: &impl Encode) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out);
    assert_eq!(out.len(), value.encoded_len(), "encoded_len is exact");
    out
}

fn header(op: i32, done: bool, err: i32) -> MultiHeader {
    MultiHeader {
        op: OpCode(op),
        done,
        err: ErrorCode(err),
    }
}

/// Reads a multi to its end.
fn read<'a, T: Part<'a>>(wire: &'a [u8]) -> Result<Multi<'a, T>, DecodeError> {
    let mut reader = Reader::new(wire);
    let multi = Multi::decode(&mut reader)?;
    reader.finish()?;
    Ok(multi)
}

fn delete(path: &str) -> Operation<'_> {
    Operation::Delete(DeleteRequest {
        path: path.into(),
        version: -1,
    })
}

/// Its own form is not Apache's: an error, and read by its headers.
#[test]
fn failed_read_of_clickhouse_keeper_has_no_body() {
    let mut wire = encoded(&header(4, false, -101));
    wire.extend(encoded(&MultiHeader::END));
    for reading in [Reading::STRICT, Reading::JAVA] {
        let mut reader = Reader::with(&wire, reading);
        let error = Multi::<Outcome<'_>>::decode(&mut reader).unwrap_err();
        assert!(matches!(error.kind, DecodeErrorKind::UnexpectedEnd { .. }));
    }
    let mut reader = Reader::new(&wire);
    let failed = MultiHeader::decode(&mut reader).unwrap();
    assert_eq!(
        (failed.op, failed.err),
        (OpCode::GET_DATA, ErrorCode::NO_NODE)
    );
    assert_eq!(MultiHeader::decode(&mut reader), Ok(MultiHeader::END));
    reader.finish().unwrap();
}

#[test]
fn multi_of_nothing_is_an_end() {
    let multi = Multi::<'_, Operation<'_>>::EMPTY;
    let wire = encoded(&multi);
    assert_eq!(wire, b"\xff\xff\xff\xff\x01\xff\xff\xff\xff");
    let decoded = read::<Operation<'_>>(&wire).unwrap();
    assert_eq!(decoded, multi);
    assert!(decoded.is_empty());
    assert_eq!(decoded.iter().next(), None);
    assert_eq!(decoded.end(), MultiHeader::END);
}

#[test]
fn slice_iterator_and_bytes_are_the_same_multi() {
    let operations = [
        Operation::Create(CreateRequest {
            path: "/a".into(),
            data: None,
            acl: Vector::from(&[Acl::OPEN][..]),
            flags: CreateMode::EPHEMERAL,
        }),
        Operation::Check(CheckVersionRequest {
            path: "/a".into(),
            version: 0,
        }),
        delete("/a"),
    ];
    let multi = Multi::from(&operations[..]);
    let wire = encoded(&multi);
    assert_eq!(encoded(&MultiOf(operations)), wire);
    assert_eq!(encoded(&MultiOf(operations.iter().copied())), wire);
    let decoded = read(&wire).unwrap();
    assert_eq!(decoded, multi);
    assert_eq!(decoded.len(), 3);
    assert!(!decoded.is_empty());
    assert_eq!(decoded.iter().len(), 3);
    assert!(
        decoded
            .iter()
            .map(|(_, operation)| operation)
            .eq(operations)
    );
    assert!(
        decoded
            .iter()
            .all(|(header, _)| header.err == ErrorCode(-1) && !header.done)
    );
    assert_eq!(encoded(&decoded), wire);
    assert_eq!(format!("{decoded:?}"), format!("{multi:?}"));
    let parts: Vec<_> = multi.iter().collect();
    assert_eq!(format!("{multi:?}"), format!("{parts:?}"));
    assert_ne!(decoded, Multi::from(&operations[..2]));
}

#[test]
fn as_many_parts_and_the_same_end_do_not_make_the_same_multi() {
    let wire = encoded(&Multi::from(&[delete("/a")][..]));
    assert_ne!(read(&wire), Ok(Multi::from(&[delete("/b")][..])));
}

/// What a reader of the wire asks before there is a part.
#[test]
fn an_opcode_tells_the_record_of_its_part_and_what_it_mixes_with() {
    let name = |schema: Option<Schema>| schema.map(|schema| schema.name);
    let operation = |op| Operation::schema(op).map(name);
    assert_eq!(operation(OpCode::DELETE), Some(Some("DeleteRequest")));
    assert_eq!(operation(OpCode::MULTI), None);
    let outcome = |op| Outcome::schema(op).map(name);
    assert_eq!(outcome(OpCode::CREATE), Some(Some("CreateResponse")));
    assert_eq!(outcome(OpCode::DELETE), Some(None));
    assert_eq!(outcome(OpCode::MULTI), None);

    assert!(Operation::GetData(GetDataRequest::default()).is_read());
    assert!(!delete("/a").is_read());
    assert_eq!(Operation::kind(OpCode::GET_DATA), Some(true));
    assert_eq!(Operation::kind(OpCode::DELETE), Some(false));
    assert_eq!(Outcome::kind(OpCode::GET_DATA), None);
}

#[test]
fn results_of_a_failed_multi_tell_their_code_twice() {
    let codes = [
        ErrorCode::OK,
        ErrorCode::NO_NODE,
        ErrorCode::RUNTIME_INCONSISTENCY,
    ];
    let outcomes = codes.map(|err| Outcome::Error(ErrorResponse { err }));
    let wire = encoded(&Multi::from(&outcomes[..]));
    assert_eq!(&wire[..13], b"\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0");
    let decoded = read::<Outcome<'_>>(&wire).unwrap();
    assert!(decoded.iter().map(|(header, _)| header.err).eq(codes));
    assert!(decoded.iter().map(|(_, outcome)| outcome).eq(outcomes));
}

#[test]
fn results_and_errors_may_stand_side_by_side() {
    let outcomes = [
        Outcome::Create(CreateResponse { path: "/a".into() }),
        Outcome::Delete,
        Outcome::Error(ErrorResponse {
            err: ErrorCode(-4242),
        }),
        Outcome::Check,
    ];
    let wire = encoded(&Multi::from(&outcomes[..]));
    assert_eq!(read(&wire).unwrap(), Multi::from(&outcomes[..]));
}

#[test]
fn done_is_the_end_whatever_the_type() {
    let end = header(OpCode::CREATE.0, true, 7);
    let wire = encoded(&(header(2, false, 5), (delete("/a"), end)));
    let decoded = read::<Operation<'_>>(&wire).unwrap();
    assert_eq!(decoded.len(), 1);
    assert_eq!(decoded.end(), end);
    let (first, _) = decoded.iter().next().unwrap();
    assert_eq!(first, header(2, false, 5), "kept as it came");
    assert_eq!(encoded(&decoded), wire, "and sent on so");
    assert_ne!(decoded, Multi::from(&[delete("/a")][..]));
}

#[test]
fn type_of_an_error_alone_is_no_end() {
    let wire = encoded(&(header(-1, false, -1), MultiHeader::END));
    let error = read::<Operation<'_>>(&wire).unwrap_err();
    let kind = DecodeErrorKind::UnexpectedOperation(OpCode::ERROR);
    assert_eq!((error.kind, error.offset), (kind, 0));
}

#[test]
fn nothing_nests_and_nothing_unknown_passes() {
    for (op, expected) in [
        (
            14,
            "MultiHeader.type at byte 19: multi has no place in this multi",
        ),
        (
            22,
            "MultiHeader.type at byte 19: multiRead has no place in this multi",
        ),
        (
            3,
            "MultiHeader.type at byte 19: exists has no place in this multi",
        ),
        (
            99,
            "MultiHeader.type at byte 19: operation 99 has no place in a multi",
        ),
    ] {
        let part = (header(2, false, -1), delete("/a"));
        let rest = Raw(&[0; 100]);
        let wire = encoded(&(part, (header(op, false, -1), rest)));
        let error = read::<Operation<'_>>(&wire).unwrap_err();
        assert_eq!(error.to_string(), expected);
        let mut reader = Reader::with(&wire, Reading::JAVA);
        assert_eq!(Multi::<'_, Operation<'_>>::decode(&mut reader), Err(error));
        let wire = encoded(&(header(op, false, 0), rest));
        let error = read::<Outcome<'_>>(&wire).unwrap_err();
        assert_eq!((error.offset, error.field), (0, "type"));
    }
}

#[test]
fn a_hundred_thousand_nested_headers_are_refused_at_the_second() {
    let nested = encoded(&header(14, false, -1)).repeat(100_000);
    for refused in [
        read::<Operation<'_>>(&nested).map(|_| ()),
        read::<Outcome<'_>>(&nested).map(|_| ()),
    ] {
        assert_eq!(refused.unwrap_err().offset, 0);
    }
}

#[test]
fn reads_and_writes_do_not_mix() {
    let read_data = Operation::GetData(GetDataRequest {
        path: "/a".into(),
        watch: false,
    });
    let write = Operation::SetData(SetDataRequest::default());
    for (mixed, op) in [
        ([read_data, write], OpCode::SET_DATA),
        ([write, read_data], OpCode::GET_DATA),
    ] {
        let wire = encoded(&Multi::from(&mixed[..]));
        let error = read::<Operation<'_>>(&wire).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::UnexpectedOperation(op));
        assert!(error.offset > 0);
    }
    for same in [[read_data; 2], [write; 2]] {
        let wire = encoded(&Multi::from(&same[..]));
        assert_eq!(read(&wire).unwrap(), Multi::from(&same[..]));
    }
}

#[test]
fn multi_without_its_end_is_cut_short() {
    let wire = encoded(&Multi::from(&[delete("/a"), delete("/b")][..]));
    for length in 0..wire.len() {
        let error = read::<Operation<'_>>(&wire[..length]).unwrap_err();
        assert!(matches!(error.kind, DecodeErrorKind::UnexpectedEnd { .. }));
    }
    let trailing = [&wire[..], &[0]].concat();
    let error = read::<Operation<'_>>(&trailing).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::TrailingBytes(1));
}

#[test]
fn lenient_text_in_a_multi_is_read_again_as_leniently() {
    let operation = Operation::Delete(DeleteRequest {
        path: Ustring::from_bytes(b"/\xff"),
        version: 0,
    });
    let wire = encoded(&Multi::from(&[operation][..]));
    assert!(read::<Operation<'_>>(&wire).is_err());
    let mut reader = Reader::with(&wire, Reading::JAVA);
    let multi = Multi::<'_, Operation<'_>>::decode(&mut reader).unwrap();
    assert!(multi.iter().map(|(_, operation)| operation).eq([operation]));
    assert_eq!(encoded(&multi), wire);
}

proptest! {
    #[test]
    fn any_deletes_return(parts in prop::collection::vec((any::<String>(), any::<i32>()), 0..20)) {
        let operations: Vec<_> = parts
            .iter()
            .map(|(path, version)| {
                let path = Ustring::new(path);
                Operation::Delete(DeleteRequest { path, version: *version })
            })
            .collect();
        let multi = Multi::from(&operations[..]);
        let wire = encoded(&multi);
        prop_assert_eq!(read(&wire).unwrap(), multi);
        prop_assert_eq!(encoded(&read::<Operation<'_>>(&wire).unwrap()), wire);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(0..6_u8, 0..120)) {
        let lenient = || Reader::with(&bytes, Reading::JAVA);
        if let Ok(multi) = Multi::<'_, Operation<'_>>::decode(&mut lenient()) {
            prop_assert_eq!(multi.iter().count(), multi.len());
        }
        if let Ok(multi) = Multi::<'_, Outcome<'_>>::decode(&mut lenient()) {
            prop_assert_eq!(multi.iter().count(), multi.len());
        }
    }
}

/// What the parts are one by one, and the end: what becomes of the whole, told another way.
fn one_by_one<'a, T: Part<'a>>(
    wire: &'a [u8],
) -> Result<(Vec<(MultiHeader, T)>, usize), DecodeError> {
    let mut parts = PartReader::<T>::new(Reader::new(wire));
    let read = parts.by_ref().collect::<Result<Vec<_>, _>>();
    assert_eq!(
        parts.next().map(|_| ()),
        None,
        "an error and the end are last"
    );
    assert_eq!(parts.end().is_some(), read.is_ok());
    Ok((read?, parts.reader().offset()))
}

/// Parts read one by one are those of the whole, and what is wrong is the same.
#[track_caller]
fn nobody_can_tell<'a, T: Part<'a> + PartialEq + Debug + 'a>(wire: &'a [u8]) {
    let mut reader = Reader::new(wire);
    let whole =
        Multi::<T>::decode(&mut reader).map(|multi| (multi.iter().collect(), reader.offset()));
    assert_eq!(one_by_one(wire), whole);
}

#[test]
fn parts_one_by_one_are_those_of_the_whole() {
    let operations = [
        delete("/a"),
        Operation::Create(CreateRequest::default()),
        delete("/b"),
    ];
    let mut wire = encoded(&Multi::from(&operations[..]));
    wire.extend(b"behind");
    for length in 0..=wire.len() {
        nobody_can_tell::<Operation<'_>>(&wire[..length]);
        nobody_can_tell::<Outcome<'_>>(&wire[..length]);
    }
    for index in 0..wire.len() {
        for byte in [0, 1, 4, 8, 14, 0x7f, 0x80, 0xff] {
            let mut broken = wire.clone();
            broken[index] = byte;
            nobody_can_tell::<Operation<'_>>(&broken);
            nobody_can_tell::<Outcome<'_>>(&broken);
        }
    }
}

#[test]
fn reads_among_writes_are_wrong_one_by_one_as_well() {
    let get = Operation::GetData(GetDataRequest::default());
    let wire = encoded(&Multi::from(&[delete("/a"), get][..]));
    nobody_can_tell::<Operation<'_>>(&wire);
    let mut parts = PartReader::<Operation<'_>>::new(Reader::new(&wire));
    assert!(parts.next().unwrap().is_ok());
    let error = parts.next().unwrap().unwrap_err();
    assert_eq!(
        error.kind,
        DecodeErrorKind::UnexpectedOperation(OpCode::GET_DATA)
    );
}
