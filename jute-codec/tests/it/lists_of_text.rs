//! Vectors of text, checked many items at a time, are read as their items are one by one.

use std::fmt::Debug;

use jute_codec::Acl;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::Encode;
use jute_codec::Permissions;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Ustring;
use jute_codec::Vector;
use proptest::collection::vec;
use proptest::prelude::*;

/// What stands behind the vector, and looks like more items.
const BEHIND: &[u8] = b"\0\0\0\x01a\0\0\0\x01\xc3";

/// Null, short, as long as a length that is not ASCII, longer than is checked at once, not UTF-8.
fn text() -> impl Strategy<Value = Option<Vec<u8>>> {
    let of_length = |length| Just(Some(vec![b'n'; length]));
    prop_oneof![
        1 => Just(None),
        8 => "[a-z0-9-]{0,20}".prop_map(|text| Some(text.into_bytes())),
        2 => "\\PC{0,60}".prop_map(|text| Some(text.into_bytes())),
        4 => (120..136_usize).prop_flat_map(of_length),
        1 => (1000..1060_usize).prop_flat_map(of_length),
        1 => (0..40_000_usize).prop_flat_map(of_length),
        // Its length, of 0xc3a9 and the like, is a character.
        1 => (0x80..0xc0_usize).prop_flat_map(move |low| of_length(0xc300 | low)),
        2 => vec(prop_oneof![Just(b'a'), Just(0x80), Just(0xc3), any::<u8>()], 0..9).prop_map(Some),
    ]
}

fn put(text: Option<&[u8]>, out: &mut Vec<u8>) {
    text.encode(out);
}

/// Each item by itself.
fn one_by_one<'a, T: Decode<'a>>(bytes: &'a [u8], reading: Reading) -> Result<Vec<T>, DecodeError> {
    let mut reader = Reader::with(bytes, reading);
    let count = reader.count(T::MIN_LEN)?.unwrap_or_default();
    let items: Result<Vec<T>, _> = (0..count).map(|_| T::decode(&mut reader)).collect();
    assert!(items.is_err() || reader.rest() == BEHIND);
    items
}

fn is_read_as_its_items<'a, T>(bytes: &'a [u8]) -> Result<(), TestCaseError>
where
    T: Decode<'a> + Encode + Clone + PartialEq + Debug + 'a,
{
    for reading in [Reading::STRICT, Reading::JAVA] {
        let expected = one_by_one::<T>(bytes, reading);
        let mut reader = Reader::with(bytes, reading);
        let vector = Vector::<T>::decode(&mut reader);
        let in_turn = vector.map(|vector| {
            // `next` and `fold` go different ways.
            let mut in_turn = Vec::new();
            for item in &vector {
                in_turn.push(item);
            }
            let folded = vector.iter().fold(Vec::new(), |mut folded, item| {
                folded.push(item);
                folded
            });
            assert_eq!(in_turn, folded);
            assert_eq!(vector.len(), in_turn.len());
            assert_eq!(vector.encoded_len(), bytes.len() - BEHIND.len());
            assert_eq!(reader.rest(), BEHIND);
            in_turn
        });
        prop_assert_eq!(in_turn, expected);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn names(texts in vec(text(), 0..40)) {
        let mut bytes = Vec::new();
        i32::try_from(texts.len()).unwrap().encode(&mut bytes);
        texts.iter().for_each(|text| put(text.as_deref(), &mut bytes));
        bytes.extend(BEHIND);
        is_read_as_its_items::<Ustring<'_>>(&bytes)?;
    }

    #[test]
    fn acls(acls in vec((any::<i32>(), text(), text()), 0..20)) {
        let mut bytes = Vec::new();
        i32::try_from(acls.len()).unwrap().encode(&mut bytes);
        for (perms, scheme, id) in &acls {
            perms.encode(&mut bytes);
            put(scheme.as_deref(), &mut bytes);
            put(id.as_deref(), &mut bytes);
        }
        bytes.extend(BEHIND);
        is_read_as_its_items::<Acl<'_>>(&bytes)?;
    }

    #[test]
    fn ints_alone(ints in vec(prop_oneof![0..128_i32, any::<i32>()], 0..40)) {
        let mut bytes = Vec::new();
        i32::try_from(ints.len()).unwrap().encode(&mut bytes);
        ints.iter().for_each(|int: &i32| int.encode(&mut bytes));
        bytes.extend(BEHIND);
        is_read_as_its_items::<Permissions>(&bytes)?;
    }
}

/// The bits of all of its bytes together are those that ASCII lacks, and none else.
#[test]
fn a_text_of_the_ends_of_characters_is_none() {
    let mut bytes = vec![0, 0, 0, 1];
    put(Some(&[0x80; 8]), &mut bytes);
    bytes.extend(BEHIND);
    is_read_as_its_items::<Ustring<'_>>(&bytes).unwrap();
    assert!(one_by_one::<Ustring<'_>>(&bytes, Reading::STRICT).is_err());
}

/// Each half of a character is on one side of a border between items, in every way there is.
#[test]
fn no_character_reaches_across_items() {
    for (text, next) in [
        // 0xc3 0x80 are the end of a text and the start of a length, which then is negative.
        (&b"a\xc3"[..], &b"\x80\0\0\x01b"[..]),
        // 0xc3 0xa9 are the end of a length, of 195, and the start of a text.
        (b"a", &[&b"\0\0\0\xc3\xa9"[..], &[b'b'; 194]].concat()),
        // The same within a length, of 50 089.
        (b"a", &[&b"\0\0\xc3\xa9"[..], &[b'b'; 0xc3a9]].concat()),
    ] {
        let mut bytes = vec![0, 0, 0, 2];
        put(Some(text), &mut bytes);
        bytes.extend(next);
        bytes.extend(BEHIND);
        is_read_as_its_items::<Ustring<'_>>(&bytes).unwrap();
    }
}
