//! From an opcode to the record it stands for: what requests, replies, multis and transactions have
//! in common.

use crate::Decode;
use crate::DecodeError;
use crate::Encode;
use crate::Reader;
use crate::Record;
use crate::Schema;

/// What can stand behind a header: a record, or something that is made of several.
pub(crate) trait Body<'a>: Encode + Sized {
    /// The record, if it is one.
    const SCHEMA: Option<Schema>;

    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError>;
}

impl<'a, T: Decode<'a> + Encode + Record> Body<'a> for T {
    const SCHEMA: Option<Schema> = Some(<T as Record>::SCHEMA);

    #[inline]
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Self::decode(reader)
    }
}

/// Makes an enum of bodies, each with the opcode it stands for.
///
/// Each line is a variant, its body if it has one, and its opcode. The variants behind `else` are
/// for what no opcode alone tells; they carry theirs.
macro_rules! dispatch {
    (
        $(#[$meta:meta])*
        pub enum $name:ident<$life:lifetime> {
            $($(#[$variant_meta:meta])* $variant:ident $(($body:ident: $record:ty))? = $op:ident;)+
        } else {
            $($(#[$extra_meta:meta])* $extra:ident(OpCode $(, $rest:ident: $bytes:ty)?);)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        #[non_exhaustive]
        pub enum $name<$life> {
            $($(#[$variant_meta])* $variant $(($record))?,)+
            $($(#[$extra_meta])* $extra($crate::OpCode $(, $bytes)?),)*
        }

        impl<$life> $name<$life> {
            /// The operation it stands for.
            #[must_use]
            pub const fn op(&self) -> $crate::OpCode {
                match self {
                    $(Self::$variant { .. } => $crate::OpCode::$op,)+
                    $(Self::$extra(op, ..) => *op,)*
                }
            }

            /// The record of `op`, if it has one; `None` if it stands for nothing here.
            fn known_schema(op: $crate::OpCode) -> Option<Option<$crate::Schema>> {
                match op {
                    $($crate::OpCode::$op => Some(None $(
                        .or(<$record as $crate::dispatch::Body<'_>>::SCHEMA)
                    )?),)+
                    _ => None,
                }
            }

            /// Reads the body that `op` stands for; `None` if it stands for nothing here.
            fn known(
                op: $crate::OpCode,
                reader: &mut $crate::Reader<$life>,
            ) -> Result<Option<Self>, $crate::DecodeError> {
                Ok(Some(match op {
                    $($crate::OpCode::$op => Self::$variant $((
                        <$record as $crate::dispatch::Body<'_>>::read(reader)?
                    ))?,)+
                    _ => return Ok(None),
                }))
            }
        }

        /// Shows the body alone, which is null if there is none.
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant $(($body))? => serialize_body!(serializer $(, $body)?),)+
                    $(Self::$extra(_, $($rest)?) => serialize_body!(serializer $(, $rest)?),)*
                }
            }
        }

        /// Encodes the body alone.
        impl $crate::Encode for $name<'_> {
            fn encoded_len(&self) -> usize {
                match self {
                    $(Self::$variant $(($body))? => 0 $(
                        + $crate::Encode::encoded_len($body)
                    )?,)+
                    $(Self::$extra(_, $($rest)?) => 0 $(
                        + $crate::Encode::encoded_len($rest)
                    )?,)*
                }
            }

            fn encode(&self, out: &mut impl bytes::BufMut) {
                match self {
                    $(Self::$variant $(($body))? => {
                        $($crate::Encode::encode($body, out);)?
                    })+
                    $(Self::$extra(_, $($rest)?) => {
                        $($crate::Encode::encode($rest, out);)?
                    })*
                }
            }
        }
    };
}

/// A body or none.
#[cfg(feature = "serde")]
macro_rules! serialize_body {
    ($serializer:ident) => {
        $serializer.serialize_none()
    };
    ($serializer:ident, $body:ident) => {
        serde::Serialize::serialize($body, $serializer)
    };
}
