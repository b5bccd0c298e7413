//! A schema file held against what the codec declares.

use std::collections::BTreeSet;
use std::fmt;

use jute_codec::JuteType;
use jute_codec::Schema;

use super::Class;
use super::Field;
use super::Idl;
use super::Module;
use super::Type;
use super::history;

/// What came of holding a schema file against the codec.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Comparison {
    /// Classes the file has.
    pub in_file: usize,
    /// Classes the codec has.
    pub in_codec: usize,
    /// Where they differ: the codec's classes in its order, then what only the file has.
    pub differences: Vec<Difference>,
}

/// One way in which they differ.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// The class.
    pub class: String,
    /// How it differs.
    pub what: What,
    /// What the releases of ZooKeeper have to say about it, if it is nothing new.
    pub remark: Option<&'static str>,
}

/// The ways in which a class can differ.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum What {
    /// The codec does not know it.
    ClassOnlyInFile,
    /// The file does not have it.
    ClassOnlyInCodec,
    /// It is in another module.
    OtherModule {
        /// Its module in the file.
        file: String,
        /// Its module in the codec.
        codec: String,
    },
    /// The codec leaves a field out.
    FieldOnlyInFile {
        /// The field.
        field: String,
        /// Its type.
        ty: Type,
    },
    /// The codec has a field too many.
    FieldOnlyInCodec {
        /// The field.
        field: String,
        /// Its type.
        ty: Type,
    },
    /// A field stands elsewhere; positions count from 1.
    Moved {
        /// The field.
        field: String,
        /// Its position in the file.
        file: usize,
        /// Its position in the codec.
        codec: usize,
    },
    /// A field has another type.
    Retyped {
        /// The field.
        field: String,
        /// Its type in the file.
        file: Type,
        /// Its type in the codec.
        codec: Type,
    },
    /// A field of the same type stands in the same place under another name.
    Renamed {
        /// Its name in the file.
        file: String,
        /// Its name in the codec.
        codec: String,
    },
}

impl What {
    /// The kind of difference, for programs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ClassOnlyInFile => "class-only-in-file",
            Self::ClassOnlyInCodec => "class-only-in-codec",
            Self::OtherModule { .. } => "class-in-other-module",
            Self::FieldOnlyInFile { .. } => "field-only-in-file",
            Self::FieldOnlyInCodec { .. } => "field-only-in-codec",
            Self::Moved { .. } => "field-moved",
            Self::Retyped { .. } => "field-retyped",
            Self::Renamed { .. } => "field-renamed",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClassOnlyInFile => f.write_str("only in the file"),
            Self::ClassOnlyInCodec => f.write_str("only in the codec"),
            Self::OtherModule { file, codec } => {
                write!(f, "in {file} in the file, in {codec} in the codec")
            }
            Self::FieldOnlyInFile { field, ty } => write!(f, "{ty} {field}: only in the file"),
            Self::FieldOnlyInCodec { field, ty } => write!(f, "{ty} {field}: only in the codec"),
            Self::Moved { field, file, codec } => {
                write!(
                    f,
                    "{field}: field {file} in the file, field {codec} in the codec"
                )
            }
            Self::Retyped { field, file, codec } => {
                write!(f, "{field}: {file} in the file, {codec} in the codec")
            }
            Self::Renamed { file, codec } => {
                write!(f, "{file} in the file is {codec} in the codec")
            }
        }
    }
}

/// What a codec declares, as a schema file would have it.
impl From<&[Schema]> for Idl {
    fn from(schemas: &[Schema]) -> Self {
        let mut idl = Self::default();
        for schema in schemas {
            let at = idl
                .modules
                .iter()
                .position(|module| module.name == schema.module);
            let at = at.unwrap_or_else(|| {
                idl.modules.push(Module {
                    name: schema.module.to_owned(),
                    classes: Vec::new(),
                });
                idl.modules.len() - 1
            });
            if let Some(module) = idl.modules.get_mut(at) {
                module.classes.push(Class::from(schema));
            }
        }
        idl
    }
}

impl From<&Schema> for Class {
    fn from(schema: &Schema) -> Self {
        let field = |field: &jute_codec::Field| Field {
            name: field.name.to_owned(),
            ty: declared(&field.ty),
        };
        Self {
            name: schema.name.to_owned(),
            fields: schema.fields.iter().map(field).collect(),
        }
    }
}

fn declared(ty: &JuteType) -> Type {
    match ty {
        JuteType::Boolean => Type::Boolean,
        JuteType::Int => Type::Int,
        JuteType::Long => Type::Long,
        JuteType::Buffer => Type::Buffer,
        JuteType::Ustring => Type::Ustring,
        JuteType::Vector(item) => Type::Vector(Box::new(declared(item))),
        JuteType::Record(schema) => Type::Class(format!("{}.{}", schema.module, schema.name)),
        // A type that a later codec has: its own name is what a file would call it.
        other => Type::Class(other.to_string()),
    }
}

