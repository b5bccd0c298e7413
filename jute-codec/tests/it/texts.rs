//! Vectors of text, checked as a whole where that will do: nobody can tell.

use std::fmt::Debug;

use jute_codec::Acl;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::DecodeErrorKind;
use jute_codec::GetAclRequest;
use jute_codec::Id;
use jute_codec::Permissions;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Ustring;
use jute_codec::Vector;
use proptest::collection::vec;
use proptest::prelude::*;

/// Names on the wire, none of which has to be text.
fn wire(names: &[Option<&[u8]>]) -> Vec<u8> {
    let mut out = i32::try_from(names.len()).unwrap().to_be_bytes().to_vec();
    for name in names {
        let length = name.map_or(-1, |name| i32::try_from(name.len()).unwrap());
        out.extend(length.to_be_bytes());
        out.extend(name.unwrap_or_default());
    }
    out
}

/// What reading the items one by one says, whole vectors being what is under test.
fn one_by_one<'a, T: Decode<'a>>(
    wire: &'a [u8],
    reading: Reading,
) -> Result<(Vec<T>, usize), DecodeError> {
    let mut reader = Reader::with(wire, reading);
    let count = reader.count(T::MIN_LEN)?.unwrap();
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(T::decode(&mut reader)?);
    }
    Ok((items, reader.offset()))
}

#[track_caller]
fn nobody_can_tell<'a, T>(wire: &'a [u8])
where
    T: Decode<'a> + Clone + Debug + PartialEq + 'a,
{
    for reading in [Reading::STRICT, Reading::JAVA] {
        let mut reader = Reader::with(wire, reading);
        let whole = Vector::<T>::decode(&mut reader).map(|vector| {
            assert_eq!(vector.iter().count(), vector.len());
            (vector.iter().collect(), reader.offset())
        });
        assert_eq!(whole, one_by_one(wire, reading));
    }
}

#[test]
fn names_of_every_kind_read_as_they_do_one_by_one() {
    let long = [b'x'; 200];
    let longer = [b'x'; 0x81];
    let kinds: [Option<&[u8]>; 8] = [
        Some(b"plain"),
        Some(b""),
        Some("µ-😀".as_bytes()),
        Some(&long),
        Some(&longer),
        None,
        Some(b"\xed\xa0\xbd"),
        Some(b"\xc3"),
    ];
    for first in kinds {
        for second in kinds {
            for third in kinds {
                nobody_can_tell::<Ustring<'_>>(&wire(&[first, second, third]));
            }
        }
    }
}

#[test]
fn a_character_across_a_length_and_a_name_is_none() {
    // 0xc3 ends the length of 195 bytes, 0xa9 starts the name: together they are an é.
    let mut name = [b'x'; 0xc3];
    name[0] = 0xa9;
    let wire = wire(&[Some(&name)]);
    assert!(str::from_utf8(&wire).is_ok());
    let error = Vector::<Ustring<'_>>::from_payload(&wire).unwrap_err();
    let valid_up_to = 0;
    assert_eq!(error.kind, DecodeErrorKind::InvalidUtf8 { valid_up_to });
    assert_eq!(error.offset, 4);
    nobody_can_tell::<Ustring<'_>>(&wire);
}

#[test]
fn a_character_across_an_identity_and_permissions_is_none() {
    // The identity ends in 0xc3, the next permissions start with 0xa9.
    let mut out = vec![0, 0, 0, 2];
    for perms in [[0, 0, 0, 31], [0xa9, 0, 0, 31]] {
        out.extend(perms);
        out.extend(*b"\0\0\0\x02ip\0\0\0\x02a\xc3");
    }
    let error = Vector::<Acl<'_>>::from_payload(&out).unwrap_err();
    assert_eq!((error.record, error.field, error.offset), ("Id", "id", 14));
    nobody_can_tell::<Acl<'_>>(&out);
}

#[test]
fn permissions_of_any_kind_are_kept() {
    for perms in [0, 31, 0x80, 0x1_0000, -1, i32::MIN, i32::MAX] {
        let mut out = vec![0, 0, 0, 1];
        out.extend(perms.to_be_bytes());
        out.extend(*b"\0\0\0\x02ip\0\0\0\x01a");
        let acl = Vector::<Acl<'_>>::from_payload(&out).unwrap();
        let perms = Permissions(perms);
        let id = Id {
            scheme: Ustring::new("ip"),
            id: Ustring::new("a"),
        };
        assert_eq!(acl, Vector::from(&[Acl { perms, id }][..]));
        nobody_can_tell::<Acl<'_>>(&out);
    }
}

#[test]
fn a_vector_cut_anywhere_errs_as_its_items_do() {
    let whole = wire(&[Some(b"one"), Some("zwölf".as_bytes()), Some(&[b'x'; 130])]);
    for end in 4..whole.len() {
        nobody_can_tell::<Ustring<'_>>(&whole[..end]);
        nobody_can_tell::<GetAclRequest<'_>>(&whole[..end]);
    }
}

proptest! {
    #[test]
    fn any_bytes_read_as_they_do_one_by_one(
        count in 0..4_u8,
        pieces in vec(prop_oneof![
            (0..5_u8).prop_map(|length| vec![0, 0, 0, length]),
            vec(prop_oneof![Just(0xc3), Just(0xa9), Just(b'a'), any::<u8>()], 0..5),
        ], 0..9),
    ) {
        let wire = [vec![0, 0, 0, count], pieces.concat()].concat();
        if Reader::new(&wire).count(4).is_ok() {
            nobody_can_tell::<Ustring<'_>>(&wire);
        }
        if Reader::new(&wire).count(12).is_ok() {
            nobody_can_tell::<Acl<'_>>(&wire);
        }
    }
}
