//! Transactions: which record stands behind a header (`SerializeUtils.deserializeTxn`).

use crate::CheckVersionTxn;
use crate::CloseSessionTxn;
use crate::CreateContainerTxn;
use crate::CreateSessionTxn;
use crate::CreateTtlTxn;
use crate::CreateTxn;
use crate::CreateTxnV0;
use crate::Decode;
use crate::DecodeError;
use crate::DecodeErrorKind;
use crate::DeleteTxn;
use crate::ErrorTxn;
use crate::MultiTxn;
use crate::OpCode;
use crate::Raw;
use crate::Reader;
use crate::Schema;
use crate::SetAclTxn;
use crate::SetDataTxn;

dispatch! {
    /// What stands behind a [`TxnHeader`](crate::TxnHeader), and in the `data` of a
    /// [`Txn`](crate::Txn). Logs have a [`TxnDigest`](crate::TxnDigest) behind it, since 3.6.0.
    pub enum TxnBody<'a> {
        /// Opens a session.
        CreateSession(body: CreateSessionTxn) = CREATE_SESSION;
        /// Ends a session.
        CloseSession(body: CloseSessionTxn<'a>) = CLOSE_SESSION;
        /// Makes a znode.
        Create(body: CreateTxn<'a>) = CREATE;
        /// Makes a znode.
        Create2(body: CreateTxn<'a>) = CREATE2;
        /// Makes a znode with a time to live.
        CreateTtl(body: CreateTtlTxn<'a>) = CREATE_TTL;
        /// Makes a container.
        CreateContainer(body: CreateContainerTxn<'a>) = CREATE_CONTAINER;
        /// Removes a znode.
        Delete(body: DeleteTxn<'a>) = DELETE;
        /// Removes a container.
        DeleteContainer(body: DeleteTxn<'a>) = DELETE_CONTAINER;
        /// Writes a znode's data.
        SetData(body: SetDataTxn<'a>) = SET_DATA;
        /// Writes the configuration.
        Reconfig(body: SetDataTxn<'a>) = RECONFIG;
        /// Writes a znode's ACL.
        SetAcl(body: SetAclTxn<'a>) = SET_ACL;
        /// Stands for a request that failed.
        Error(body: ErrorTxn) = ERROR;
        /// Several transactions as one.
        Multi(body: MultiTxn<'a>) = MULTI;
        /// Checks a znode's version; within a multi alone.
        Check(body: CheckVersionTxn<'a>) = CHECK;
    } else {
        /// The end of a session without its record, which logs may leave out.
        Nothing(OpCode);
        /// A `create` that ends before `parentCVersion`, as logs older than 3.4.0 have it.
        CreateV0(OpCode, body: CreateTxnV0<'a>);
        /// A transaction that is not known.
        Other(OpCode, rest: Raw<'a>);
    }
}

impl<'a> TxnBody<'a> {
    /// Reads the record behind a header of `op`.
    ///
    /// # Errors
    /// As the record has them. An unknown transaction is none.
    pub fn decode(op: OpCode, reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        if op == OpCode::CLOSE_SESSION && reader.is_empty() {
            return Ok(Self::Nothing(op));
        }
        let start = reader.clone();
        match Self::known(op, reader) {
            Ok(Some(txn)) => Ok(txn),
            Ok(None) => Ok(Self::Other(op, Raw(reader.take(reader.rest().len())?))),
            Err(error) if op == OpCode::CREATE && ends_too_soon(error) => {
                *reader = start;
                CreateTxnV0::decode(reader).map(|txn| Self::CreateV0(op, txn))
            }
            Err(error) => Err(error),
        }
    }
}

/// The record behind a transaction's header; `None` if the transaction is not known.
#[must_use]
pub fn txn_schema(op: OpCode) -> Option<Schema> {
    TxnBody::known_schema(op).flatten()
}

fn ends_too_soon(error: DecodeError) -> bool {
    matches!(error.kind, DecodeErrorKind::UnexpectedEnd { .. }) && error.field == "parentCVersion"
}
