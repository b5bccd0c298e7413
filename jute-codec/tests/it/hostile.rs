//! Bytes that are cut short, flipped, or lie about lengths.

use std::cell::Cell;
use std::hash::BuildHasher;
use std::hash::BuildHasherDefault;
use std::hash::DefaultHasher;

use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::DecodeErrorKind;
use jute_codec::Encode;
use jute_codec::Field;
use jute_codec::JuteType;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Schema;
use jute_codec::SetWatches;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::WatcherEvent;

use crate::readable::Value;
use crate::readable::decode;
use crate::readable::known_answers;
use crate::readable::parse;
use crate::readable::print;

/// A stretch of a payload that is read as one: it is all there, or the record is cut short.
struct Piece {
    record: &'static str,
    field: &'static str,
    length: usize,
    /// Items that follow, if this is a count.
    items: u32,
    /// The fewest bytes of each.
    item_min: usize,
    /// Whether the payload may end before it.
    trailing: bool,
}

fn pieces(records: &[&'static Schema], values: &[Vec<Value<'_>>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (schema, values) in records.iter().zip(values) {
        record_pieces(schema, values, &mut pieces);
    }
    pieces
}

fn record_pieces(schema: &'static Schema, values: &[Value<'_>], pieces: &mut Vec<Piece>) {
    for (field, value) in schema.fields.iter().zip(values) {
        value_pieces((schema, field), &field.ty, value, pieces);
    }
}

fn value_pieces(
    place: (&'static Schema, &'static Field),
    ty: &'static JuteType,
    value: &Value<'_>,
    pieces: &mut Vec<Piece>,
) {
    let (schema, field) = place;
    let mut piece = |length, items: usize, item_min| {
        pieces.push(Piece {
            record: schema.name,
            field: field.name,
            length,
            items: u32::try_from(items).unwrap(),
            item_min,
            trailing: field.trailing,
        });
    };
    let mut bytes = |bytes: Option<&[u8]>| {
        piece(4, 0, 1);
        piece(bytes.map_or(0, <[u8]>::len), 0, 1);
    };
    match (ty, value) {
        (_, Value::Boolean(value)) => piece(usize::from(value.is_some()), 0, 1),
        (_, Value::Int(..)) => piece(4, 0, 1),
        (_, Value::Long(_)) => piece(8, 0, 1),
        (_, Value::Buffer(buffer)) => bytes(*buffer),
        (_, Value::Text(text)) => bytes(text.as_bytes()),
        (JuteType::Vector(item), Value::List(items)) => {
            let items = items.as_deref().unwrap_or_default();
            piece(4, items.len(), min_len(item));
            for value in items {
                value_pieces(place, item, value, pieces);
            }
        }
        (JuteType::Record(schema), Value::Record(values)) => record_pieces(schema, values, pieces),
        _ => panic!("{value:?} is no {ty}"),
    }
}

/// The fewest bytes a type takes.
fn min_len(ty: &JuteType) -> usize {
    match ty {
        JuteType::Boolean => 1,
        JuteType::Long => 8,
        JuteType::Record(schema) => {
            let fields = schema.fields.iter().filter(|field| !field.trailing);
            fields.map(|field| min_len(&field.ty)).sum()
        }
        _ => 4,
    }
}

/// What has to come of a payload of `pieces` that ends after `length` bytes: an error by kind,
/// offset, record and field.
fn fate_of_prefix(
    pieces: &[Piece],
    length: usize,
) -> Option<(DecodeErrorKind, usize, &'static str, &'static str)> {
    let mut start = 0;
    for piece in pieces {
        let available = length - start;
        if available < piece.length && !piece.trailing {
            let needed = piece.length;
            let kind = DecodeErrorKind::UnexpectedEnd { needed, available };
            return Some((kind, start, piece.record, piece.field));
        }
        if available < piece.length {
            return None;
        }
        let left = available - piece.length;
        if piece.items as usize > left / piece.item_min {
            let kind = DecodeErrorKind::CountOverBytes {
                count: piece.items,
                available: left,
            };
            return Some((kind, start, piece.record, piece.field));
        }
        start += piece.length;
    }
    None
}

