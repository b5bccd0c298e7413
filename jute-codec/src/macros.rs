//! The macros of the crate: one gives a record its codec, one a code its names. Two more give both
//! what the optional features are for.

/// Gives a plain struct its codec and schema.
///
/// The head names the record and, behind `=`, the schema's module below `org.apache.zookeeper` and
/// class. Each line is a field, its Rust type and its name in the schema. The list repeats the
/// struct on purpose: it is what the wire order, the lengths and the schema come from, and a slip
/// between the two does not compile. The expansion is what one would write by hand:
///
/// ```text
/// impl<'a> Decode<'a> for AuthPacket<'a> {
///     const TYPE: JuteType = JuteType::Record(&Self::SCHEMA);
///     const MIN_LEN: usize = <i32>::MIN_LEN + <Ustring>::MIN_LEN + …;
///     fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> { … cut, or else: …
///         let auth_type = <i32>::decode(r).map_err(|e| e.in_field("AuthPacket", "type"))?;
///         …
///         Ok(Self { auth_type, … })
///     }
///     fn cut(c: &mut Cursor<'a>) -> Option<Self> {
///         c.holds(Self::MIN_LEN)?;
///         let auth_type = <i32>::cut(c)?;
///         …
///         Some(Self { auth_type, … })
///     }
///     … check and the like: each field in turn …
/// }
/// impl Encode for AuthPacket<'_> { … each field in turn … }
/// impl Record for AuthPacket<'_> { const SCHEMA: Schema = …; }
/// ```
macro_rules! wire_record {
    (
        $record:ident $(<$life:lifetime>)? = $module:literal . $class:literal {
            $($field:ident: $ty:ty = $name:literal,)+
        }
    ) => {
        impl<'a> $crate::Decode<'a> for wire_record!(@type $record 'a $($life)?) {
            const TYPE: $crate::JuteType = $crate::JuteType::Record(
                &<Self as $crate::Record>::SCHEMA,
            );
            const MIN_LEN: usize = 0 $(+ <$ty as $crate::Decode<'_>>::MIN_LEN)+;

            #[inline(always)]
            fn decode(reader: &mut $crate::Reader<'a>) -> Result<Self, $crate::DecodeError> {
                reader.cut_or_explain(Self::cut, |reader| {
                    $(
                        let $field = $crate::Decode::decode(reader)
                            .map_err(|error| error.in_field($class, $name))?;
                    )+
                    Ok(Self { $($field),+ })
                })
            }

            #[inline(always)]
            fn cut(cursor: &mut $crate::cursor::Cursor<'a>) -> Option<Self> {
                cursor.holds(Self::MIN_LEN)?;
                $(let $field = $crate::Decode::cut(cursor)?;)+
                Some(Self { $($field),+ })
            }

            #[inline(always)]
            fn check(cursor: &mut $crate::cursor::Cursor<'a>) -> Option<()> {
                cursor.holds(Self::MIN_LEN)?;
                $(<$ty as $crate::Decode<'_>>::check(cursor)?;)+
                Some(())
            }

            const TEXTUAL: bool = true $(&& <$ty as $crate::Decode<'_>>::TEXTUAL)+;

            #[inline(always)]
            fn skip_text(rest: &mut &'a [u8], ints: &mut u32) -> Option<()> {
                $(<$ty as $crate::Decode<'_>>::skip_text(rest, ints)?;)+
                Some(())
            }

            #[inline(always)]
            fn cut_text(rest: &mut &'a str) -> Option<Self> {
                $(let $field = $crate::Decode::cut_text(rest)?;)+
                Some(Self { $($field),+ })
            }
        }

        impl $crate::Encode for wire_record!(@type $record '_ $($life)?) {
            #[inline]
            fn encoded_len(&self) -> usize {
                0 $(+ $crate::Encode::encoded_len(&self.$field))+
            }

            #[inline]
            fn encode(&self, out: &mut impl $crate::Sink) {
                $($crate::Encode::encode(&self.$field, out);)+
            }
        }

        record_features!(wire_record!(@type $record 'a $($life)?), $class, $record {
            $($field = $name,)+
        });

        impl $crate::Record for wire_record!(@type $record '_ $($life)?) {
            const SCHEMA: $crate::Schema = $crate::Schema::new(
                concat!("org.apache.zookeeper.", $module),
                $class,
                &[$($crate::Field::new(
                    $name,
                    <$ty as $crate::Decode<'_>>::TYPE,
                    <$ty as $crate::Decode<'_>>::MIN_LEN,
                )),+],
            );
        }
    };
    (@type $record:ident $used:lifetime) => { $record };
    (@type $record:ident $used:lifetime $declared:lifetime) => { $record<$used> };
}

/// Makes a protocol code: an integer that knows the names ZooKeeper has for it.
///
/// Never an enum: a value without a name is a fact about a peer, to be kept and passed on, and
/// naming one more in a later release breaks nobody's match.
macro_rules! wire_code {
    (
        $(#[$meta:meta])*
        pub struct $code:ident;
        $($(#[$value_meta:meta])* $constant:ident = $value:literal, $name:literal;)+
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[expect(clippy::exhaustive_structs, reason = "an integer is all there is to it")]
        pub struct $code(pub i32);

        impl $code {
            $($(#[$value_meta])* pub const $constant: Self = Self($value);)+

            /// Every value that has a name, in the order of ZooKeeper's own list.
            pub const NAMED: &'static [Self] = &[$(Self::$constant),+];

            /// ZooKeeper's name for the value, if it has one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$constant => Some($name),)+
                    _ => None,
                }
            }

            /// The value that ZooKeeper calls `name`.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::NAMED.iter().copied().find(|code| code.name() == Some(name))
            }
        }

        impl core::fmt::Debug for $code {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, concat!(stringify!($code), "({})"), self.0),
                }
            }
        }

        impl core::fmt::Display for $code {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => core::fmt::Display::fmt(&self.0, f),
                }
            }
        }

        impl<'a> $crate::Decode<'a> for $code {
            const TYPE: $crate::JuteType = $crate::JuteType::Int;
            const MIN_LEN: usize = 4;

            #[inline]
            fn decode(reader: &mut $crate::Reader<'a>) -> Result<Self, $crate::DecodeError> {
                reader.int().map(Self)
            }

            #[inline(always)]
            fn cut(cursor: &mut $crate::cursor::Cursor<'a>) -> Option<Self> {
                cursor.int().map(Self)
            }
        }

        code_features!($code { $($value),+ });

        impl $crate::Encode for $code {
            #[inline]
            fn encoded_len(&self) -> usize {
                4
            }

            #[inline]
            fn encode(&self, out: &mut impl $crate::Sink) {
                out.put_int(self.0);
            }
        }
    };
}

/// What the optional features make of a record.
macro_rules! record_features {
    ($ty:ty, $class:expr, $record:ident { $($field:ident = $name:literal,)+ }) => {
        #[cfg(feature = "serde")]
        impl<'a> serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;

                use $crate::serial::Shown;

                let count = 0 $(+ usize::from(!self.$field.is_missing()))+;
                let mut fields = serializer.serialize_struct($class, count)?;
                $(self.$field.show($name, &mut fields)?;)+
                fields.end()
            }
        }

        #[cfg(feature = "serde")]
        impl<'a> $crate::serial::Shown for $ty {
            fn show<S: serde::ser::SerializeStruct>(
                &self,
                name: &'static str,
                fields: &mut S,
            ) -> Result<(), S::Error> {
                fields.serialize_field(name, self)
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $ty {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                Ok($record { $($field: u.arbitrary()?),+ })
            }
        }
    };
}

/// What the optional features make of a code.
macro_rules! code_features {
    ($code:ident { $($value:literal),+ }) => {
        shown!($code);

        #[cfg(feature = "serde")]
        impl serde::Serialize for $code {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::serial::code(self.name(), self.0, serializer)
            }
        }

        #[cfg(feature = "arbitrary")]
        impl<'a> arbitrary::Arbitrary<'a> for $code {
            fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
                $crate::structured::code(&[$($value),+], u).map(Self)
            }
        }
    };
}

/// For types that are shown as they serialize by themselves.
macro_rules! shown {
    ($ty:ty) => {
        #[cfg(feature = "serde")]
        impl $crate::serial::Shown for $ty {
            fn show<S: serde::ser::SerializeStruct>(
                &self,
                name: &'static str,
                fields: &mut S,
            ) -> Result<(), S::Error> {
                fields.serialize_field(name, self)
            }
        }
    };
}
