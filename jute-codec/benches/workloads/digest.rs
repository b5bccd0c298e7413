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

    /// Sums and exclusive ors by turns: a sum alone is done several fields at a time, or not, as the
    /// compiler sees fit, which says nothing about the codec.
    pub fn stat(&mut self, stat: &Stat) {
        self.long(stat.czxid);
        self.mix(stat.mzxid);
        self.long(stat.ctime);
        self.mix(stat.mtime);
        self.int(stat.version);
        self.mix(i64::from(stat.cversion));
        self.int(stat.aversion);
        self.mix(stat.ephemeral_owner);
        self.int(stat.data_length);
        self.mix(i64::from(stat.num_children));
        self.long(stat.pzxid);
    }

    fn mix(&mut self, value: i64) {
        self.0 ^= value.cast_unsigned();
    }
}
