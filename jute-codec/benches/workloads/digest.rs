//! Looking at every field once, which keeps decoders honest and lets their results be compared.

use jute_codec::Stat;

/// A sum of all that was read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Digest(u64);

impl Digest {
    pub fn int(&mut self, value: i32) {
        self.long(i64::from(value));
    }

    pub fn long(&mut self, value: i64) {
        self.0 = self.0.wrapping_add(value.cast_unsigned());
    }

    /// Buffers and text are looked at by their length: borrowing them is the point.
    pub fn bytes(&mut self, bytes: Option<&[u8]>) {
        self.long(bytes.map_or(-1, |bytes| bytes.len().cast_signed() as i64));
    }

    pub fn stat(&mut self, stat: &Stat) {
        self.long(stat.czxid);
        self.long(stat.mzxid);
        self.long(stat.ctime);
        self.long(stat.mtime);
        self.int(stat.version);
        self.int(stat.cversion);
        self.int(stat.aversion);
        self.long(stat.ephemeral_owner);
        self.int(stat.data_length);
        self.int(stat.num_children);
        self.long(stat.pzxid);
    }
}
