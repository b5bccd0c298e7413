//! The text form of records and packets that `testdata/records` is written in.
//!
//! A file is comments, the frame in hex, a line `----`, and the records in the frame with one
//! field to a line, in the words of the schema. Printing and parsing both go by the schema.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use bytes::BufMut;
use jute_codec::AddWatchMode;
use jute_codec::CreateMode;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::HANDWRITTEN_RECORDS;
use jute_codec::JuteType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::Permissions;
use jute_codec::QuorumPacketType;
use jute_codec::RECORDS;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::Schema;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::WatcherType;

/// One file of known answers.
#[derive(Debug)]
pub(crate) struct KnownAnswer {
    pub(crate) name: String,
    pub(crate) comment: String,
    /// The frame, length included.
    pub(crate) frame: Vec<u8>,
    /// The text behind the `----`.
    pub(crate) text: String,
}

impl KnownAnswer {
    pub(crate) fn payload(&self) -> &[u8] {
        &self.frame[4..]
    }

    /// The records the text names, in order.
    pub(crate) fn records(&self) -> Vec<&'static Schema> {
        let headings = self.text.lines().filter(|line| !line.starts_with(' '));
        headings.map(schema).collect()
    }
}

/// Every known answer there is; fails if there is none.
pub(crate) fn known_answers() -> Vec<KnownAnswer> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/records");
    let entries =
        fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(
        !paths.is_empty(),
        "no known answers in {}",
        directory.display()
    );
    paths.iter().map(|path| known_answer(path)).collect()
}

fn known_answer(path: &Path) -> KnownAnswer {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.ends_with(".txt"), "{name} is not a known answer");
    let source = fs::read_to_string(path).unwrap();
    let (bytes, text) = source
        .split_once("----\n")
        .unwrap_or_else(|| panic!("{name} has no line of four dashes"));
    let mut comment = String::new();
    let mut digits = String::new();
    for line in bytes.lines() {
        match line.split_once('#') {
            Some(("", said)) => comment.push_str(said),
            Some((hex, _)) => digits.push_str(hex),
            None => digits.push_str(line),
        }
    }
    digits.retain(|c| !c.is_whitespace());
    KnownAnswer {
        comment,
        frame: hex::decode(&digits).unwrap_or_else(|error| panic!("{name}: {error}")),
        text: text.to_owned(),
        name,
    }
}

/// A field's value, whatever the record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Value<'a> {
    Boolean(Option<bool>),
    Int(i32, Option<&'static str>),
    Long(i64),
    Buffer(Option<&'a [u8]>),
    Text(Ustring<'a>),
    List(Option<Vec<Self>>),
    Record(Vec<Self>),
}

/// The schema of the record called `name`.
pub(crate) fn schema(name: &str) -> &'static Schema {
    let mut schemas = RECORDS.iter().chain(HANDWRITTEN_RECORDS);
    let found = schemas.find(|schema| schema.name == name);
    found.unwrap_or_else(|| panic!("there is no record called {name}"))
}

/// Decodes `records` off `payload` to its end. What is strictly right has to go out as it came.
pub(crate) fn decode<'a>(
    records: &[&'static Schema],
    payload: &'a [u8],
    reading: Reading,
) -> Result<Vec<Vec<Value<'a>>>, DecodeError> {
    let mut reader = Reader::with(payload, reading);
    let values = records
        .iter()
        .map(|record| decode_record(record.name, &mut reader))
        .collect::<Result<_, _>>()?;
    reader.finish()?;
    Ok(values)
}

/// Encodes `values` as `records`, one behind the other, as the codec does it. What vectors borrow
/// is leaked.
pub(crate) fn encode(records: &[&'static Schema], values: &[Vec<Value<'static>>]) -> Vec<u8> {
    assert_eq!(records.len(), values.len());
    let mut out = Vec::new();
    for (record, values) in records.iter().zip(values) {
        encode_record(record.name, values, &mut out);
    }
    out
}

/// What `value` is on the wire, made without the codec.
pub(crate) fn wire(value: &Value<'_>, out: &mut Vec<u8>) {
    let bytes = |bytes: Option<&[u8]>, out: &mut Vec<u8>| match bytes {
        None => out.put_i32(-1),
        Some(bytes) => {
            out.put_i32(bytes.len().try_into().unwrap());
            out.put_slice(bytes);
        }
    };
    match value {
        Value::Boolean(value) => out.extend(value.map(u8::from)),
        Value::Int(value, _) => out.put_i32(*value),
        Value::Long(value) => out.put_i64(*value),
        Value::Buffer(buffer) => bytes(*buffer, out),
        Value::Text(text) => bytes(text.as_bytes(), out),
        Value::List(None) => out.put_i32(-1),
        Value::List(Some(items)) => {
            out.put_i32(items.len().try_into().unwrap());
            items.iter().for_each(|item| wire(item, out));
        }
        Value::Record(values) => values.iter().for_each(|value| wire(value, out)),
    }
}

