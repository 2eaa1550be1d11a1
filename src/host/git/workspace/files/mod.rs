//! What lies in a workspace: as a tree, with submodules, without what set-up made, in a sparse checkout.

pub(crate) mod links;
pub(crate) mod made;
pub(crate) mod modules;
pub(crate) mod sparse;
pub(crate) mod stage;
pub(crate) mod tree;
