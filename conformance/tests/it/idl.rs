//! Schema files: what parses into what, what does not and why, and how two differ.

use proptest::prelude::*;
use zk_conformance::idl::Class;
use zk_conformance::idl::Field;
use zk_conformance::idl::Idl;
use zk_conformance::idl::MAX_NESTING;
use zk_conformance::idl::Module;
use zk_conformance::idl::Type;
use zk_conformance::idl::parse;

fn field(ty: Type, name: &str) -> Field {
    let name = name.to_owned();
    Field { name, ty }
}

fn vector(item: Type) -> Type {
    Type::Vector(Box::new(item))
}

/// The fields of a class of this body.
fn fields(body: &str) -> Vec<Field> {
    let text = format!("module m {{ class C {{ {body}\n}} }}");
    let idl = parse(&text).expect(body);
    idl.modules[0].classes[0].fields.clone()
}

#[test]
fn every_type_parses() {
    let body = "byte a; boolean b; int c; long d; float e; double f; ustring g; buffer h; \
                vector<int> i; map<ustring, vector<long>> j; Id k; org.apache.zookeeper.data.ACL l;";
    let map = Type::Map(Box::new(Type::Ustring), Box::new(vector(Type::Long)));
    let expected = [
        field(Type::Byte, "a"),
        field(Type::Boolean, "b"),
        field(Type::Int, "c"),
        field(Type::Long, "d"),
        field(Type::Float, "e"),
        field(Type::Double, "f"),
        field(Type::Ustring, "g"),
        field(Type::Buffer, "h"),
        field(vector(Type::Int), "i"),
        field(map, "j"),
        field(Type::Class("Id".to_owned()), "k"),
        field(Type::Class("org.apache.zookeeper.data.ACL".to_owned()), "l"),
    ];
    assert_eq!(fields(body), expected);
}

#[test]
fn blanks_and_comments_may_stand_anywhere_or_nowhere() {
    let expected = [
        field(vector(Type::Ustring), "dataWatches"),
        field(Type::Int, "type"),
    ];
    for body in [
        "vector<ustring>dataWatches;int type;",
        "vector < ustring > dataWatches ; int\ttype\r\n;",
        "// int no;\nvector</* of */ustring>dataWatches; /* int no; */ int type; // int no;",
        "vector<ustring>dataWatches;/**/int/***/type/*/ */;/* // */",
    ] {
        assert_eq!(fields(body), expected, "{body}");
    }
}

#[test]
fn names_resolve_in_their_own_module_or_by_their_path() {
    let idl =
        parse("module a { class X { Y y; } class Y { } } module b.c { class Y { } }").unwrap();
    let module = |found: Option<(&Module, &Class)>| found.map(|(module, _)| module.name.clone());
    assert_eq!(module(idl.resolve("a", "Y")), Some("a".to_owned()));
    assert_eq!(module(idl.resolve("b.c", "Y")), Some("b.c".to_owned()));
    assert_eq!(module(idl.resolve("a", "b.c.Y")), Some("b.c".to_owned()));
    assert_eq!(module(idl.resolve("b.c", "X")), None);
    assert_eq!(module(idl.class("X")), Some("a".to_owned()));
    assert_eq!(idl.classes().count(), 3);
}