/// Holds a schema file against what a codec declares, class by class and field by field. The order
/// of the classes does not matter, nor does whether a type is written with its module.
#[must_use]
pub fn compare(file: &Idl, codec: &Idl) -> Comparison {
    let mut differences = Vec::new();
    let mut add = |class: &Class, what: What| {
        differences.push(Difference {
            class: class.name.clone(),
            remark: history::remark(&class.name, &what),
            what,
        });
    };
    for (module, class) in codec.classes() {
        let same = file.resolve(&module.name, &class.name);
        let Some((found, in_file)) = same.or_else(|| file.class(&class.name)) else {
            add(class, What::ClassOnlyInCodec);
            continue;
        };
        if found.name != module.name {
            let (file, codec) = (found.name.clone(), module.name.clone());
            add(class, What::OtherModule { file, codec });
        }
        fields(&in_file.fields, &class.fields)
            .into_iter()
            .for_each(|what| add(class, what));
    }
    for (_, class) in file.classes() {
        if codec.class(&class.name).is_none() {
            add(class, What::ClassOnlyInFile);
        }
    }
    Comparison {
        in_file: file.classes().count(),
        in_codec: codec.classes().count(),
        differences,
    }
}

fn fields(file: &[Field], codec: &[Field]) -> Vec<What> {
    let mut found = Vec::new();
    let in_place = in_both(file, codec);
    let mut renamed = BTreeSet::new();
    for (at, field) in codec.iter().enumerate() {
        let same = file.iter().position(|other| other.name == field.name);
        if let Some(index) = same.filter(|_| first(codec, at)) {
            let (ty, declared) = (file[index].ty.unqualified(), field.ty.unqualified());
            if ty != declared {
                found.push(What::Retyped {
                    field: field.name.clone(),
                    file: ty,
                    codec: declared,
                });
            }
            if !in_place.contains(field.name.as_str()) {
                found.push(What::Moved {
                    field: field.name.clone(),
                    file: index + 1,
                    codec: at + 1,
                });
            }
            continue;
        }
        let place = place(codec, at, &in_place);
        let other = file.iter().enumerate().find(|(index, other)| {
            !codec.iter().any(|field| field.name == other.name)
                && self::place(file, *index, &in_place) == place
                && other.ty.unqualified() == field.ty.unqualified()
        });
        match other {
            Some((index, other)) => {
                renamed.insert(index);
                found.push(What::Renamed {
                    file: other.name.clone(),
                    codec: field.name.clone(),
                });
            }
            None => found.push(What::FieldOnlyInCodec {
                field: field.name.clone(),
                ty: field.ty.unqualified(),
            }),
        }
    }
    for (index, field) in file.iter().enumerate() {
        let known = codec.iter().any(|other| other.name == field.name) && first(file, index);
        if !known && !renamed.contains(&index) {
            found.push(What::FieldOnlyInFile {
                field: field.name.clone(),
                ty: field.ty.unqualified(),
            });
        }
    }
    found
}

/// Whether no field before the one at `at` has its name.
fn first(fields: &[Field], at: usize) -> bool {
    let mut same = fields.iter().filter(|field| field.name == fields[at].name);
    same.next()
        .is_some_and(|field| std::ptr::eq(field, &fields[at]))
}

/// Where a field stands: behind which field that is in its place, and how far behind.
fn place<'f>(
    fields: &'f [Field],
    at: usize,
    in_place: &BTreeSet<&str>,
) -> (Option<&'f str>, usize) {
    let before = fields.iter().take(at).rev();
    let anchor = before.map(|field| field.name.as_str()).enumerate();
    let mut anchor = anchor.filter(|(_, name)| in_place.contains(name));
    match anchor.next() {
        Some((behind, name)) => (Some(name), behind),
        None => (None, at),
    }
}

/// Names in a longest common subsequence: the fields that are where they should be.
fn in_both<'f>(file: &'f [Field], codec: &[Field]) -> BTreeSet<&'f str> {
    let mut lengths = vec![vec![0; codec.len() + 1]; file.len() + 1];
    for (i, left) in file.iter().enumerate().rev() {
        for (j, right) in codec.iter().enumerate().rev() {
            lengths[i][j] = if left.name == right.name {
                1 + lengths[i + 1][j + 1]
            } else {
                lengths[i + 1][j].max(lengths[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut names = BTreeSet::new();
    while let (Some(left), Some(right)) = (file.get(i), codec.get(j)) {
        if left.name == right.name {
            names.insert(left.name.as_str());
            (i, j) = (i + 1, j + 1);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    names
}