fn parts(error: DecodeError) -> (DecodeErrorKind, usize, &'static str, &'static str) {
    (error.kind, error.offset, error.record, error.field)
}

#[test]
fn every_prefix_errs_where_it_ends() {
    let mut legal = Vec::new();
    for answer in known_answers() {
        let records = answer.records();
        let pieces = pieces(&records, &parse(&answer.text));
        for length in 0..answer.payload().len() {
            let prefix = &answer.payload()[..length];
            let fate = fate_of_prefix(&pieces, length);
            for reading in [Reading::STRICT, Reading::JAVA] {
                let result = decode(&records, prefix, reading);
                assert_eq!(
                    result.err().map(parts),
                    fate,
                    "{} cut to {length}",
                    answer.name
                );
            }
            if fate.is_none() {
                legal.push((records[0].name, answer.payload().len() - length));
            }
        }
    }
    legal.sort_unstable();
    legal.dedup();
    assert_eq!(legal, [("ConnectRequest", 1), ("ConnectResponse", 1)]);
}

#[test]
fn no_flipped_byte_panics_and_what_still_decodes_goes_out_as_it_came() {
    for answer in known_answers() {
        let records = answer.records();
        for at in 0..answer.payload().len() {
            // All of them where that is quick, single bits elsewhere.
            let short = answer.payload().len() < 40;
            for flip in (1..=u8::MAX).filter(|flip| short || flip.is_power_of_two()) {
                let mut payload = answer.payload().to_vec();
                payload[at] ^= flip;
                let strict = decode(&records, &payload, Reading::STRICT);
                let lenient = decode(&records, &payload, Reading::JAVA);
                if strict.is_ok() {
                    assert_eq!(lenient, strict, "{} at {at}", answer.name);
                }
                if flip.is_power_of_two() {
                    let _ = lenient.map(|values| print(&records, &values));
                }
            }
        }
    }
}

#[test]
fn negative_lengths_below_null_are_refused() {
    for length in [-2, -3, i32::MIN] {
        let mut payload = length.to_be_bytes().to_vec();
        payload.extend([0; 64]);
        for reading in [Reading::STRICT, Reading::JAVA] {
            let mut reader = Reader::with(&payload, reading);
            let error = reader.buffer().unwrap_err();
            assert_eq!(error.kind, DecodeErrorKind::NegativeLength(length));
            assert_eq!(reader.ustring().unwrap_err(), error);
            assert_eq!(reader.offset(), 0, "a failed read takes nothing");
        }
    }
}

#[test]
fn lengths_beyond_the_payload_are_refused() {
    for length in [3, 0xf_ffff, i32::MAX] {
        let mut payload = length.to_be_bytes().to_vec();
        payload.extend(*b"ab");
        let mut reader = Reader::new(&payload);
        let error = reader.buffer().unwrap_err();
        let needed = usize::try_from(length).unwrap();
        let available = 2;
        assert_eq!(
            error.kind,
            DecodeErrorKind::UnexpectedEnd { needed, available }
        );
        assert_eq!(error.offset, 4);
        assert_eq!(reader.ustring().unwrap_err(), error);
        assert_eq!(reader.offset(), 0, "a failed read takes nothing");
    }
}

thread_local! {
    static ITEMS_READ: Cell<usize> = const { Cell::new(0) };
}

/// An item that counts how often one is read.
#[derive(Clone, Debug)]
struct Watched;

impl<'a> Decode<'a> for Watched {
    const TYPE: JuteType = JuteType::Boolean;
    const MIN_LEN: usize = 1;

    fn decode(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        ITEMS_READ.set(ITEMS_READ.get() + 1);
        reader.boolean().map(|_| Self)
    }
}

