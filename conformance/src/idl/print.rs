//! Tree to text.

use std::fmt;

use super::Class;
use super::Idl;
use super::Module;
use super::Type;

impl fmt::Display for Idl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, module) in self.modules.iter().enumerate() {
            let between = if index == 0 { "" } else { "\n" };
            write!(f, "{between}{module}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "module {} {{", self.name)?;
        for (index, class) in self.classes.iter().enumerate() {
            let between = if index == 0 { "" } else { "\n" };
            write!(f, "{between}{class}")?;
        }
        writeln!(f, "}}")
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "    class {} {{", self.name)?;
        for field in &self.fields {
            writeln!(f, "        {} {};", field.ty, field.name)?;
        }
        writeln!(f, "    }}")
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte => f.write_str("byte"),
            Self::Boolean => f.write_str("boolean"),
            Self::Int => f.write_str("int"),
            Self::Long => f.write_str("long"),
            Self::Float => f.write_str("float"),
            Self::Double => f.write_str("double"),
            Self::Ustring => f.write_str("ustring"),
            Self::Buffer => f.write_str("buffer"),
            Self::Vector(item) => write!(f, "vector<{item}>"),
            Self::Map(key, value) => write!(f, "map<{key}, {value}>"),
            Self::Class(path) => f.write_str(path),
        }
    }
}
