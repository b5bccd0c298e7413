//! The codec and its twin on values of every class, whole, cut short, flipped, and on noise.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::sync::LazyLock;

use jute_codec::RECORDS;
use proptest::prelude::*;
use zk_conformance::idl;
use zk_conformance::idl::Class;
use zk_conformance::idl::Idl;
use zk_conformance::idl::Module;
use zk_conformance::idl::Type;
use zk_conformance::oracle::Manner;
use zk_conformance::oracle::Oracle;
use zk_conformance::oracle::Value;
use zk_fuzz::differential;
use zk_fuzz::number_of;

static SCHEMA: LazyLock<Idl> = LazyLock::new(|| {
    idl::parse(include_str!("../../testdata/zookeeper.jute")).expect("a schema file")
});

fn record(module: &'static Module, class: &'static Class) -> BoxedStrategy<Value<'static>> {
    let fields: Vec<_> = class
        .fields
        .iter()
        .map(|field| value(module, &field.ty).prop_map(|value| (field.name.as_str(), value)))
        .collect();
    fields.prop_map(Value::Record).boxed()
}

fn value(module: &'static Module, ty: &'static Type) -> BoxedStrategy<Value<'static>> {
    let or_null =
        |strategy: BoxedStrategy<_>| prop_oneof![1 => Just(Value::Null), 4 => strategy].boxed();
    match ty {
        Type::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        Type::Int => any::<i32>().prop_map(Value::Int).boxed(),
        Type::Long => any::<i64>().prop_map(Value::Long).boxed(),
        Type::Ustring => {
            // Some as long as a length that is not ASCII.
            let text = prop_oneof![8 => "\\PC{0,6}", 1 => "[a-z]{126,130}", 1 => "\\PC{60,90}"];
            or_null(
                text.prop_map(|text| Value::Bytes(text.into_bytes()))
                    .boxed(),
            )
        }
        Type::Buffer => {
            let bytes = prop::collection::vec(any::<u8>(), 0..9).prop_map(Value::Bytes);
            or_null(bytes.boxed())
        }
        Type::Vector(item) => {
            let items = prop::collection::vec(value(module, item), 0..4).prop_map(Value::List);
            or_null(items.boxed())
        }
        Type::Class(path) => {
            let (module, class) = SCHEMA.resolve(&module.name, path).expect("a class");
            record(module, class)
        }
        other => unreachable!("{other} is in no record"),
    }
}

/// A class by its name, and a value of it.
fn any_value() -> impl Strategy<Value = (&'static str, Value<'static>)> {
    let classes: Vec<_> = SCHEMA.classes().zip(RECORDS).collect();
    (0..classes.len()).prop_flat_map(move |index| {
        let ((module, class), known) = classes[index];
        record(module, class).prop_map(move |value| (known.name, value))
    })
}

/// A class or a multi by its number.
fn any_number() -> impl Strategy<Value = u8> {
    let classes = RECORDS.iter().map(|class| number_of(class.name));
    let numbers: Vec<_> = classes.flatten().chain([192, 193]).collect();
    prop::sample::select(numbers)
}

/// Holds the two together, read either way.
fn agree(class: &str, bytes: &[u8]) {
    agree_on(number_of(class).expect("a number"), bytes);
}

/// Holds the two together on a class or a multi.
fn agree_on(number: u8, bytes: &[u8]) {
    for manner in [0, 1] {
        differential(&[&[number, manner][..], bytes].concat());
    }
}

fn encoded(value: &Value<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.encode(&mut bytes);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2048,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn both_take_every_value_and_leave_what_is_behind_it(
        (class, value) in any_value(),
        behind in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        let bytes = [&encoded(&value)[..], &behind].concat();
        let oracle = Oracle::new(&SCHEMA).unwrap();
        prop_assert_eq!(oracle.decode(class, Manner::Strict, &bytes), Ok((value, &behind[..])));
        agree(class, &bytes);
    }

    #[test]
    fn both_refuse_or_take_every_prefix((class, value) in any_value()) {
        let bytes = encoded(&value);
        for length in 0..bytes.len() {
            agree(class, &bytes[..length]);
        }
    }

    #[test]
    fn both_refuse_or_take_what_is_flipped(
        (class, value) in any_value(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encoded(&value);
        for (at, flip) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
        }
        agree(class, &bytes);
    }

    #[test]
    fn both_refuse_or_take_lengths_that_lie(
        (class, value) in any_value(),
        at in any::<prop::sample::Index>(),
        length in prop_oneof![Just(-2), Just(-1), 0..9, Just(i32::MIN), Just(i32::MAX)],
    ) {
        let mut bytes = encoded(&value);
        let at = at.index(bytes.len().saturating_sub(3).max(1));
        bytes.splice(at..(at + 4).min(bytes.len()), length.to_be_bytes());
        agree(class, &bytes);
    }

    #[test]
    fn both_refuse_or_take_noise(
        number in any_number(),
        bytes in prop::collection::vec(prop_oneof![3 => Just(0), 1 => any::<u8>()], 0..64),
    ) {
        agree_on(number, &bytes);
    }
}