#[test]
fn count_bombs_are_refused_without_a_look_at_an_item() {
    for reading in [Reading::STRICT, Reading::JAVA] {
        for (count, left) in [
            (2, 1),
            (1, 0),
            (i32::MAX, 1),
            (i32::MAX, 4096),
            (4097, 4096),
        ] {
            let mut payload = count.to_be_bytes().to_vec();
            payload.extend(vec![0; left]);
            let mut reader = Reader::with(&payload, reading);
            let error = Vector::<Watched>::decode(&mut reader).unwrap_err();
            let kind = DecodeErrorKind::CountOverBytes {
                count: count.cast_unsigned(),
                available: left,
            };
            assert_eq!((error.kind, error.offset), (kind, 0));
            assert_eq!(reader.offset(), 0, "a failed read takes nothing");
            assert_eq!(ITEMS_READ.get(), 0);
        }
    }
    // The other side of the limit is read.
    let payload = [0, 0, 0, 3, 0, 0, 0];
    assert_eq!(Vector::<Watched>::from_payload(&payload).unwrap().len(), 3);
    assert_eq!(ITEMS_READ.get(), 3);
}

#[test]
fn five_byte_bomb_is_refused_in_every_vector() {
    // A count of two billion and one byte: four times what a naive reader would reserve.
    let bomb = b"\x7f\xff\xff\xff\0";
    let kind = DecodeErrorKind::CountOverBytes {
        count: i32::MAX.cast_unsigned(),
        available: 1,
    };
    let mut payload = vec![0; 8];
    for field in ["dataWatches", "existWatches", "childWatches"] {
        let bombed = [&payload[..], bomb].concat();
        let error = SetWatches::from_payload(&bombed).unwrap_err();
        assert_eq!((error.kind, error.field), (kind, field));
        payload.extend([0; 4]);
    }
}

#[test]
fn counts_of_items_that_are_longer_than_a_byte_are_held_against_their_length() {
    let mut payload = 3_i32.to_be_bytes().to_vec();
    payload.extend([0xff; 11]);
    let error = Vector::<Ustring<'_>>::from_payload(&payload).unwrap_err();
    let kind = DecodeErrorKind::CountOverBytes {
        count: 3,
        available: 11,
    };
    assert_eq!(error.kind, kind);
    payload.push(0xff);
    let vector = Vector::<Ustring<'_>>::from_payload(&payload).unwrap();
    assert!(vector.iter().all(Ustring::is_null));
    assert_eq!(vector.iter().count(), 3);
}

#[test]
fn bytes_are_taken_as_they_are_or_not_at_all() {
    let mut reader = Reader::new(&[7, 8, 9]);
    assert_eq!(reader.take_array(), Ok([7, 8]));
    let error = reader.take_array::<2>().unwrap_err();
    let (needed, available) = (2, 1);
    assert_eq!(
        (error.kind, error.offset),
        (DecodeErrorKind::UnexpectedEnd { needed, available }, 2)
    );
    assert_eq!(reader.take(1), Ok(&[9][..]));
    assert!(reader.is_empty());
}

#[test]
fn null_buffer_is_not_empty_buffer() {
    type Buffer<'a> = Option<&'a [u8]>;
    assert_eq!(Buffer::from_payload(b"\xff\xff\xff\xff"), Ok(None));
    assert_eq!(Buffer::from_payload(b"\0\0\0\0"), Ok(Some(&[][..])));
    assert_eq!(encoded(&None::<&[u8]>), b"\xff\xff\xff\xff");
    assert_eq!(encoded(&Some(&[][..])), b"\0\0\0\0");
}

#[test]
fn null_ustring_is_not_empty_ustring() {
    let null = Ustring::from_payload(b"\xff\xff\xff\xff").unwrap();
    let empty = Ustring::from_payload(b"\0\0\0\0").unwrap();
    assert_ne!(null, empty);
    assert_eq!(
        (null.is_null(), null.as_str(), null.as_bytes()),
        (true, None, None)
    );
    assert_eq!((empty.is_null(), empty.as_str()), (false, Some("")));
    assert_eq!(null, Ustring::NULL);
    assert_eq!(empty, Ustring::new(""));
    assert_eq!(empty, Ustring::from_bytes(b""));
    let hash = |text| BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
    assert_ne!(hash(null), hash(empty));
    assert_ne!(hash(empty), hash(Ustring::new("/a")));
    assert_eq!(encoded(&null), b"\xff\xff\xff\xff");
    assert_eq!(encoded(&empty), b"\0\0\0\0");
}

