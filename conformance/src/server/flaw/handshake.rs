//! What flaws make of a `ConnectRequest` and its answer.

use std::borrow::Cow;

use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;
use jute_codec::Decode;
use jute_codec::Reader;
use jute_codec::Reading;

use crate::server::flaw::Flaw;
use crate::server::flaw::Flaws;

/// Where the password's length is in a `ConnectRequest`, and where its bytes begin.
const LENGTH_AT: usize = 24;
const PASSWORD_AT: usize = 28;

impl Flaws {
    /// The flaw that turns a whole `ConnectRequest` away.
    pub(super) fn turns_away(self, payload: &[u8]) -> Option<Flaw> {
        let request = decode(payload)?;
        let end = PASSWORD_AT + request.passwd.map_or(0, <[u8]>::len);
        self.iter().find(|flaw| match flaw {
            Flaw::FixedSizes => !matches!(payload.len(), 44 | 45),
            Flaw::ReadOnlyDemanded => request.read_only.is_none(),
            Flaw::ReadOnlyPicky => payload.get(end).is_some_and(|byte| *byte > 1),
            Flaw::TrailingRejected => payload.len() > end + 1,
            Flaw::PasswordSizeDemanded => request.passwd.is_none_or(|it| it.len() != 16),
            Flaw::VersionChecked => request.protocol_version != 0,
            _ => false,
        })
    }

