//! Which fields a phase of a plan does not have.

/// Number of fields that a phase needs, and of those that it should have.
pub(crate) const REQUIRED: usize = 4;
pub(crate) const WANTED: usize = 3;

/// Fields that a phase does not have, by their places in the tables of what is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gaps {
    required: Vec<usize>,
    wanted: Vec<usize>,
}

impl Gaps {
    /// Takes what is there, in the order of the tables.
    pub(crate) fn of(required: [bool; REQUIRED], wanted: [bool; WANTED]) -> Self {
        let absent = |there: &[bool]| (0..there.len()).filter(|at| !there[*at]).collect::<Vec<_>>();
        let required = absent(&required);
        // A heading without any field is one error, and not four findings.
        let wanted = if required.len() < REQUIRED { absent(&wanted) } else { Vec::new() };
        Self { required, wanted }
    }

    /// Returns what is missing without which the phase cannot be used.
    pub(crate) fn required(&self) -> &[usize] {
        &self.required
    }

    /// Returns what is missing for which something is assumed.
    pub(crate) fn wanted(&self) -> &[usize] {
        &self.wanted
    }

    /// Tells whether the phase cannot be used.
    pub(crate) fn refuse(&self) -> bool {
        !self.required.is_empty()
    }
}
