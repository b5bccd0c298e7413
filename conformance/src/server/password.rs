//! The password of a session: a pure function of its id, in Apache.

/// The password Apache gives to the session `session_id`.
///
/// `ZooKeeperServer.generatePasswd` fills 16 bytes from `new java.util.Random(sessionId ^
/// superSecret)`; nobody who knows the id has to guess. Java's generator is the 48-bit linear
/// congruential one of its documentation, and `Random.nextBytes` takes each 32-bit number lowest
/// byte first.
///
/// ```
/// use zk_conformance::server::password;
///
/// assert_eq!(password(0)[..4], [0xf2, 0x2a, 0xcd, 0x4a]);
/// ```
#[must_use]
pub fn password(session_id: i64) -> [u8; 16] {
    let mut state = (session_id.cast_unsigned() ^ SUPER_SECRET ^ MULTIPLIER) & MASK;
    let mut bytes = [0; 16];
    for chunk in bytes.as_chunks_mut::<4>().0 {
        state = state.wrapping_mul(MULTIPLIER).wrapping_add(ADDEND) & MASK;
        let [_, _, _, _, number @ ..] = (state << 16 >> 32).to_be_bytes();
        *chunk = number;
        chunk.reverse();
    }
    bytes
}

/// `ZooKeeperServer.superSecret`.
const SUPER_SECRET: u64 = 0xb341_5c00;

/// The constants of `java.util.Random`.
const MULTIPLIER: u64 = 0x5_deec_e66d;
const ADDEND: u64 = 0xb;
const MASK: u64 = (1 << 48) - 1;
