//! What other protocols' codecs ran out of memory and of stack by.

use jute_codec::Decode;
use jute_codec::DecodeErrorKind;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::JuteType;
use jute_codec::Multi;
use jute_codec::MultiHeader;
use jute_codec::MultiTxn;
use jute_codec::OpCode;
use jute_codec::Operation;
use jute_codec::Outcome;
use jute_codec::RECORDS;
use jute_codec::Reader;
use jute_codec::Reading;

use crate::readable;

/// The fewest bytes of a type, as zeros: 0, false, no bytes and no items.
fn zeros(ty: &JuteType) -> usize {
    match ty {
        JuteType::Boolean => 1,
        JuteType::Long => 8,
        JuteType::Record(schema) => schema.fields.iter().map(|field| zeros(&field.ty)).sum(),
        _ => 4,
    }
}

/// Five bytes that had another protocol's codec ask for 154 GB: a count of two billion, and a byte.
#[test]
fn five_byte_bomb_is_refused_in_every_vector_of_every_record() {
    let mut vectors = 0;
    for schema in RECORDS {
        let mut payload = Vec::new();
        for field in schema.fields {
            if matches!(field.ty, JuteType::Vector(_)) {
                vectors += 1;
                let bombed = [&payload[..], b"\x7f\xff\xff\xff\0"].concat();
                for reading in [Reading::STRICT, Reading::JAVA] {
                    let info = allocation_counter::measure(|| {
                        let error = readable::decode(&[schema], &bombed, reading).unwrap_err();
                        let kind = DecodeErrorKind::CountOverBytes {
                            count: i32::MAX.cast_unsigned(),
                            available: 1,
                        };
                        assert_eq!((error.kind, error.field), (kind, field.name));
                    });
                    assert!(info.bytes_max < 1024, "{info:?}");
                }
            }
            payload.extend(vec![0; zeros(&field.ty)]);
        }
    }
    assert_eq!(vectors, 24);
}

/// What had another protocol's codec run out of stack: 300 000 things, each within the one before.
#[test]
fn nesting_bomb_is_refused_or_not_looked_into() {
    const DEEP: usize = 300_000;
    let nested = nested_header().repeat(DEEP);
    for reading in [Reading::STRICT, Reading::JAVA] {
        let refused = DecodeErrorKind::UnexpectedOperation(OpCode::MULTI);
        let mut reader = Reader::with(&nested, reading);
        let error = Multi::<Operation<'_>>::decode(&mut reader).unwrap_err();
        assert_eq!((error.kind, error.offset), (refused, 0));
        let mut reader = Reader::with(&nested, reading);
        let error = Multi::<Outcome<'_>>::decode(&mut reader).unwrap_err();
        assert_eq!((error.kind, error.offset), (refused, 0));
    }

    // A transaction is a buffer, and what is in it is for whoever wants to know.
    let level = 4 + 4 + 4;
    let mut txns = Vec::new();
    for left in (0..DEEP).rev() {
        txns.extend(1_i32.to_be_bytes());
        txns.extend(OpCode::MULTI.0.to_be_bytes());
        txns.extend(i32::try_from(left * level).unwrap().to_be_bytes());
    }
    let mut payload = &txns[..];
    let mut depth = 0;
    while !payload.is_empty() {
        let multi = MultiTxn::from_payload(payload).unwrap();
        payload = multi.txns.iter().next().unwrap().data.unwrap();
        depth += 1;
    }
    assert_eq!(depth, DEEP);
}

fn nested_header() -> Vec<u8> {
    let mut header = Vec::new();
    let (op, err) = (OpCode::MULTI, ErrorCode(-1));
    MultiHeader {
        op,
        done: false,
        err,
    }
    .encode(&mut header);
    header
}