#[test]
fn null_vector_is_not_empty_vector() {
    let null = Vector::<Ustring<'_>>::from_payload(b"\xff\xff\xff\xff").unwrap();
    let empty = Vector::<Ustring<'_>>::from_payload(b"\0\0\0\0").unwrap();
    assert_ne!(null, empty);
    assert_eq!(
        (null.is_null(), null.len(), null.is_empty()),
        (true, 0, true)
    );
    assert_eq!(
        (empty.is_null(), empty.len(), empty.is_empty()),
        (false, 0, true)
    );
    assert_eq!(null, Vector::NULL);
    assert_eq!(empty, Vector::EMPTY);
    assert_eq!(encoded(&null), b"\xff\xff\xff\xff");
    assert_eq!(encoded(&empty), b"\0\0\0\0");
    assert_eq!(encoded(&Vector::<Ustring<'_>>::NULL), b"\xff\xff\xff\xff");
    assert_eq!(encoded(&Vector::<Ustring<'_>>::EMPTY), b"\0\0\0\0");
}

#[test]
fn vectors_differ_by_any_item_and_by_length() {
    let wire = b"\0\0\0\x02\0\0\0\x01a\xff\xff\xff\xff";
    let vector = Vector::<Ustring<'_>>::from_payload(wire).unwrap();
    let same = [Ustring::new("a"), Ustring::NULL];
    let other = [Ustring::new("a"), Ustring::new("")];
    assert_eq!(vector, Vector::from(&same[..]));
    assert_ne!(vector, Vector::from(&other[..]));
    assert_ne!(vector, Vector::from(&same[..1]));
    assert_eq!(vector.iter().len(), 2);
    assert!(vector.into_iter().eq(same));
}

#[test]
fn booleans_other_than_0_and_1_are_true_to_java_alone() {
    for byte in [2, 0x80, 255] {
        let payload = [byte];
        let error = bool::from_payload(&payload).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::InvalidBoolean(byte));
        let mut reader = Reader::new(&payload);
        assert!(reader.boolean().is_err());
        let mut reader = Reader::with(&payload, Reading::JAVA);
        assert_eq!(reader.boolean(), Ok(true));
        let mut request = encoded(&ConnectRequest::default());
        request.push(byte);
        let error = ConnectRequest::from_payload(&request).unwrap_err();
        assert_eq!((error.field, error.offset), ("readOnly", 28));
        let mut reader = Reader::with(&request, Reading::JAVA);
        let request = ConnectRequest::decode(&mut reader).unwrap();
        assert_eq!(request.read_only, Some(true));
    }
    assert_eq!(bool::from_payload(&[0]), Ok(false));
    assert_eq!(bool::from_payload(&[1]), Ok(true));
}

#[test]
fn text_that_is_not_utf_8_passes_java_unharmed_and_strict_not_at_all() {
    // U+1F418 as Java writes it: each half of the surrogate pair in three bytes.
    let cesu_8 = b"\xed\xa0\xbd\xed\xb0\x98";
    let cases: [(&[u8], usize); 4] = [
        (cesu_8, 0),
        (b"/a\xff", 2),
        (b"\xc0\x80", 0),
        (b"\xe2\x82", 0),
    ];
    for (text, valid_up_to) in cases {
        let wire = encoded(&Some(text));
        let error = Ustring::from_payload(&wire).unwrap_err();
        let kind = DecodeErrorKind::InvalidUtf8 { valid_up_to };
        assert_eq!((error.kind, error.offset), (kind, 0));
        let mut reader = Reader::new(&wire);
        assert!(reader.ustring().is_err());
        assert_eq!(reader.offset(), 0, "a failed read takes nothing");

        let mut reader = Reader::with(&wire, Reading::JAVA);
        let read = reader.ustring().unwrap();
        assert_eq!((read.as_str(), read.as_bytes()), (None, Some(text)));
        assert_eq!(read, Ustring::from_bytes(text));
        assert_eq!(encoded(&read), wire);

        let event = WatcherEvent {
            path: Ustring::from_bytes(text),
            ..WatcherEvent::default()
        };
        let wire = encoded(&event);
        let mut reader = Reader::with(&wire, Reading::JAVA);
        let read = WatcherEvent::decode(&mut reader).unwrap();
        assert_eq!(read, event);
        assert_eq!(encoded(&read), wire);
    }
}

#[test]
fn text_with_a_zero_byte_is_text() {
    let wire = b"\0\0\0\x03a\0b";
    assert_eq!(Ustring::from_payload(wire).unwrap().as_str(), Some("a\0b"));
}

#[test]
fn lenient_text_inside_a_vector_is_read_again_as_leniently() {
    let wire = b"\0\0\0\x02\0\0\0\x01\xff\0\0\0\x01a";
    assert!(Vector::<Ustring<'_>>::from_payload(wire).is_err());
    let mut reader = Reader::with(wire, Reading::JAVA);
    let vector = Vector::<Ustring<'_>>::decode(&mut reader).unwrap();
    let items: Vec<_> = vector.iter().map(Ustring::as_bytes).collect();
    assert_eq!(items, [Some(&b"\xff"[..]), Some(&b"a"[..])]);
    assert_eq!(encoded(&vector), wire);
}

#[test]
fn counts_below_null_are_empty_to_java_alone() {
    for count in [-2, i32::MIN] {
        let wire = count.to_be_bytes();
        let error = Vector::<Ustring<'_>>::from_payload(&wire).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::NegativeCount(count));
        let mut reader = Reader::with(&wire, Reading::JAVA);
        let vector = Vector::<Ustring<'_>>::decode(&mut reader).unwrap();
        assert_eq!(vector, Vector::EMPTY);
        assert_eq!(
            encoded(&vector),
            [0; 4],
            "what is sent on is a count Java would write"
        );
    }
}

#[test]
fn trailing_bytes_are_nothing_to_java_alone() {
    for answer in known_answers() {
        let records = answer.records();
        let values = parse(&answer.text);
        let optional = matches!(values[0].last(), Some(Value::Boolean(None)));
        if optional {
            continue;
        }
        for count in [1, 8, 100] {
            let mut payload = answer.payload().to_vec();
            payload.extend(vec![0; count]);
            let error = decode(&records, &payload, Reading::STRICT).unwrap_err();
            assert_eq!(error.kind, DecodeErrorKind::TrailingBytes(count));
            assert_eq!(error.offset, answer.payload().len());
            let lenient = decode(&records, &payload, Reading::JAVA).unwrap();
            assert_eq!(print(&records, &lenient), answer.text);
        }
    }
}

#[test]
fn byte_behind_a_short_connect_record_is_its_read_only() {
    let short = encoded(&ConnectResponse::default());
    assert_eq!(
        ConnectResponse::from_payload(&short).unwrap().read_only,
        None
    );
    let long = [&short[..], &[1]].concat();
    assert_eq!(
        ConnectResponse::from_payload(&long).unwrap().read_only,
        Some(true)
    );
}

#[test]
fn password_of_17_swallows_the_read_only_byte() {
    let mut wire = encoded(&ConnectRequest {
        passwd: Some(&[7; 16]),
        read_only: Some(true),
        ..ConnectRequest::default()
    });
    wire[27] = 17;
    let request = ConnectRequest::from_payload(&wire).unwrap();
    assert_eq!(request.passwd.map(<[u8]>::len), Some(17));
    assert_eq!(request.read_only, None);
}

#[test]
fn error_names_the_innermost_record() {
    let error = AuthPacket::from_payload(&[0; 7]).unwrap_err();
    assert_eq!((error.record, error.field), ("AuthPacket", "scheme"));
    let outer = error.in_field("Outer", "inner");
    assert_eq!(outer, error);
}

fn encoded(value: &impl Encode) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out);
    assert_eq!(out.len(), value.encoded_len());
    out
}
