//! How session ids are made: server, clock, counter.

/// Hands out session ids in Apache's shape.
///
/// ```text
/// serverId   milliseconds of the monotonic clock at start   counter
/// 8 bits     40 bits                                        16 bits
/// ```
///
/// `SessionTrackerImpl.initializeNextSessionId` makes the first, each further one is the next
/// number; the counter simply runs over into the milliseconds.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SessionIds {
    next: i64,
}

impl SessionIds {
    /// Ids of the server `server_id`, started when its monotonic clock showed `start_ms`.
    ///
    /// ```
    /// use zk_conformance::server::SessionIds;
    ///
    /// assert_eq!(SessionIds::new(1, 0x12_3456_789a).next(), 0x0112_3456_789a_0000);
    /// ```
    #[must_use]
    pub const fn new(server_id: u8, start_ms: u64) -> Self {
        let first = (start_ms << 24) >> 8 | (server_id as u64) << 56;
        let first = first.cast_signed();
        // The one id that EphemeralType keeps for containers.
        let next = if first == i64::MIN { first + 1 } else { first };
        Self { next }
    }

    /// The next id; never 0, which stands for no session.
    pub const fn next(&mut self) -> i64 {
        let id = if self.next == 0 { 1 } else { self.next };
        self.next = id.wrapping_add(1);
        id
    }
}
