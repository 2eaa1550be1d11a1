//! What the job of an item needs of a machine: processors, memory, time, devices.

use serde::Serialize;

use crate::model::duration;

/// Names that `resources` of a PRP knows, for help texts.
pub const RESOURCES_ACCEPTED: &str =
    "write `resources: [cpus=4, memory=8G, time=2h, gpus=1, partition=long]`, or some of these";

/// What a job needs; what is not said is left to the configuration, and then to the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Resources {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpus: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpus: Option<u32>,
    /// Part of the machines, by the name that the engine has for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
}

impl Resources {
    /// Takes an entry such as `cpus=4` in; says what is wrong with it otherwise.
    pub fn take(&mut self, entry: &str) -> Result<(), String> {
        let (name, value) = entry.split_once('=').ok_or_else(|| format!("`{entry}` is no `name=value`"))?;
        let (name, value) = (name.trim(), value.trim());
        let bad = |what: &str| format!("`{value}` is not {what}");
        let count = || value.parse::<u32>().ok().filter(|count| *count > 0).ok_or_else(|| bad("a number above 0"));
        match name {
            "cpus" => self.cpus = Some(count()?),
            "gpus" => self.gpus = Some(count()?),
            "memory" => self.memory_mb = Some(megabytes(value).ok_or_else(|| bad("an amount such as `8G` or `512M`"))?),
            "time" => self.minutes = Some(minutes(value).ok_or_else(|| bad("a time such as `90m` or `2h`"))?),
            "partition" => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.,".contains(c);
                let is_good = !value.is_empty() && !value.starts_with('-') && value.chars().all(is_name);
                self.partition = Some(is_good.then(|| value.to_owned()).ok_or_else(|| bad("the name of a partition"))?);
            }
            _ => return Err(format!("`{name}` is no resource")),
        }
        Ok(())
    }

    /// Tells whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns what is said here, else what `other` says.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            cpus: self.cpus.or(other.cpus),
            memory_mb: self.memory_mb.or(other.memory_mb),
            minutes: self.minutes.or(other.minutes),
            gpus: self.gpus.or(other.gpus),
            partition: self.partition.or(other.partition),
        }
    }

    /// Says it to people.
    pub fn words(&self) -> String {
        let count = |count: Option<u32>, one: &str| {
            count.map(|count| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") })
        };
        let parts = [
            count(self.cpus, "processor"),
            self.memory_mb.map(|memory| format!("{memory} MB")),
            count(self.gpus, "GPU"),
            self.minutes.map(|minutes| format!("at most {}", duration::show(f64::from(minutes) * 60.0))),
            self.partition.as_ref().map(|partition| format!("partition {partition}")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Reads an amount of memory; a bare number is megabytes.
fn megabytes(text: &str) -> Option<u32> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let factor = match text[digits..].trim().to_ascii_uppercase().as_str() {
        "" | "M" | "MB" | "MIB" => 1,
        "G" | "GB" | "GIB" => 1024,
        "T" | "TB" | "TIB" => 1024 * 1024,
        _ => return None,
    };
    text[..digits].parse::<u32>().ok()?.checked_mul(factor).filter(|amount| *amount > 0)
}

/// Reads a time, in whole minutes that are not fewer.
fn minutes(text: &str) -> Option<u32> {
    let seconds = duration::parse(text).ok()?.as_secs();
    u32::try_from(seconds.div_ceil(60)).ok().filter(|minutes| *minutes > 0)
}

#[cfg(test)]
mod tests {
    use super::Resources;

    #[test]
    fn entries_are_read_and_said_again() {
        let mut resources = Resources::default();
        for entry in ["cpus=4", "memory = 8G", "time=90m", "gpus=1", "partition=long"] {
            resources.take(entry).expect(entry);
        }
        assert_eq!(resources.words(), "4 processors, 8192 MB, 1 GPU, at most 1h 30m, partition long");
        assert_eq!((resources.minutes, resources.memory_mb), (Some(90), Some(8192)));
    }

    #[test]
    fn what_no_engine_could_take_is_refused() {
        let wrong = ["cpus=0", "cpus=many", "memory=8Q", "memory=9999999T", "time=soon", "time=0", "disk=1G", "cpus"];
        for entry in wrong.into_iter().chain(["partition=--wrap=rm", "partition=a b", "partition="]) {
            assert!(Resources::default().take(entry).is_err(), "{entry}");
        }
    }

    #[test]
    fn what_is_nearer_wins() {
        let (mut near, mut far) = (Resources::default(), Resources::default());
        near.take("cpus=8").expect("cpus");
        far.take("cpus=2").expect("cpus");
        far.take("gpus=1").expect("gpus");
        let both = near.or(far);
        assert_eq!((both.cpus, both.gpus, both.minutes), (Some(8), Some(1), None));
    }
}
