//! Sessions by what they are to each other: the ids and passwords are made up by the server.

use jute_codec::ConnectRequest;
use jute_codec::ConnectResponse;

/// The sessions of one run.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    /// The latest that the server gave.
    latest: Option<Session>,
    /// The first.
    first: Option<Session>,
    /// The longest timeout that it granted, in milliseconds.
    longest_ms: Option<i32>,
    /// Every id it gave.
    seen: Vec<i64>,
    /// An id it did not give.
    unknown: i64,
    /// Whether answers tell numbers.
    pub(super) detail: bool,
}

#[derive(Clone, Debug)]
struct Session {
    id: i64,
    password: Vec<u8>,
    timeout_ms: i32,
}

/// What was asked for in a `ConnectRequest`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Asked {
    session_id: i64,
    has_read_only: bool,
}

impl Sessions {
    pub(super) const fn new(unknown: i64, detail: bool) -> Self {
        Self {
            latest: None,
            first: None,
            longest_ms: None,
            seen: Vec::new(),
            unknown,
            detail,
        }
    }

    /// The timeout of the latest session.
    pub(super) fn timeout_ms(&self) -> Option<i32> {
        self.latest.as_ref().map(|session| session.timeout_ms)
    }

    /// The longest timeout of any session.
    pub(super) const fn longest_timeout_ms(&self) -> Option<i32> {
        self.longest_ms
    }

    /// Hands the request for the latest session to `send`; with the right password or another.
    pub(super) fn request<R>(
        &self,
        timeout_ms: i32,
        is_right: bool,
        send: impl FnOnce(&ConnectRequest<'_>) -> R,
    ) -> R {
        self.request_for(self.latest.as_ref(), timeout_ms, is_right, send)
    }

    /// The same for the first session.
    pub(super) fn request_first<R>(
        &self,
        timeout_ms: i32,
        send: impl FnOnce(&ConnectRequest<'_>) -> R,
    ) -> R {
        self.request_for(self.first.as_ref(), timeout_ms, true, send)
    }

    fn request_for<R>(
        &self,
        session: Option<&Session>,
        timeout_ms: i32,
        is_right: bool,
        send: impl FnOnce(&ConnectRequest<'_>) -> R,
    ) -> R {
        let (session_id, mut password) = match session {
            Some(session) => (session.id, session.password.clone()),
            None => (self.unknown, vec![0; 16]),
        };
        if !is_right {
            for byte in &mut password {
                *byte ^= 0xff;
            }
        }
        send(&ConnectRequest {
            session_id,
            time_out: timeout_ms,
            passwd: Some(&password),
            read_only: Some(false),
            ..ConnectRequest::default()
        })
    }

    /// Says what an answer is to what was asked, and to what was before.
    pub(super) fn welcome(&mut self, asked: Asked, response: &ConnectResponse<'_>) -> String {
        let password = response.passwd.unwrap_or_default();
        let mut words = Vec::new();
        if response.is_refusal() {
            words.push("refused".to_owned());
            if response.session_id != 0 {
                words.push("with an id".to_owned());
            }
            if password != [0; 16] {
                words.push(format!("with a password of {}", password.len()));
            }
            if self.detail && response.time_out != 0 {
                words.push(format!("with timeout {}", response.time_out));
            }
        } else {
            let kind = match response.session_id {
                0 => "session 0",
                id if id == asked.session_id => "same session",
                id if self.seen.contains(&id) => "earlier session",
                _ => "new session",
            };
            words.push(kind.to_owned());
            if password.len() != 16 {
                words.push(format!("password of {}", password.len()));
            } else if password == [0; 16] {
                words.push("password of zeros".to_owned());
            }
            let before = self.latest.as_ref();
            if before.is_some_and(|it| it.id == response.session_id && it.password != password) {
                words.push("another password".to_owned());
            }
            if self.detail {
                words.push(format!("timeout {}", response.time_out));
            }
            self.seen.push(response.session_id);
            self.longest_ms = self.longest_ms.max(Some(response.time_out));
            let session = Session {
                id: response.session_id,
                password: password.to_vec(),
                timeout_ms: response.time_out,
            };
            self.first.get_or_insert_with(|| session.clone());
            self.latest = Some(session);
        }
        match response.read_only {
            Some(true) => words.push("read-only".to_owned()),
            None if asked.has_read_only => words.push("no readOnly".to_owned()),
            Some(false) if !asked.has_read_only => words.push("readOnly unasked".to_owned()),
            _ => {}
        }
        if response.protocol_version != 0 {
            words.push(format!("version {}", response.protocol_version));
        }
        words.join(", ")
    }
}

impl From<&ConnectRequest<'_>> for Asked {
    fn from(request: &ConnectRequest<'_>) -> Self {
        Self {
            session_id: request.session_id,
            has_read_only: request.read_only.is_some(),
        }
    }
}
