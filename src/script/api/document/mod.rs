//! Functions over documents: plans, PRPs, marked sections, reviews, templates.

pub(crate) mod contradiction;
pub(crate) mod plan;
pub(crate) mod prp;
pub(crate) mod review;
pub(crate) mod review_facts;
pub(crate) mod section;
pub(crate) mod template;
