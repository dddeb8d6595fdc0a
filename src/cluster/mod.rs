//! The cluster: one API server, read object by object, and asked for a dry run. The only room that knows `kube`.
//! Must never write, and never take a read that failed for an absence.
