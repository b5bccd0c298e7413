//! The feature `arbitrary`: records made of a fuzzer's bytes.

use arbitrary::Arbitrary;
use arbitrary::Unstructured;
use jute_codec::ConnectRequest;
use jute_codec::Decode;
use jute_codec::Encode;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::SetWatches;

#[test]
fn whatever_is_made_encodes_and_decodes_to_the_same() {
    let noise: Vec<u8> = (0..4096_u32)
        .map(|n| (n * n / 7).to_be_bytes()[3])
        .collect();
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
