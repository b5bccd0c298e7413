//! Reports of a run, each made from its events alone.

mod junit;
mod text;
mod traces;

pub(super) use self::junit::Junit;
pub(super) use self::text::Text;
pub(super) use self::traces::Traces;
