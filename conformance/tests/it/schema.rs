//! The codec held against the schema file, and what is found where they are not the same.

use std::sync::LazyLock;

use jute_codec::RECORDS;
use zk_conformance::idl;
use zk_conformance::idl::Class;
use zk_conformance::idl::Idl;
use zk_conformance::idl::Type;
use zk_conformance::idl::What;
use zk_conformance::idl::compare;

const SCHEMA: &str = include_str!("../../../testdata/zookeeper.jute");

fn schema() -> &'static Idl {
    static PARSED: LazyLock<Idl> = LazyLock::new(|| idl::parse(SCHEMA).expect("a schema file"));
    &PARSED
}

/// What is found if `change` is made to what the codec declares of a class.
fn found(class: &str, change: impl FnOnce(&mut Class)) -> Vec<String> {
    let mut codec = Idl::from(RECORDS);
    let classes = codec
        .modules
        .iter_mut()
        .flat_map(|module| &mut module.classes);
    change(
        classes
            .into_iter()
            .find(|found| found.name == class)
            .expect("a class"),
    );
    let differences = compare(schema(), &codec).differences.into_iter();
    differences
        .map(|difference| format!("{}: {}", difference.class, difference.what))
        .collect()
}

#[test]
fn codec_declares_what_the_file_says() {
    let comparison = compare(schema(), &Idl::from(RECORDS));
    assert_eq!(comparison.differences, []);
    assert_eq!((comparison.in_file, comparison.in_codec), (72, 72));
}

#[test]
fn records_are_in_the_order_of_the_file() {
    let schema = schema();
    let file = schema
        .classes()
        .map(|(module, class)| (module.name.as_str(), class.name.as_str()));
    let codec = RECORDS.iter().map(|schema| (schema.module, schema.name));
    assert_eq!(file.collect::<Vec<_>>(), codec.collect::<Vec<_>>());
}

#[test]
fn every_type_is_spelled_as_in_the_file_but_for_modules() {
    let schema = schema();
    for ((_, class), record) in schema.classes().zip(RECORDS) {
        let file = class
            .fields
            .iter()
            .map(|field| field.ty.unqualified().to_string());
        let codec = record.fields.iter().map(|field| field.ty.to_string());
        assert_eq!(
            file.collect::<Vec<_>>(),
            codec.collect::<Vec<_>>(),
            "{}",
            class.name
        );
    }
}

/// Whatever is done to whichever field, something is found, and about that class alone.
#[test]
fn no_change_to_any_field_goes_unnoticed() {
    let mut changes = 0;
    let mut check = |class: &Class, what: &str, change: &dyn Fn(&mut Class)| {
        changes += 1;
        let found = found(&class.name, change);
        let about = found
            .iter()
            .all(|difference| difference.starts_with(&class.name));
        assert!(
            !found.is_empty() && about,
            "{} with {what}: {found:?}",
            class.name
        );
    };
    for class in RECORDS.iter().map(Class::from) {
        for at in 0..class.fields.len() {
            let name = &class.fields[at].name;
            check(&class, &format!("{name} dropped"), &|class| {
                class.fields.remove(at);
            });
            check(&class, &format!("{name} twice"), &|class| {
                class.fields.insert(at, class.fields[at].clone());
            });
            check(&class, &format!("{name} renamed"), &|class| {
                class.fields[at].name.push('2');
            });
            check(&class, &format!("{name} retyped"), &|class| {
                class.fields[at].ty = match class.fields[at].ty {
                    Type::Int => Type::Long,
                    Type::Ustring => Type::Buffer,
                    Type::Buffer => Type::Ustring,
                    _ => Type::Int,
                };
            });
            for other in 0..at {
                check(&class, &format!("{name} moved to {other}"), &|class| {
                    let field = class.fields.remove(at);
                    class.fields.insert(other, field);
                });
            }
        }
        check(&class, "another name", &|class| class.name.push('2'));
    }
    assert!(changes > 1000, "{changes} changes");
}

#[test]
fn differences_are_told_by_what_they_are() {
    assert_eq!(
        found("Stat", |stat| stat.fields.swap(0, 1)),
        ["Stat: czxid: field 1 in the file, field 2 in the codec"]
    );
    assert_eq!(
        found("ACL", |acl| acl.fields[1].ty = Type::Ustring),
        ["ACL: id: Id in the file, ustring in the codec"]
    );
    assert_eq!(
        found("ACL", |acl| acl.fields[0].name = "permissions".to_owned()),
        ["ACL: perms in the file is permissions in the codec"]
    );
    assert_eq!(
        found("RequestHeader", |header| header.fields.truncate(1)),
        ["RequestHeader: int type: only in the file"]
    );
    assert_eq!(
        found("SyncRequest", |sync| sync
            .fields
            .push(sync.fields[0].clone())),
        ["SyncRequest: ustring path: only in the codec"]
    );
    assert_eq!(
        found("Id", |id| id.name = "Identity".to_owned())[0],
        "Identity: only in the codec"
    );
}

/// What is found in a file that differs from ours by `changes`.
fn history(changes: &[(&str, &str)]) -> Vec<(String, What, Option<&'static str>)> {
    let mut text = SCHEMA.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let comparison = compare(
        &idl::parse(&text).expect("a schema file"),
        &Idl::from(RECORDS),
    );
    let differences = comparison.differences.into_iter();
    differences
        .map(|difference| (difference.class, difference.what, difference.remark))
        .collect()
}

#[test]
fn what_releases_changed_has_a_remark() {
    let found = history(&[
        ("        boolean readOnly;\n", ""),
        ("        long configVersion;\n", ""),
        (
            "    class Id {",
            "    class StatPersistedV1 { long czxid; }\n    class Id {",
        ),
        (
            "    class WhoAmIResponse {\n        vector<org.apache.zookeeper.data.ClientInfo> \
             clientInfo;\n    }\n",
            "",
        ),
    ]);
    let expected = [
        (
            "ConnectRequest",
            "in the schema since 3.9.0, on the wire since 3.4.0",
        ),
        (
            "ConnectResponse",
            "in the schema since 3.9.0, on the wire since 3.4.0",
        ),
        ("WhoAmIResponse", "since 3.7.0"),
        ("LearnerInfo", "since 3.5.0"),
        ("StatPersistedV1", "in 3.0.0 to 3.4.14"),
    ];
    let found: Vec<_> = found
        .iter()
        .map(|(class, _, remark)| (class.as_str(), *remark))
        .collect();
    assert_eq!(found, expected.map(|(class, remark)| (class, Some(remark))));
}

#[test]
fn what_no_release_changed_has_none() {
    let found = history(&[
        ("        int timeOut;\n", ""),
        ("class Id {", "class Ident {"),
    ]);
    assert!(found.len() >= 4, "{found:?}");
    assert!(
        found.iter().all(|(_, _, remark)| remark.is_none()),
        "{found:?}"
    );
}

#[test]
fn modules_count() {
    let found = history(&[("zookeeper.server.persistence", "zookeeper.server")]);
    let [(class, What::OtherModule { file, codec }, None)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(class, "FileHeader");
    assert_eq!(file, "org.apache.zookeeper.server");
    assert_eq!(codec, "org.apache.zookeeper.server.persistence");
}
