//! Every guard, triggered: the level, the fact and the hint as a person reads them.

mod cluster;
mod fixture;
mod ids;
mod name_shared;
mod pitr;
mod place;
mod repository;
mod resume;
mod schedule;
mod stage;
mod volume;
