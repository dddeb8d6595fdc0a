//! The database and its replication: a failover of the storage would change nothing here.

use super::super::cause::Cause::DatabaseSide;
use super::super::confidence::Confidence::{Certain, Likely, Possible};
use super::super::signature::Says::Cause;
use super::super::signature::Signature;
use super::voice::DATABASE;
use super::{CLIENT, CODE, OPERATOR, REPORTS};

/// The rows.
pub(super) const ROWS: &[Signature] = &[
    // Donors held by uploads that hang are missing too (operator.md 12.29), so this alone is not certain.
    Signature::of("no-donor", Cause(DatabaseSide, Likely), &["cannot find node for backup"], OPERATOR),
    Signature::of(
        "sst",
        Cause(DatabaseSide, Likely),
        &["donor disappeared", "sst request failure", "sst request failed", "donor is no longer in the cluster"],
        OPERATOR,
    ),
    // `run_backup.sh` of 1.18 and newer: what the donor sent ended before its last file.
    Signature::of(
        "cut-stream",
        Cause(DatabaseSide, Likely),
        &["maybe the donor interrupted the connection", "sst file not found"],
        CODE,
    ),
    // The script that uploads ends so too.
    Signature::of(
        "generic-failure",
        Cause(DatabaseSide, Possible),
        &["backup was unsuccessful: generic failure", "garbd exited with", "socat(1) failed"],
        OPERATOR,
    ),
    Signature::of(
        "no-primary",
        Cause(DatabaseSide, Certain),
        &[
            "failed to reach primary view",
            "failed to open gcomm backend",
            "failed to open channel",
            "non-primary",
            "has not yet prepared node for application use",
            "will never receive state",
            "no active nodes",
        ],
        REPORTS,
    ),
    Signature::of(
        "not-ready",
        Cause(DatabaseSide, Certain),
        &[
            "cluster is not ready for backup",
            "scheduled backup is not created",
            "cluster is not ready",
            "no ready pxc pods",
        ],
        CODE,
    ),
    Signature::of(
        "mysql",
        Cause(DatabaseSide, Certain),
        &[
            "access denied for user",
            "lost connection to mysql",
            "mysql server has gone away",
            "can't connect to mysql",
            "can't connect to local mysql",
            "failed to connect to mysql",
            "driver: bad connection",
            "too many connections",
            "mysqlbinlog: [error]",
            "mysqlbinlog error",
        ],
        CLIENT,
    ),
    Signature::of(
        "xtrabackup",
        Cause(DatabaseSide, Certain),
        &[
            "log block numbers mismatch",
            "unsupported redo log",
            "log copying being too slow",
            "unsupported server version",
            "can only perform backups",
            "innodb: operating system error",
            "innodb: database page corruption",
            "failed to execute query",
            "table definition has changed",
            "lock wait timeout exceeded",
        ],
        CLIENT,
    ),
    Signature::of("mysqld-full", Cause(DatabaseSide, Certain), &["errcode: 28", "os errno 28"], CLIENT),
    Signature::of("mysqld-disk", Cause(DatabaseSide, Certain), &["no space left on device"], CLIENT).with(&[
        "[my-0",
        "[my-1",
        "/var/lib/mysql",
        "mysqld",
        "innodb",
    ]),
    Signature::of(
        "database-network",
        Cause(DatabaseSide, Certain),
        &[
            "connection refused",
            "i/o timeout",
            "no such host",
            "no route to host",
            "connection reset by peer",
            "connection timed out",
            "context deadline exceeded",
            "certificate verify failed",
            "name or service not known",
            "unknown authority",
            "server misbehaving",
            "certificate has expired",
            "invalid connection",
        ],
        REPORTS,
    )
    .with(DATABASE)
    .without(&["http://", "https://", "webhook"]),
    Signature::of(
        "collector-database",
        Cause(DatabaseSide, Likely),
        &[
            "get binlog list:",
            "get gtid sets:",
            "get gtid set:",
            "new db connection:",
            "get first pxc host:",
            "get first timestamp",
            "get last timestamp",
            "create collector functions:",
            "install component",
            "wait mysqlbinlog command error",
            "check if gtid set is subset",
        ],
        REPORTS,
    )
    .without(&["http://", "https://"]),
    Signature::of("gap", Cause(DatabaseSide, Possible), &["gap detected in the binary logs"], OPERATOR),
    Signature::of("mysqld-error", Cause(DatabaseSide, Possible), &["[error] [my-"], CLIENT),
];
