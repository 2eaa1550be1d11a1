//! Secrets in what was added: keys of known kinds, private keys, passwords of addresses, values under secret names.

mod assignment;
mod checksum;
mod file;
mod find;
mod known;
mod mask;
mod random;

pub(super) use find::check;
pub(super) use mask::masked;