#[test]
fn errors_say_where_and_what() {
    let deep = format!(
        "module m {{ class C {{ {}int{} x; }} }}",
        "vector<".repeat(MAX_NESTING + 1),
        ">".repeat(MAX_NESTING + 1)
    );
    for (text, expected) in [
        (
            "",
            "line 1, column 1: expected \"module\", found the end of the file",
        ),
        (
            "// only this",
            "line 1, column 13: expected \"module\", found the end of the file",
        ),
        (
            "modul a {}",
            "line 1, column 1: expected \"module\", found \"modul\"",
        ),
        (
            "module {}",
            "line 1, column 8: expected the module's name, found \"{\"",
        ),
        (
            "module int {}",
            "line 1, column 8: expected the module's name, found \"int\"",
        ),
        (
            "module a.b\nclass",
            "line 2, column 1: expected \"{\", found \"class\"",
        ),
        (
            "module a {\n  klass",
            "line 2, column 3: expected \"class\" or \"}\", found \"klass\"",
        ),
        (
            "module a {",
            "line 1, column 11: expected \"class\" or \"}\", found the end of the file",
        ),
        (
            "module a {} x",
            "line 1, column 13: expected \"module\" or the end of the file, found \"x\"",
        ),
        (
            "module a { class { } }",
            "line 1, column 18: expected the class's name, found \"{\"",
        ),
        (
            "module a { class C { int; } }",
            "line 1, column 25: expected the field's name, found \";\"",
        ),
        (
            "module a { class C { int class; } }",
            "line 1, column 26: expected the field's name, found \"class\"",
        ),
        (
            "module a { class C { int x, } }",
            "line 1, column 27: expected \";\", found \",\"",
        ),
        (
            "module a { class C { int x;\n 7 } }",
            "line 2, column 2: expected a field or \"}\", found \"7\"",
        ),
        (
            "module a { class C { class D { } } }",
            "line 1, column 22: expected a field or \"}\", found \"class\"",
        ),
        (
            "module a { class C { vector int x; } }",
            "line 1, column 29: expected \"<\", found \"int\"",
        ),
        (
            "module a { class C { vector<> x; } }",
            "line 1, column 29: expected a type, found \">\"",
        ),
        (
            "module a { class C { map<int> x; } }",
            "line 1, column 29: expected \",\", found \">\"",
        ),
        (
            "module a { /* µ */ class C { µ",
            "line 1, column 30: expected a field or \"}\", found \"µ\"",
        ),
        (
            "module a {\n/* and so on",
            "line 2, column 3: expected \"*/\" behind it, found \" \"",
        ),
        (
            deep.as_str(),
            "line 1, column 140: expected fewer types in types, found \"<\"",
        ),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.to_string(), expected, "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| {
        let text = format!("{}int{} x;", "vector<".repeat(depth), ">".repeat(depth));
        parse(&format!("module m {{ class C {{ {text} }} }}"))
    };
    assert!(nested(MAX_NESTING).is_ok());
    for depth in [MAX_NESTING + 1, 300_000] {
        let error = nested(depth).expect_err("too deep");
        assert_eq!(error.expected, "fewer types in types");
    }
    let comments = format!("module m {{ {} }}", "/**/".repeat(300_000));
    assert!(parse(&comments).is_ok());
}

fn word() -> impl Strategy<Value = String> {
    // No word with a meaning ends in an underscore.
    "[A-Za-z_][A-Za-z0-9_]{0,6}_"
}

fn ty() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::Byte),
        Just(Type::Boolean),
        Just(Type::Int),
        Just(Type::Long),
        Just(Type::Float),
        Just(Type::Double),
        Just(Type::Ustring),
        Just(Type::Buffer),
        prop::collection::vec(word(), 1..4).prop_map(|path| Type::Class(path.join("."))),
    ];
    leaf.prop_recursive(4, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(vector),
            (inner.clone(), inner).prop_map(|(k, v)| Type::Map(Box::new(k), Box::new(v))),
        ]
    })
}

fn idl() -> impl Strategy<Value = Idl> {
    let field = (word(), ty()).prop_map(|(name, ty)| Field { name, ty });
    let class = (word(), prop::collection::vec(field, 0..4))
        .prop_map(|(name, fields)| Class { name, fields });
    let path = prop::collection::vec(word(), 1..4).prop_map(|path| path.join("."));
    let module = (path, prop::collection::vec(class, 0..4))
        .prop_map(|(name, classes)| Module { name, classes });
    prop::collection::vec(module, 1..4).prop_map(|modules| Idl { modules })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_parses_to_the_same(idl in idl()) {
        prop_assert_eq!(parse(&idl.to_string()), Ok(idl));
    }

    #[test]
    fn nothing_panics(
        text in "([a-z]{1,3}|module|class|vector|map|int|[<>{};,./*\n \u{b5}]){0,40}"
    ) {
        if let Ok(idl) = parse(&text) {
            prop_assert_eq!(parse(&idl.to_string()), Ok(idl));
        }
    }
}
