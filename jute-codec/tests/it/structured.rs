//! The feature `arbitrary`: records made of a fuzzer's bytes.

use std::collections::BTreeSet;

use arbitrary::Arbitrary;
use arbitrary::Unstructured;
use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::Encode;
use jute_codec::OpCode;
use jute_codec::Permissions;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::SetWatches;
use jute_codec::Ustring;

fn noise() -> Vec<u8> {
    (0..4096_u32)
        .map(|n| (n * n / 7).to_be_bytes()[3])
        .collect()
}

#[test]
fn what_is_made_of_other_bytes_is_another_value() {
    let noise = noise();
    let mut seen = [const { BTreeSet::new() }; 4];
    for input in noise.chunks(32) {
        let input = || Unstructured::new(input);
        let text = Ustring::arbitrary(&mut input()).unwrap();
        let op = OpCode::arbitrary(&mut input()).unwrap();
        let permissions = Permissions::arbitrary(&mut input()).unwrap();
        let (named, other) = (op.name().is_some(), op.name().is_none());
        let first = text.as_bytes().and_then(<[u8]>::first);
        seen[0].extend(first.map(|byte| i32::from(*byte)));
        seen[1].extend(named.then_some(op.0));
        seen[2].extend(other.then_some(op.0));
        seen[3].insert(permissions.0);
    }
    let [texts, named, others, permissions] = seen.map(|seen| seen.len());
    assert!(texts > 1, "{texts} texts");
    assert!(named > 5, "{named} codes with a name");
    assert!(others > 5, "{others} codes without a name");
    assert!(permissions > 5, "{permissions} permissions");
}

#[test]
fn whatever_is_made_encodes_and_decodes_to_the_same() {
    let noise = noise();
    let mut with_items = 0;
    for start in 0..1024 {
        let mut input = Unstructured::new(&noise[start..start + 64]);
        let request = ConnectRequest::arbitrary(&mut input).unwrap();
        check(&request);

        // Zeros are empty strings; how many bytes a vector gets comes from the end of the input.
        let zeros = [&noise[start..start + 9], &[0; 64], &noise[start..start + 9]].concat();
        let mut input = Unstructured::new(&zeros);
        let watches = SetWatches::arbitrary(&mut input).unwrap();
        check(&watches);
        with_items += usize::from(!watches.data_watches.is_empty());
    }
    assert!(with_items > 0);
}

fn check<'a, T: Decode<'a> + Encode + PartialEq + std::fmt::Debug>(value: &T) {
    let mut wire = Vec::new();
    value.encode(&mut wire);
    let wire: &'static [u8] = wire.leak();
    let mut reader = Reader::with(wire, Reading::JAVA);
    assert_eq!(T::decode(&mut reader).as_ref(), Ok(value));
    assert!(reader.is_empty());
}
