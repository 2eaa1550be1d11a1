//! Secrets in what was added: keys of known kinds, private keys, passwords of addresses, values under secret names; also
//! encoded, in archives and binary files, in names, in messages, and in what the history keeps.

mod archive;
mod assignment;
mod checksum;
mod content;
mod encoded;
mod file;
mod find;
mod header;
mod known;
mod line;
mod mask;
mod private_key;
mod random;

pub(super) use find::check;
pub(super) use mask::masked;
