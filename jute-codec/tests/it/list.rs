//! Every record there is, for tests to go through; one that is missing here fails a test.

/// Calls `$callback!` with every record of the schema, its lifetime and its fields, in the order of
/// the schema, and with the handwritten ones behind them.
macro_rules! every_record {
    ($callback:ident) => {
        $callback! {
            Id<'a> { scheme, id }
            Acl<'a> { perms, id }
            Stat {
                czxid, mzxid, ctime, mtime, version, cversion, aversion, ephemeral_owner,
                data_length, num_children, pzxid
            }
            StatPersisted {
                czxid, mzxid, ctime, mtime, version, cversion, aversion, ephemeral_owner, pzxid
            }
            ClientInfo<'a> { auth_scheme, user }
            ConnectRequest<'a> {
                protocol_version, last_zxid_seen, time_out, session_id, passwd, read_only
            }
            ConnectResponse<'a> { protocol_version, time_out, session_id, passwd, read_only }
            SetWatches<'a> { relative_zxid, data_watches, exist_watches, child_watches }
            SetWatches2<'a> {
                relative_zxid, data_watches, exist_watches, child_watches, persistent_watches,
                persistent_recursive_watches
            }
            RequestHeader { xid, op }
            MultiHeader { op, done, err }
            AuthPacket<'a> { auth_type, scheme, auth }
            ReplyHeader { xid, zxid, err }
            GetDataRequest<'a> { path, watch }
            SetDataRequest<'a> { path, data, version }
            ReconfigRequest<'a> { joining_servers, leaving_servers, new_members, cur_config_id }
            SetDataResponse { stat }
            GetSaslRequest<'a> { token }
            SetSaslRequest<'a> { token }
            SetSaslResponse<'a> { token }
            CreateRequest<'a> { path, data, acl, flags }
            CreateTtlRequest<'a> { path, data, acl, flags, ttl }
            DeleteRequest<'a> { path, version }
            GetChildrenRequest<'a> { path, watch }
            GetAllChildrenNumberRequest<'a> { path }
            GetChildren2Request<'a> { path, watch }
            CheckVersionRequest<'a> { path, version }
            GetMaxChildrenRequest<'a> { path }
            GetMaxChildrenResponse { max }
            SetMaxChildrenRequest<'a> { path, max }
            SyncRequest<'a> { path }
            SyncResponse<'a> { path }
            GetAclRequest<'a> { path }
            SetAclRequest<'a> { path, acl, version }
            SetAclResponse { stat }
            AddWatchRequest<'a> { path, mode }
            WatcherEvent<'a> { event, state, path }
            ErrorResponse { err }
            CreateResponse<'a> { path }
            Create2Response<'a> { path, stat }
            ExistsRequest<'a> { path, watch }
            ExistsResponse { stat }
            GetDataResponse<'a> { data, stat }
            GetChildrenResponse<'a> { children }
            GetAllChildrenNumberResponse { total_number }
            GetChildren2Response<'a> { children, stat }
            GetAclResponse<'a> { acl, stat }
            CheckWatchesRequest<'a> { path, watcher }
            RemoveWatchesRequest<'a> { path, watcher }
            GetEphemeralsRequest<'a> { prefix_path }
            GetEphemeralsResponse<'a> { ephemerals }
            WhoAmIResponse<'a> { client_info }
            LearnerInfo { serverid, protocol_version, config_version }
            QuorumPacket<'a> { packet, zxid, data, authinfo }
            QuorumAuthPacket<'a> { magic, status, token }
            FileHeader { magic, version, dbid }
            TxnDigest { version, tree_digest }
            TxnHeader { client_id, cxid, zxid, time, op }
            CreateTxnV0<'a> { path, data, acl, ephemeral }
            CreateTxn<'a> { path, data, acl, ephemeral, parent_c_version }
            CreateTtlTxn<'a> { path, data, acl, parent_c_version, ttl }
            CreateContainerTxn<'a> { path, data, acl, parent_c_version }
            DeleteTxn<'a> { path }
            SetDataTxn<'a> { path, data, version }
            CheckVersionTxn<'a> { path, version }
            SetAclTxn<'a> { path, acl, version }
            SetMaxChildrenTxn<'a> { path, max }
            CreateSessionTxn { time_out }
            CloseSessionTxn<'a> { paths_2_delete }
            ErrorTxn { err }
            Txn<'a> { op, data }
            MultiTxn<'a> { txns }
            DeleteContainerRequest<'a> { path }
        }
    };
}

/// A record as a type, whatever its lifetime.
macro_rules! any_life {
    ($record:ident) => { jute_codec::$record };
    ($record:ident $life:lifetime) => { jute_codec::$record<'_> };
}

/// The names of the records in [`every_record`].
macro_rules! names {
    ($($record:ident $(<$life:lifetime>)? { $($field:ident),+ })+) => {
        [$(<any_life!($record $($life)?) as jute_codec::Record>::SCHEMA.name),+]
    };
}

#[test]
fn no_record_is_left_out() {
    let records = jute_codec::RECORDS.iter();
    let records = records.chain(jute_codec::HANDWRITTEN_RECORDS);
    let records: Vec<_> = records.map(|schema| schema.name).collect();
    assert_eq!(every_record!(names).to_vec(), records);
    assert_eq!(jute_codec::RECORDS.len(), 72);
}
