//! A codec that is wrong in any field would be found out: here it is the twin that is.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use jute_codec::RECORDS;
use zk_conformance::idl;
use zk_conformance::idl::Class;
use zk_conformance::idl::Idl;
use zk_conformance::idl::Module;
use zk_conformance::idl::Type;
use zk_conformance::oracle::Oracle;
use zk_conformance::oracle::Value;
use zk_fuzz::disagreement;
use zk_fuzz::number_of;

fn schema() -> Idl {
    idl::parse(include_str!("../../testdata/zookeeper.jute")).expect("a schema file")
}

/// Values of which no two are the same, but that one text or buffer may be no UTF-8.
struct Maker<'s> {
    schema: &'s Idl,
    made: u8,
    bytes_made: usize,
    strange: usize,
}

impl<'s> Maker<'s> {
    fn record(&mut self, module: &'s Module, class: &'s Class) -> Value<'s> {
        let fields = class.fields.iter();
        let fields = fields.map(|field| (field.name.as_str(), self.value(module, &field.ty)));
        Value::Record(fields.collect())
    }

    fn value(&mut self, module: &'s Module, ty: &'s Type) -> Value<'s> {
        self.made += 1;
        match ty {
            Type::Boolean => Value::Boolean(self.made.is_multiple_of(2)),
            Type::Int => Value::Int(0x0101_0100 | i32::from(self.made)),
            Type::Long => Value::Long(0x0101_0101_0101_0100 | i64::from(self.made)),
            Type::Ustring | Type::Buffer => {
                self.bytes_made += 1;
                let last = if self.bytes_made == self.strange {
                    0xff
                } else {
                    b'x'
                };
                Value::Bytes(vec![b'a' + self.made, last])
            }
            Type::Vector(item) => {
                Value::List(vec![self.value(module, item), self.value(module, item)])
            }
            Type::Class(path) => {
                let (module, class) = self.schema.resolve(&module.name, path).unwrap();
                self.record(module, class)
            }
            other => panic!("{other} is in no record"),
        }
    }
}

/// Inputs that show each field of a class: it in full, with each of its texts and buffers in turn
/// not UTF-8, read strictly and as Java does.
fn inputs(schema: &Idl, index: usize) -> Vec<Vec<u8>> {
    let (module, class) = schema.classes().nth(index).expect("a class");
    let mut inputs = Vec::new();
    for strange in 0..8 {
        for manner in [0, 1] {
            let mut maker = Maker {
                schema,
                made: 0,
                bytes_made: 0,
                strange,
            };
            let number = number_of(RECORDS[index].name).expect("a number");
            let mut input = vec![number, manner];
            maker.record(module, class).encode(&mut input);
            inputs.push(input);
        }
    }
    inputs
}

/// Whether the codec is told from a twin that goes by a schema with `change` made to a class.
fn is_found(index: usize, change: impl FnOnce(&mut Class)) -> bool {
    let schema = schema();
    let mut broken = schema.clone();
    let name = RECORDS[index].name;
    let mut classes = broken.modules.iter_mut().flat_map(|it| &mut it.classes);
    change(classes.find(|class| class.name == name).expect("a class"));
    let Ok(twin) = Oracle::new(&broken) else {
        return true;
    };
    let mut inputs = inputs(&schema, index).into_iter();
    inputs.any(|input| disagreement(&twin, &input).is_some())
}

#[test]
fn nothing_is_found_where_nothing_is_broken() {
    let schema = schema();
    let twin = Oracle::new(&schema).unwrap();
    for index in 0..RECORDS.len() {
        for input in inputs(&schema, index) {
            assert_eq!(disagreement(&twin, &input), None);
        }
    }
}

#[test]
fn a_field_too_few_is_found() {
    each_field(|index, field| is_found(index, |class| drop(class.fields.remove(field))));
}

#[test]
fn a_field_too_many_is_found() {
    each_field(|index, field| {
        is_found(index, |class| {
            let mut twice = class.fields[field].clone();
            twice.name.push('2');
            class.fields.insert(field, twice);
        })
    });
}

#[test]
fn fields_in_another_order_are_found() {
    each_field(|index, field| {
        is_found(index, |class| {
            // The last one has none behind it: it goes to the front, and an only one is renamed.
            let other = (field + 1) % class.fields.len();
            class.fields.swap(field, other);
            if other == field {
                class.fields[field].name.push('2');
            }
        })
    });
}

#[test]
fn a_field_of_another_type_is_found() {
    let types = [
        Type::Boolean,
        Type::Int,
        Type::Long,
        Type::Ustring,
        Type::Buffer,
        Type::Vector(Box::new(Type::Int)),
        Type::Vector(Box::new(Type::Ustring)),
    ];
    let mut changes = 0;
    each_field(|index, field| {
        types.iter().all(|ty| {
            is_found(index, |class| {
                if class.fields[field].ty == *ty {
                    class.fields[field].name.push('2');
                } else {
                    changes += 1;
                    class.fields[field].ty = ty.clone();
                }
            })
        })
    });
    assert!(changes > 1000, "{changes}");
}

/// Checks every field of every class.
#[track_caller]
fn each_field(mut found: impl FnMut(usize, usize) -> bool) {
    for (index, record) in RECORDS.iter().enumerate() {
        for (field, named) in record.fields.iter().enumerate() {
            assert!(found(index, field), "{}.{}", record.name, named.name);
        }
    }
}
