//! The text form of records and packets that `testdata/records` is written in.
//!
//! A file is comments, the frame in hex, a line `----`, and the records in the frame with one
//! field to a line, in the words of the schema. Printing and parsing both go by the schema.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use jute_codec::AuthPacket;
use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::DecodeError;
use jute_codec::Encode;
use jute_codec::ErrorCode;
use jute_codec::EventType;
use jute_codec::JuteType;
use jute_codec::KeeperState;
use jute_codec::OpCode;
use jute_codec::RECORDS;
use jute_codec::Reader;
use jute_codec::Reading;
use jute_codec::ReplyHeader;
use jute_codec::RequestHeader;
use jute_codec::Schema;
use jute_codec::SetWatches;
use jute_codec::SetWatches2;
use jute_codec::Ustring;
use jute_codec::Vector;
use jute_codec::WatcherEvent;

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
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Value<'a> {
    Boolean(Option<bool>),
    Int(i32, Option<&'static str>),
    Long(i64),
    Buffer(Option<&'a [u8]>),
    Text(Ustring<'a>),
    Texts(Vector<'a, Ustring<'a>>),
}

/// The schema of the record called `name`.
pub(crate) fn schema(name: &str) -> &'static Schema {
    let found = RECORDS.iter().find(|schema| schema.name == name);
    found.unwrap_or_else(|| panic!("there is no record called {name}"))
}

/// Decodes `records` off `payload` to its end.
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

/// Encodes `values` as `records`, one behind the other.
pub(crate) fn encode(records: &[&'static Schema], values: &[Vec<Value<'_>>]) -> Vec<u8> {
    assert_eq!(records.len(), values.len());
    let mut out = Vec::new();
    for (record, values) in records.iter().zip(values) {
        encode_record(record.name, values, &mut out);
    }
    out
}

/// Prints records as known answers have them.
pub(crate) fn print(records: &[&'static Schema], values: &[Vec<Value<'_>>]) -> String {
    let mut text = String::new();
    for (record, values) in records.iter().zip(values) {
        writeln!(text, "{}", record.name).unwrap();
        for (field, value) in record.fields.iter().zip(values) {
            writeln!(text, "  {} {}", field.name, print_value(value)).unwrap();
        }
    }
    text
}

fn print_value(value: &Value<'_>) -> String {
    match value {
        Value::Boolean(None) => "missing".to_owned(),
        Value::Boolean(Some(value)) => value.to_string(),
        Value::Int(value, None) => value.to_string(),
        Value::Int(value, Some(name)) => format!("{value} {name}"),
        Value::Long(value) => format!("{value:#x}"),
        Value::Buffer(None) => "null".to_owned(),
        Value::Buffer(Some(bytes)) => format!("0x{}", hex::encode(bytes)),
        Value::Text(text) => format!("{text:?}"),
        Value::Texts(texts) if texts.is_null() => "null".to_owned(),
        Value::Texts(texts) => {
            let texts: Vec<_> = texts.iter().map(|text| format!("{text:?}")).collect();
            format!("[{}]", texts.join(" "))
        }
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
                .and_then(|line| line.strip_prefix(' '))
                .unwrap_or_else(|| panic!("expected {heading}.{}, found {line:?}", field.name));
            parse_value(field.ty, value)
        });
        records.push(values.collect());
    }
    records
}

fn parse_value(ty: JuteType, text: &str) -> Value<'static> {
    match ty {
        JuteType::Boolean => Value::Boolean((text != "missing").then(|| text.parse().unwrap())),
        JuteType::Int => {
            let number = text.split(' ').next().unwrap_or_default();
            Value::Int(number.parse().unwrap(), None)
        }
        JuteType::Long => {
            let digits = text.strip_prefix("0x").expect("a long is hex");
            Value::Long(u64::from_str_radix(digits, 16).unwrap().cast_signed())
        }
        JuteType::Buffer => Value::Buffer(text.strip_prefix("0x").map(|digits| {
            let bytes: &'static [u8] = hex::decode(digits).unwrap().leak();
            bytes
        })),
        JuteType::Ustring => Value::Text(parse_text(text)),
        JuteType::Vector(&JuteType::Ustring) => Value::Texts(match text {
            "null" => Vector::NULL,
            "[]" => Vector::EMPTY,
            _ => {
                let items = text.strip_prefix('[').unwrap().strip_suffix(']').unwrap();
                let items: Vec<_> = items.split(' ').map(parse_text).collect();
                Vector::from(&*items.leak())
            }
        }),
        _ => panic!("no record has a {ty}"),
    }
}

/// Known answers hold plain text: no space, no quote, no escape.
fn parse_text(text: &str) -> Ustring<'static> {
    if text == "null" {
        return Ustring::NULL;
    }
    let text = text.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
    Ustring::new(text.to_owned().leak())
}

macro_rules! readable {
    ($($record:ident { $($field:ident),+ })+) => {
        /// Decodes the record called `name` into its fields' values.
        pub(crate) fn decode_record<'a>(
            name: &str,
            reader: &mut Reader<'a>,
        ) -> Result<Vec<Value<'a>>, DecodeError> {
            Ok(match name {
                $(stringify!($record) => {
                    let record = $record::decode(reader)?;
                    vec![$(record.$field.into()),+]
                })+
                _ => panic!("there is no record called {name}"),
            })
        }

        fn encode_record(name: &str, values: &[Value<'_>], out: &mut Vec<u8>) {
            match name {
                $(stringify!($record) => {
                    let [$($field),+] = *values else { panic!("{name} has other fields") };
                    let record = $record { $($field: $field.into()),+ };
                    let start = out.len();
                    record.encode(out);
                    assert_eq!(out.len() - start, record.encoded_len());
                })+
                _ => panic!("there is no record called {name}"),
            }
        }
    };
}

readable! {
    ConnectRequest {
        protocol_version, last_zxid_seen, time_out, session_id, passwd, read_only
    }
    ConnectResponse { protocol_version, time_out, session_id, passwd, read_only }
    SetWatches { relative_zxid, data_watches, exist_watches, child_watches }
    SetWatches2 {
        relative_zxid, data_watches, exist_watches, child_watches, persistent_watches,
        persistent_recursive_watches
    }
    RequestHeader { xid, op }
    AuthPacket { auth_type, scheme, auth }
    ReplyHeader { xid, zxid, err }
    WatcherEvent { event, state, path }
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

value! {
    i32: Value::Int(n, _) => n, n => Value::Int(n, None);
    OpCode: Value::Int(n, _) => Self(n), code => Value::Int(code.0, code.name());
    ErrorCode: Value::Int(n, _) => Self(n), code => Value::Int(code.0, code.name());
    EventType: Value::Int(n, _) => Self(n), code => Value::Int(code.0, code.name());
    KeeperState: Value::Int(n, _) => Self(n), code => Value::Int(code.0, code.name());
    i64: Value::Long(n) => n, n => Value::Long(n);
    Option<bool>: Value::Boolean(value) => value, value => Value::Boolean(value);
    Option<&'a [u8]>: Value::Buffer(bytes) => bytes, bytes => Value::Buffer(bytes);
    Ustring<'a>: Value::Text(text) => text, text => Value::Text(text);
    Vector<'a, Ustring<'a>>: Value::Texts(texts) => texts, texts => Value::Texts(texts);
}
