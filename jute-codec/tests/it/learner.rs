//! What followers of any age tell about themselves.

use jute_codec::Decode;
use jute_codec::LearnerInfo;
use jute_codec::QuorumAuthPacket;

#[test]
fn learner_info_is_read_as_far_as_it_goes() {
    let data: Vec<u8> = (1..=24).collect();
    for length in 0..=data.len() {
        let info = LearnerInfo::from_data(&data[..length]);
        let serverid = if length < 8 { 0 } else { 0x0102_0304_0506_0708 };
        let protocol_version = if length < 12 { 1 } else { 0x090a_0b0c };
        let config_version = if length < 20 {
            0
        } else {
            0x0d0e_0f10_1112_1314
        };
        assert_eq!(info.serverid, serverid, "{length}");
        assert_eq!(info.protocol_version, protocol_version, "{length}");
        assert_eq!(info.config_version, config_version, "{length}");
        // As a record, it is whole or wrong.
        let record = LearnerInfo::from_payload(&data[..length]);
        assert_eq!(record.ok(), (length == 20).then_some(info), "{length}");
    }
}

/// `QuorumAuth.Status`.
#[test]
fn an_exchange_goes_on_or_ends_well_or_not() {
    let states = [
        QuorumAuthPacket::IN_PROGRESS,
        QuorumAuthPacket::SUCCESS,
        QuorumAuthPacket::ERROR,
    ];
    assert_eq!(states, [0, 1, -1]);
}
