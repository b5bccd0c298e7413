//! The slow twin by itself: what it takes, what it refuses, and which schemas it goes by.

use zk_conformance::idl;
use zk_conformance::idl::Type;
use zk_conformance::oracle::Manner;
use zk_conformance::oracle::Oracle;
use zk_conformance::oracle::Unfit;
use zk_conformance::oracle::Value;

const SCHEMA: &str = "module m { class One { boolean flag; } class Ints { vector<int> all; }
    class Text { ustring text; } class Data { buffer data; }
    class ConnectRequest { int timeOut; boolean readOnly; }
    class Nest { long id; vector<One> ones; Text text; } }";

/// What becomes of bytes, as text: the value and the bytes left, or why not.
#[track_caller]
fn check(class: &str, manner: Manner, bytes: &[u8], expected: &str) {
    let schema = idl::parse(SCHEMA).expect("a schema file");
    let oracle = Oracle::new(&schema).expect("a schema to decode by");
    let found = match oracle.decode(class, manner, bytes) {
        Ok((value, rest)) => format!("{value} {}", rest.len()),
        Err(refusal) => refusal.to_string(),
    };
    assert_eq!(found, expected);
}

#[test]
fn values_are_read_in_the_order_of_the_schema() {
    let bytes = b"\0\0\0\0\0\0\0\x07\0\0\0\x02\x01\0\0\0\0\x02\xc3\xa9tail";
    let expected = r#"{id=7 ones=[{flag=true} {flag=false}] text={text="\xc3\xa9"}} 4"#;
    for manner in [Manner::Strict, Manner::Java] {
        check("Nest", manner, bytes, expected);
    }
}

#[test]
fn null_is_not_empty() {
    for class in ["Ints", "Text", "Data"] {
        let name = &class.to_lowercase().replace("ints", "all");
        let null = format!("{{{name}=null}} 0");
        check(class, Manner::Strict, &[0xff; 4], &null);
        let empty = if class == "Ints" { "[]" } else { "\"\"" };
        check(
            class,
            Manner::Strict,
            &[0; 4],
            &format!("{{{name}={empty}}} 0"),
        );
    }
}

#[test]
fn java_forgives_three_things() {
    check(
        "One",
        Manner::Strict,
        &[2],
        "a boolean is neither 0 nor 1, 1 bytes before the end",
    );
    check("One", Manner::Java, &[2], "{flag=true} 0");
    let text = b"\0\0\0\x01\xff";
    check(
        "Text",
        Manner::Strict,
        text,
        "a text is not UTF-8, 5 bytes before the end",
    );
    check("Text", Manner::Java, text, r#"{text="\xff"} 0"#);
    let count = b"\xff\xff\xff\xfe";
    check(
        "Ints",
        Manner::Strict,
        count,
        "a count is below null, 4 bytes before the end",
    );
    check("Ints", Manner::Java, count, "{all=[]} 0");
}

#[test]
fn nobody_forgives_the_rest() {
    for manner in [Manner::Strict, Manner::Java] {
        let below = b"\xff\xff\xff\xfe";
        check(
            "Data",
            manner,
            below,
            "a length is below null, 4 bytes before the end",
        );
        check(
            "Text",
            manner,
            below,
            "a length is below null, 4 bytes before the end",
        );
        check(
            "Data",
            manner,
            b"\0\0\0\x02a",
            "it ends, 1 bytes before the end",
        );
        check(
            "Data",
            manner,
            b"\x7f\xff\xff\xffa",
            "it ends, 1 bytes before the end",
        );
        check(
            "Ints",
            manner,
            b"\x7f\xff\xff\xff\0\0\0\0a",
            "it ends, 1 bytes before the end",
        );
        check("One", manner, b"", "it ends, 0 bytes before the end");
        check(
            "Two",
            manner,
            b"",
            "there is no such class, 0 bytes before the end",
        );
    }
}

#[test]
fn read_only_may_be_missing() {
    check("ConnectRequest", Manner::Strict, &[0; 4], "{timeOut=0} 0");
    check(
        "ConnectRequest",
        Manner::Strict,
        &[0; 5],
        "{timeOut=0 readOnly=false} 0",
    );
    check(
        "ConnectRequest",
        Manner::Strict,
        &[0; 6],
        "{timeOut=0 readOnly=false} 1",
    );
}

#[test]
fn what_is_encoded_decodes_to_the_same() {
    let schema = idl::parse(SCHEMA).unwrap();
    let oracle = Oracle::new(&schema).unwrap();
    let one = |flag| Value::Record(vec![("flag", Value::Boolean(flag))]);
    let value = Value::Record(vec![
        ("id", Value::Long(i64::MIN)),
        ("ones", Value::List(vec![one(true), one(false)])),
        ("text", Value::Record(vec![("text", Value::Null)])),
    ]);
    let mut bytes = Vec::new();
    value.encode(&mut bytes);
    assert_eq!(
        oracle.decode("Nest", Manner::Strict, &bytes),
        Ok((value, &[][..]))
    );
}

#[test]
fn twin_shares_no_code_with_the_codec() {
    for source in [
        include_str!("../../src/oracle/mod.rs"),
        include_str!("../../src/oracle/multi.rs"),
        include_str!("../../src/oracle/of.rs"),
        include_str!("../../src/oracle/value.rs"),
        include_str!("../../src/idl/mod.rs"),
        include_str!("../../src/idl/parse.rs"),
    ] {
        assert!(!source.contains("jute_codec"));
    }
}

#[test]
fn schemas_without_an_end_are_not_gone_by() {
    let unfit = |text: &str| {
        let schema = idl::parse(&format!("module m {{ {text} }}")).unwrap();
        Oracle::new(&schema).map(|_| ()).unwrap_err()
    };
    let class = || "A".to_owned();
    let endless = Unfit::Endless { class: class() };
    assert_eq!(unfit("class A { int x; A a; }"), endless);
    assert_eq!(unfit("class A { vector<A> a; }"), endless);
    assert_eq!(
        unfit("class A { B b; } class B { vector<vector<m.A>> a; }"),
        endless
    );
    assert_eq!(unfit("class A { }"), Unfit::Empty { class: class() });
    let name = "Id".to_owned();
    let class_a = class();
    assert_eq!(
        unfit("class A { Id id; }"),
        Unfit::Unknown {
            class: class_a,
            name
        }
    );
    let foreign = Unfit::Foreign {
        class: class(),
        ty: Type::Float,
    };
    assert_eq!(unfit("class A { vector<float> f; }"), foreign);
}
