//! Schema files: the interface language of jute, in which ZooKeeper writes down its records.
//!
//! ```
//! let idl = zk_conformance::idl::parse("module a.b { class C { int n; vector<ustring>names; } }")?;
//! let (module, class) = idl.class("C").expect("the file has it");
//! assert_eq!((module.name.as_str(), class.fields.len()), ("a.b", 2));
//! # Ok::<(), zk_conformance::idl::SyntaxError>(())
//! ```
//!
//! # Grammar
//!
//! Blanks, line ends and comments (`// …` and `/* … */`) may stand between any two tokens.
//!
//! ```text
//! file   = module { module } ;
//! module = "module" path "{" { class } "}" ;
//! class  = "class" name "{" { field } "}" ;
//! field  = type name ";" ;
//! type   = "byte" | "boolean" | "int" | "long" | "float" | "double" | "ustring" | "buffer"
//!        | "vector" "<" type ">" | "map" "<" type "," type ">"
//!        | path ;                          a class of the same module, or one with its module
//! path   = name { "." name } ;             without blanks
//! name   = ( letter | "_" ) { letter | digit | "_" } ;     other than the words above
//! ```
//!
//! Types nest up to [`MAX_NESTING`] deep. `Display` writes one form of each tree, from which
//! [`parse`] reads the same tree back.

mod compare;
mod history;
mod parse;
mod print;

pub use self::compare::Comparison;
pub use self::compare::Difference;
pub use self::compare::What;
pub use self::compare::compare;
pub use self::parse::MAX_NESTING;
pub use self::parse::SyntaxError;
pub use self::parse::parse;

/// A schema file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Idl {
    /// Its modules, in order.
    pub modules: Vec<Module>,
}

/// Classes under one name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Module {
    /// Its name, such as `org.apache.zookeeper.proto`.
    pub name: String,
    /// Its classes, in order.
    pub classes: Vec<Class>,
}

/// A record.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Class {
    /// Its name, such as `ConnectRequest`.
    pub name: String,
    /// Its fields, in wire order.
    pub fields: Vec<Field>,
}

/// A field of a record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// Its name, such as `timeOut`.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// A type, as the file spells it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Type {
    /// `byte`; in no record of ZooKeeper's.
    Byte,
    /// `boolean`.
    Boolean,
    /// `int`.
    Int,
    /// `long`.
    Long,
    /// `float`; in no record of ZooKeeper's.
    Float,
    /// `double`; in no record of ZooKeeper's.
    Double,
    /// `ustring`.
    Ustring,
    /// `buffer`.
    Buffer,
    /// `vector<…>`.
    Vector(Box<Self>),
    /// `map<…, …>`; in no record of ZooKeeper's.
    Map(Box<Self>, Box<Self>),
    /// A class, with or without its module.
    Class(String),
}

impl Idl {
    /// The first class called `name`, in whatever module, and the module.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<(&Module, &Class)> {
        self.classes().find(|(_, class)| class.name == name)
    }

    /// The class that `path` stands for where it is written inside of `module`.
    #[must_use]
    pub fn resolve(&self, module: &str, path: &str) -> Option<(&Module, &Class)> {
        let (module, name) = path.rsplit_once('.').unwrap_or((module, path));
        self.classes()
            .find(|(of, class)| of.name == module && class.name == name)
    }

    /// Every class with its module, in the order of the file.
    pub fn classes(&self) -> impl Iterator<Item = (&Module, &Class)> {
        self.modules
            .iter()
            .flat_map(|module| module.classes.iter().map(move |class| (module, class)))
    }
}

impl Type {
    /// The type with the modules of classes left out, such as `vector<ACL>`.
    #[must_use]
    pub fn unqualified(&self) -> Self {
        match self {
            Self::Vector(item) => Self::Vector(Box::new(item.unqualified())),
            Self::Map(key, value) => {
                Self::Map(Box::new(key.unqualified()), Box::new(value.unqualified()))
            }
            Self::Class(path) => {
                let name = path.rsplit('.').next().unwrap_or(path);
                Self::Class(name.to_owned())
            }
            primitive => primitive.clone(),
        }
    }
}