/// Prints records as known answers have them.
pub(crate) fn print(records: &[&'static Schema], values: &[Vec<Value<'_>>]) -> String {
    let mut text = String::new();
    for (record, values) in records.iter().zip(values) {
        writeln!(text, "{}", record.name).unwrap();
        for (field, value) in record.fields.iter().zip(values) {
            writeln!(text, "  {} {}", field.name, print_value(&field.ty, value)).unwrap();
        }
    }
    text
}

fn print_value(ty: &JuteType, value: &Value<'_>) -> String {
    match (ty, value) {
        (_, Value::Boolean(None)) => "missing".to_owned(),
        (_, Value::Boolean(Some(value))) => value.to_string(),
        (_, Value::Int(value, None)) => value.to_string(),
        (_, Value::Int(value, Some(name))) => format!("{value} {name}"),
        (_, Value::Long(value)) => format!("{value:#x}"),
        (_, Value::Buffer(None) | Value::List(None)) => "null".to_owned(),
        (_, Value::Buffer(Some(bytes))) => format!("0x{}", hex::encode(bytes)),
        (_, Value::Text(text)) => format!("{text:?}"),
        (JuteType::Vector(item), Value::List(Some(items))) => {
            let items: Vec<_> = items.iter().map(|value| print_inner(item, value)).collect();
            format!("[{}]", items.join(" "))
        }
        (JuteType::Record(_), Value::Record(_)) => print_inner(ty, value),
        _ => panic!("{value:?} is no {ty}"),
    }
}

/// A value inside of another: a record's fields in line, codes without their names.
fn print_inner(ty: &JuteType, value: &Value<'_>) -> String {
    match (ty, value) {
        (JuteType::Record(schema), Value::Record(values)) => {
            let fields = schema.fields.iter().zip(values);
            let fields = fields
                .map(|(field, value)| format!("{}={}", field.name, print_inner(&field.ty, value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(" "))
        }
        (_, Value::Int(value, _)) => value.to_string(),
        _ => print_value(ty, value),
    }
}

/// Parses the text of a known answer. What values borrow is leaked: there are few of them.
pub(crate) fn parse(text: &str) -> Vec<Vec<Value<'static>>> {
    let mut records = Vec::new();
    let mut lines = text.lines();
    while let Some(heading) = lines.next() {
        let values = schema(heading).fields.iter().map(|field| {
            let line = lines.next().unwrap_or_default();
            let value = line
                .strip_prefix("  ")
                .and_then(|line| line.strip_prefix(field.name))
                .and_then(|line| line.strip_prefix(' '));
            let mut rest = value
                .unwrap_or_else(|| panic!("expected {heading}.{}, found {line:?}", field.name));
            let value = parse_value(&field.ty, &mut rest);
            // Behind a code there may be its name.
            assert!(rest.is_empty() || rest.starts_with(' '), "{line:?}");
            value
        });
        records.push(values.collect());
    }
    records
}

/// Known answers hold plain text: no blank, no quote, no escape.
fn parse_value(ty: &JuteType, text: &mut &str) -> Value<'static> {
    match ty {
        JuteType::Vector(_) if take(text, "null") => Value::List(None),
        JuteType::Vector(item) => {
            assert!(take(text, "["), "a vector starts with a bracket: {text:?}");
            let mut items = Vec::new();
            while !take(text, "]") {
                take(text, " ");
                items.push(parse_value(item, text));
            }
            Value::List(Some(items))
        }
        JuteType::Record(schema) => {
            assert!(take(text, "{"), "a record starts with a brace: {text:?}");
            let fields = schema.fields.iter().map(|field| {
                take(text, " ");
                assert!(take(text, field.name) && take(text, "="), "{text:?}");
                parse_value(&field.ty, text)
            });
            let values = fields.collect();
            assert!(take(text, "}"), "a record ends with a brace: {text:?}");
            Value::Record(values)
        }
        _ => {
            let end = text.find([' ', ']', '}']).unwrap_or(text.len());
            let (word, rest) = text.split_at(end);
            *text = rest;
            parse_word(ty, word)
        }
    }
}

fn take(text: &mut &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix);
    *text = rest.unwrap_or(text);
    rest.is_some()
}

fn parse_word(ty: &JuteType, word: &str) -> Value<'static> {
    match ty {
        JuteType::Boolean => Value::Boolean((word != "missing").then(|| word.parse().unwrap())),
        JuteType::Int => Value::Int(word.parse().unwrap(), None),
        JuteType::Long => {
            let digits = word.strip_prefix("0x").expect("a long is hex");
            Value::Long(u64::from_str_radix(digits, 16).unwrap().cast_signed())
        }
        JuteType::Buffer => Value::Buffer((word != "null").then(|| {
            let digits = word.strip_prefix("0x").expect("a buffer is hex");
            let bytes: &'static [u8] = hex::decode(digits).unwrap().leak();
            bytes
        })),
        JuteType::Ustring if word == "null" => Value::Text(Ustring::NULL),
        JuteType::Ustring => {
            let text = word
                .strip_prefix('"')
                .and_then(|word| word.strip_suffix('"'));
            let text = text.expect("a quoted text");
            Value::Text(Ustring::new(text.to_owned().leak()))
        }
        _ => panic!("a word is no {ty}"),
    }
}