    /// The bytes of a first frame as they are read.
    pub(in crate::server) fn misread(self, payload: &[u8]) -> Cow<'_, [u8]> {
        self.bend(Cow::Borrowed(payload), |bytes, flaw| match flaw {
            Flaw::HandshakePadded if decode(&bytes).is_none() && bytes.len() < 44 => {
                let mut padded = bytes.into_owned();
                padded.resize(44, 0);
                Cow::Owned(padded)
            }
            Flaw::LengthClipped => {
                let left = bytes.len().saturating_sub(PASSWORD_AT);
                let left = i32::try_from(left).unwrap_or(i32::MAX);
                with_length(bytes, |length| length.min(left))
            }
            Flaw::NegativeIsNull => with_length(bytes, |length| length.max(-1)),
            Flaw::ReadOnlyByLength => {
                let mut bytes = bytes.into_owned();
                match decode(&bytes) {
                    Some(request) if bytes.len() != 45 => {
                        let end = PASSWORD_AT + request.passwd.map_or(0, <[u8]>::len);
                        bytes.truncate(end);
                    }
                    Some(request) if request.read_only.is_none() => bytes.push(0),
                    _ => {}
                }
                Cow::Owned(bytes)
            }
            _ => bytes,
        })
    }

    /// Whether a client has seen more than the server knows.
    pub(in crate::server) fn is_ahead(
        self,
        right: bool,
        request: &ConnectRequest<'_>,
        last: i64,
    ) -> bool {
        let seen = request.last_zxid_seen;
        self.bend(right, |is_ahead, flaw| match flaw {
            Flaw::ZxidAheadAccepted => false,
            Flaw::ZxidEpochOnly => seen >> 32 > last >> 32,
            Flaw::ZxidEqualRefused => is_ahead || seen == last && seen != 0,
            Flaw::ZxidEqualOnRenewal => {
                is_ahead || seen == last && seen != 0 && request.session_id != 0
            }
            Flaw::ZxidUnsigned => seen.cast_unsigned() > last.cast_unsigned(),
            Flaw::ZxidUncheckedOnRenewal => is_ahead && request.session_id == 0,
            _ => is_ahead,
        })
    }

    /// Whether a client asks for a new session.
    pub(in crate::server) fn is_new(self, right: bool, request: &ConnectRequest<'_>) -> bool {
        self.bend(right, |is_new, flaw| match flaw {
            Flaw::RenewNewSession => true,
            Flaw::NegativeIdNewSession => is_new || request.session_id < 0,
            Flaw::OldClientNewSession => is_new || request.read_only.is_none(),
            Flaw::PasswordMeansRenewal => {
                let mut password = request.passwd.unwrap_or_default().iter();
                password.all(|byte| *byte == 0)
            }
            _ => is_new,
        })
    }

    /// Whether a password is right.
    pub(super) fn passes(self, right: bool, given: Option<&[u8]>, password: &[u8; 16]) -> bool {
        let starts = |count| given.is_some_and(|given| given.starts_with(&password[..count]));
        let length = given.map_or(0, <[u8]>::len);
        self.bend(right, |passes, flaw| {
            passes
                || match flaw {
                    Flaw::NoPasswordCheck => true,
                    Flaw::PasswordPrefix => given.is_some() && length < 16 && starts(length),
                    Flaw::PasswordClipped => starts(16),
                    Flaw::HalfPassword => length == 16 && starts(8),
                    Flaw::EmptyPasswordPasses => given == Some(&[]),
                    Flaw::NullPasswordPasses => given.is_none(),
                    Flaw::BlankPasswordPasses => given == Some(&[0; 16]),
                    _ => false,
                }
        })
    }

    /// The answer with a session; `request` is what it answers, if it is a `ConnectRequest`.
    pub(in crate::server) fn welcome<'a>(
        self,
        right: ConnectResponse<'a>,
        request: Option<&ConnectRequest<'_>>,
    ) -> ConnectResponse<'a> {
        let mut response = self.read_only(right, request);
        for flaw in self.iter() {
            match (flaw, request) {
                (Flaw::ZeroIdSession, _) => response.session_id = 0,
                (Flaw::LongPassword, _) => response.passwd = Some(b"correct batteries"),
                (Flaw::VersionWrong, _) => response.protocol_version = 1,
                (Flaw::RenewVersionEchoed, Some(request)) if request.session_id != 0 => {
                    response.protocol_version = request.protocol_version;
                }
                (Flaw::VersionEchoed, Some(request)) => {
                    response.protocol_version = request.protocol_version;
                }
                (Flaw::TimeoutEchoed, Some(request)) => response.time_out = request.time_out,
                (Flaw::PasswordOfRequest, Some(request)) => {
                    let length = request.passwd.map(<[u8]>::len);
                    let passwd = response.passwd.zip(length);
                    response.passwd = passwd.map(|(own, length)| &own[..own.len().min(length)]);
                }
                _ => {}
            }
        }
        response
    }

    /// The answer that there is no such session.
    pub(in crate::server) fn refusal<'a>(
        self,
        right: ConnectResponse<'a>,
        request: &ConnectRequest<'_>,
    ) -> ConnectResponse<'a> {
        let mut response = self.read_only(right, Some(request));
        for flaw in self.iter() {
            match flaw {
                Flaw::ShortPassword => response.passwd = Some(&[0; 14]),
                Flaw::RefusalWithoutPassword => response.passwd = Some(&[]),
                Flaw::RefusalEchoesId => response.session_id = request.session_id,
                Flaw::RefusalNegative => {
                    response.protocol_version = 42;
                    response.time_out = -1;
                    response.session_id = request.session_id;
                }
                Flaw::RefusalPositive => {
                    response.protocol_version = 42;
                    response.time_out = 30_000;
                    response.session_id = -1;
                }
                _ => {}
            }
        }
        response
    }

    /// A response with what the flaws make of its last field.
    fn read_only<'a>(
        self,
        mut response: ConnectResponse<'a>,
        request: Option<&ConnectRequest<'_>>,
    ) -> ConnectResponse<'a> {
        let asked = request.and_then(|request| request.read_only);
        response.read_only = self.bend(response.read_only, |byte, flaw| match flaw {
            Flaw::AlwaysReadOnlyByte => byte.or(Some(false)),
            Flaw::NeverReadOnlyByte => None,
            Flaw::ReadOnlyEchoed => asked,
            _ => byte,
        });
        response
    }
}

/// A `ConnectRequest`, if the bytes are one.
pub(super) fn decode(payload: &[u8]) -> Option<ConnectRequest<'_>> {
    ConnectRequest::decode(&mut Reader::with(payload, Reading::JAVA)).ok()
}

/// The bytes with another length of the password.
fn with_length(bytes: Cow<'_, [u8]>, change: impl Fn(i32) -> i32) -> Cow<'_, [u8]> {
    let mut bytes = bytes;
    let field = bytes.get(LENGTH_AT..).and_then(<[u8]>::first_chunk);
    let length = field.map(|field| i32::from_be_bytes(*field));
    if let Some(length) = length
        && change(length) != length
        && let Some(field) = bytes.to_mut().get_mut(LENGTH_AT..PASSWORD_AT)
    {
        field.copy_from_slice(&change(length).to_be_bytes());
    }
    bytes
}
