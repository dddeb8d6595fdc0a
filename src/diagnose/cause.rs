//! What can be wrong, named as Kubernetes names reasons, and on which side of the line between storage and database it lies.
//! The names are a contract: programs read them as `.cause`, and Git keeps them in `incident.yaml`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Cause {
    /// Nothing answers at the endpoint.
    EndpointUnreachable,
    /// The endpoint's name has no address.
    DnsFailure,
    /// The certificate is signed by nobody that the client knows.
    TlsUnknownCa,
    /// The certificate has expired.
    TlsExpired,
    /// The certificate is for another name.
    TlsNameMismatch,
    /// One side speaks plain HTTP, the other TLS.
    TlsPlainHttp,
    /// The server does not know the access key, or has it disabled.
    AccessKeyUnknown,
    /// The secret key is not the one of the access key.
    SecretKeyWrong,
    /// The key is good, a policy denies what it is used for.
    AccessDenied,
    /// The session token has expired.
    TokenExpired,
    /// The clocks of client and server are too far apart.
    ClockSkew,
    /// There is no such bucket.
    BucketMissing,
    /// Requests are signed for another region than the server's.
    RegionMismatch,
    /// The server has no space left.
    StorageFull,
    /// The bucket or the user has used up its quota.
    QuotaExceeded,
    /// Too few drives of the server are online.
    QuorumLost,
    /// The server is starting.
    ServerStarting,
    /// The server asks for fewer requests.
    Throttled,
    /// The volume that a backup is written to is full.
    BufferFull,
    /// A pod or its volume cannot be placed.
    VolumeUnschedulable,
    /// A Secret is missing, or lacks keys.
    SecretMissing,
    /// Objects in the cluster do not fit together.
    ClusterWiring,
    /// The server does not speak S3 as the backup's tools do.
    S3Dialect,
    /// The database could not give a backup; the storage is not at fault.
    DatabaseSide,
    /// Backups succeed.
    Healthy,
    /// The evidence names no cause.
    CannotTell,
}

/// On which side a cause lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The storage, or the way to it.
    Storage,
    /// What the cluster gives a backup: volumes, Secrets, objects.
    Cluster,
    /// The database.
    Database,
    /// Nothing is wrong, or nobody can tell.
    None,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 26] = [
        Self::EndpointUnreachable,
        Self::DnsFailure,
        Self::TlsUnknownCa,
        Self::TlsExpired,
        Self::TlsNameMismatch,
        Self::TlsPlainHttp,
        Self::AccessKeyUnknown,
        Self::SecretKeyWrong,
        Self::AccessDenied,
        Self::TokenExpired,
        Self::ClockSkew,
        Self::BucketMissing,
        Self::RegionMismatch,
        Self::StorageFull,
        Self::QuotaExceeded,
        Self::QuorumLost,
        Self::ServerStarting,
        Self::Throttled,
        Self::BufferFull,
        Self::VolumeUnschedulable,
        Self::SecretMissing,
        Self::ClusterWiring,
        Self::S3Dialect,
        Self::DatabaseSide,
        Self::Healthy,
        Self::CannotTell,
    ];

    /// Returns the name that reports, JSON and Git use.
    pub fn name(self) -> &'static str {
        match self {
            Self::EndpointUnreachable => "EndpointUnreachable",
            Self::DnsFailure => "DnsFailure",
            Self::TlsUnknownCa => "TlsUnknownCa",
            Self::TlsExpired => "TlsExpired",
            Self::TlsNameMismatch => "TlsNameMismatch",
            Self::TlsPlainHttp => "TlsPlainHttp",
            Self::AccessKeyUnknown => "AccessKeyUnknown",
            Self::SecretKeyWrong => "SecretKeyWrong",
            Self::AccessDenied => "AccessDenied",
            Self::TokenExpired => "TokenExpired",
            Self::ClockSkew => "ClockSkew",
            Self::BucketMissing => "BucketMissing",
            Self::RegionMismatch => "RegionMismatch",
            Self::StorageFull => "StorageFull",
            Self::QuotaExceeded => "QuotaExceeded",
            Self::QuorumLost => "QuorumLost",
            Self::ServerStarting => "ServerStarting",
            Self::Throttled => "Throttled",
            Self::BufferFull => "BufferFull",
            Self::VolumeUnschedulable => "VolumeUnschedulable",
            Self::SecretMissing => "SecretMissing",
            Self::ClusterWiring => "ClusterWiring",
            Self::S3Dialect => "S3Dialect",
            Self::DatabaseSide => "DatabaseSide",
            Self::Healthy => "Healthy",
            Self::CannotTell => "CannotTell",
        }
    }

    /// Returns on which side the cause lies.
    pub fn side(self) -> Side {
        match self {
            Self::BufferFull | Self::VolumeUnschedulable | Self::SecretMissing | Self::ClusterWiring => Side::Cluster,
            Self::DatabaseSide => Side::Database,
            Self::Healthy | Self::CannotTell => Side::None,
            _ => Side::Storage,
        }
    }

    /// Returns the cause as the end of a sentence about the storage, or as one of its own.
    pub fn claim(self) -> &'static str {
        match self {
            Self::EndpointUnreachable => "the storage does not answer",
            Self::DnsFailure => "the name of the storage's endpoint has no address",
            Self::TlsUnknownCa => "the storage's certificate is signed by a CA that the client does not know",
            Self::TlsExpired => "the storage's certificate has expired",
            Self::TlsNameMismatch => "the storage's certificate is for another name",
            Self::TlsPlainHttp => "one side speaks plain http, the other https",
            Self::AccessKeyUnknown => "the storage does not know the access key, or has it disabled",
            Self::SecretKeyWrong => "the secret key does not belong to the access key",
            Self::AccessDenied => "the key is good, but its policy denies what backups need",
            Self::TokenExpired => "the session token has expired or is no longer valid",
            Self::ClockSkew => "the clocks of client and storage are too far apart",
            Self::BucketMissing => "there is no such bucket",
            Self::RegionMismatch => "requests are signed for another region than the storage's",
            Self::StorageFull => "the storage has no space left",
            Self::QuotaExceeded => "the quota of the bucket is used up",
            Self::QuorumLost => "the storage has lost too many drives to read or write",
            Self::ServerStarting => "the storage is starting and does not serve yet",
            Self::Throttled => "the storage refuses requests because it is busy",
            Self::BufferFull => "the volume that the backup is written to is full",
            Self::VolumeUnschedulable => "the backup's pod or volume cannot be placed",
            Self::SecretMissing => "a Secret is missing or lacks the keys that backups need",
            Self::ClusterWiring => "objects in the cluster do not fit together",
            Self::S3Dialect => "the storage does not speak S3 as the backup's tools do",
            Self::DatabaseSide => "the database could not give a backup; nothing speaks against the storage",
            Self::Healthy => "nothing in the evidence speaks against the next backup",
            Self::CannotTell => "the evidence names no cause",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_programs_read() {
        for cause in Cause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.name());
        }
    }
}