macro_rules! readable {
    ($($record:ident $(<$life:lifetime>)? { $($field:ident),+ })+) => {
        /// Decodes the record called `name` into its fields' values.
        fn decode_record<'a>(
            name: &str,
            reader: &mut Reader<'a>,
        ) -> Result<Vec<Value<'a>>, DecodeError> {
            let start = reader.clone();
            $(if name == <any_life!($record $($life)?) as jute_codec::Record>::SCHEMA.name {
                let record = jute_codec::$record::decode(reader)?;
                if reader.reading() == Reading::STRICT {
                    let taken = reader.offset() - start.offset();
                    assert_eq!(encoded(&record), start.rest()[..taken], "{name}");
                }
                let Value::Record(values) = record.into() else { unreachable!() };
                return Ok(values);
            })+
            panic!("there is no record called {name}")
        }

        fn encode_record(name: &str, values: &[Value<'static>], out: &mut Vec<u8>) {
            $(if name == <any_life!($record $($life)?) as jute_codec::Record>::SCHEMA.name {
                let record = jute_codec::$record::from(Value::Record(values.to_vec()));
                return out.extend(encoded(&record));
            })+
            panic!("there is no record called {name}")
        }

        $(
            impl<'a> From<jute_codec::$record $(<$life>)?> for Value<'a> {
                fn from(record: jute_codec::$record $(<$life>)?) -> Self {
                    Value::Record(vec![$(record.$field.into()),+])
                }
            }

            impl From<Value<'static>> for readable!(@owned $record $($life)?) {
                fn from(value: Value<'static>) -> Self {
                    let Value::Record(values) = value else { panic!("{value:?} is no record") };
                    let mut values = values.into_iter();
                    Self { $($field: values.next().unwrap().into()),+ }
                }
            }
        )+
    };
    (@owned $record:ident) => { jute_codec::$record };
    (@owned $record:ident $life:lifetime) => { jute_codec::$record<'static> };
}

every_record!(readable);

fn encoded(value: &impl Encode) -> Vec<u8> {
    let mut out = Vec::new();
    value.encode(&mut out);
    assert_eq!(out.len(), value.encoded_len(), "encoded_len is exact");
    out
}

macro_rules! value {
    ($($rust:ty: $pattern:pat => $value:expr, $back:ident => $made:expr;)+) => {$(
        impl<'a> From<$rust> for Value<'a> {
            fn from($back: $rust) -> Self {
                $made
            }
        }

        impl<'a> From<Value<'a>> for $rust {
            fn from(value: Value<'a>) -> Self {
                let $pattern = value else { panic!("{value:?} is of another type") };
                $value
            }
        }
    )+};
}

macro_rules! codes {
    ($($code:ident)+) => {
        value! {$(
            $code: Value::Int(n, _) => Self(n), code => Value::Int(code.0, code.name());
        )+}
    };
}

value! {
    bool: Value::Boolean(Some(value)) => value, value => Value::Boolean(Some(value));
    i32: Value::Int(n, _) => n, n => Value::Int(n, None);
    Permissions: Value::Int(n, _) => Self(n), bits => Value::Int(bits.0, None);
    i64: Value::Long(n) => n, n => Value::Long(n);
    Option<bool>: Value::Boolean(value) => value, value => Value::Boolean(value);
    Option<&'a [u8]>: Value::Buffer(bytes) => bytes, bytes => Value::Buffer(bytes);
    Ustring<'a>: Value::Text(text) => text, text => Value::Text(text);
}

codes!(OpCode ErrorCode EventType KeeperState CreateMode AddWatchMode WatcherType QuorumPacketType);

impl<'a, T: Decode<'a> + Clone + Into<Self>> From<Vector<'a, T>> for Value<'a> {
    fn from(vector: Vector<'a, T>) -> Self {
        Value::List((!vector.is_null()).then(|| vector.iter().map(Into::into).collect()))
    }
}

impl<T: Decode<'static> + Clone + From<Value<'static>>> From<Value<'static>>
    for Vector<'static, T>
{
    fn from(value: Value<'static>) -> Self {
        let Value::List(items) = value else {
            panic!("{value:?} is no vector")
        };
        items.map_or(Vector::NULL, |items| {
            let items: Vec<T> = items.into_iter().map(Into::into).collect();
            Vector::from(&*items.leak())
        })
    }
}
