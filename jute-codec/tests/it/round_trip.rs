//! Whatever can be held goes out and comes back the same, for every record.

use std::fmt::Debug;

use jute_codec::AuthPacket;
use jute_codec::Decode;
use jute_codec::Encode;
use jute_codec::HANDWRITTEN_RECORDS;
use jute_codec::JuteType;
use jute_codec::OpCode;
use jute_codec::RECORDS;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Record;
use jute_codec::RequestHeader;
use jute_codec::Schema;
use jute_codec::Ustring;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::TestRunner;

use crate::readable::Value;
use crate::readable::wire;

fn encoded(value: &impl Encode) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out);
    assert_eq!(out.len(), value.encoded_len(), "encoded_len is exact");
    out
}

/// `wire` is what `value` encodes to.
fn returns<'a, T: Decode<'a> + Encode + PartialEq + Debug>(value: &T, wire: &'a [u8]) {
    assert!(wire.len() >= T::MIN_LEN);
    let strict = T::from_payload(wire).unwrap();
    assert_eq!(&strict, value);
    assert_eq!(encoded(&strict), wire);
    let mut reader = Reader::with(wire, Reading::JAVA);
    assert_eq!(&T::decode(&mut reader).unwrap(), value);
    assert!(reader.is_empty());
}

macro_rules! returning {
    ($($record:ident $(<$life:lifetime>)? { $($field:ident),+ })+) => {
        /// The record called `name` that holds `values` returns.
        fn record_returns(name: &str, values: Vec<Value<'static>>) {
            let mut expected = Vec::new();
            values.iter().for_each(|value| wire(value, &mut expected));
            $(if name == <any_life!($record $($life)?) as Record>::SCHEMA.name {
                let record = jute_codec::$record::from(Value::Record(values));
                assert_eq!(encoded(&record), expected);
                return returns(&record, &expected);
            })+
            panic!("there is no record called {name}")
        }
    };
}

every_record!(returning);

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of(any::<String>())
}

fn ustring(text: &Option<String>) -> Ustring<'_> {
    text.as_deref().map_or(Ustring::NULL, Ustring::new)
}

/// Whatever a field may hold. What it borrows is leaked.
fn value(ty: &JuteType, trailing: bool) -> BoxedStrategy<Value<'static>> {
    match ty {
        JuteType::Boolean if trailing => any::<Option<bool>>().prop_map(Value::Boolean).boxed(),
        JuteType::Boolean => any::<bool>().prop_map(|b| Value::Boolean(Some(b))).boxed(),
        JuteType::Int => any::<i32>().prop_map(|n| Value::Int(n, None)).boxed(),
        JuteType::Long => any::<i64>().prop_map(Value::Long).boxed(),
        JuteType::Buffer => prop::option::of(prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|bytes| Value::Buffer(bytes.map(|bytes| &*bytes.leak())))
            .boxed(),
        JuteType::Ustring => text()
            .prop_map(|text| {
                Value::Text(text.map_or(Ustring::NULL, |text| Ustring::new(text.leak())))
            })
            .boxed(),
        JuteType::Vector(item) => prop::option::of(prop::collection::vec(value(item, false), 0..5))
            .prop_map(Value::List)
            .boxed(),
        JuteType::Record(schema) => record(schema).prop_map(Value::Record).boxed(),
        _ => panic!("no record has a {ty}"),
    }
}

pub(crate) fn record(schema: &Schema) -> impl Strategy<Value = Vec<Value<'static>>> + use<> {
    let fields = schema.fields.iter();
    fields
        .map(|field| value(&field.ty, field.trailing))
        .collect::<Vec<_>>()
}

#[test]
fn whatever_a_record_holds_returns() {
    for schema in RECORDS.iter().chain(HANDWRITTEN_RECORDS) {
        let mut runner = TestRunner::new(Config::with_cases(64));
        let result = runner.run(&record(schema), |values| {
            record_returns(schema.name, values);
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{}: {error}", schema.name));
    }
}

proptest! {
    #[test]
    fn header_and_body_return_one_behind_the_other(
        (xid, op, auth_type) in any::<(i32, i32, i32)>(),
        scheme in text(),
        auth in prop::option::of(prop::collection::vec(any::<u8>(), 0..40)),
    ) {
        let header = RequestHeader { xid, op: OpCode(op) };
        let body = AuthPacket { auth_type, scheme: ustring(&scheme), auth: auth.as_deref() };
        let wire = encoded(&(header, &body));
        let mut reader = Reader::new(&wire);
        prop_assert_eq!(RequestHeader::decode(&mut reader), Ok(header));
        prop_assert_eq!(reader.rest(), encoded(&body));
        prop_assert_eq!(AuthPacket::decode(&mut reader), Ok(body));
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn any_bytes_of_text_return_from_a_lenient_reader(
        bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let wire = encoded(&Ustring::from_bytes(&bytes));
        let mut reader = Reader::with(&wire, Reading::JAVA);
        let text = reader.ustring().unwrap();
        prop_assert_eq!(text.as_bytes(), Some(&bytes[..]));
        prop_assert_eq!(text.as_str(), std::str::from_utf8(&bytes).ok());
        prop_assert_eq!(encoded(&text), wire);
    }
}
