//! The process table as the system shows it.

use std::collections::BTreeSet;

/// One process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: i32,
    pub parent: i32,
    pub group: i32,
    pub session: i32,
    /// `Z` for one that has ended and was not waited for.
    pub state: char,
    /// Start time in ticks; with the pid it names a process for good.
    pub start: u64,
}

impl Process {
    /// Tells whether it still runs.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, 'Z' | 'X' | 'x')
    }
}

/// Returns all processes; none on systems without `/proc`.
pub fn snapshot() -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(process).collect()
}

/// Returns one process.
pub fn process(pid: i32) -> Option<Process> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    parse(pid, &stat)
}

/// Returns the environment with which a process was started; `None` when it is not ours to read.
pub fn environment(pid: i32) -> Option<Vec<u8>> {
    std::fs::read(format!("/proc/{pid}/environ")).ok()
}

/// Returns the soft limit of file locks of a process; `None` where it has none.
pub fn lock_limit(pid: i32) -> Option<u64> {
    lock_limit_in(&std::fs::read_to_string(format!("/proc/{pid}/limits")).ok()?)
}

fn lock_limit_in(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max file locks"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// Returns our own children, ended ones included; `None` when the system does not tell.
pub fn own_children() -> Option<Vec<i32>> {
    let mut children = Vec::new();
    for task in std::fs::read_dir("/proc/self/task").ok()?.flatten() {
        match std::fs::read_to_string(task.path().join("children")) {
            Ok(list) => children.extend(list.split_whitespace().filter_map(|pid| pid.parse::<i32>().ok())),
            // A thread that has just ended has no children any more; a system without the file has no such thread.
            Err(_) if task.path().exists() => return None,
            Err(_) => {}
        }
    }
    Some(children)
}

/// Adds to `set` everything that descends from it.
pub fn close_over_children(all: &[Process], set: &mut BTreeSet<i32>) {
    loop {
        let before = set.len();
        for process in all {
            if set.contains(&process.parent) {
                set.insert(process.pid);
            }
        }
        if set.len() == before {
            return;
        }
    }
}

/// Who is in the PID namespace that a process holds.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// The first process there, with which all others end.
    pub first: i32,
    pub program: i32,
}

/// Returns who is in the PID namespace that a process holds; `None` where there is none, or no program in it yet.
pub fn within(all: &[Process], leader: i32) -> Option<Held> {
    let children = |of: i32| all.iter().filter(move |process| process.parent == of && process.is_alive());
    let first = children(leader).find(|child| is_first(child.pid))?;
    let program = children(first.pid).min_by_key(|child| (child.start, child.pid))?;
    Some(Held { first: first.pid, program: program.pid })
}

/// Tells whether a process is the first one of a PID namespace below ours.
fn is_first(pid: i32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap_or_default();
    let mut numbers = numbers.split_ascii_whitespace();
    numbers.next() != Some("1") && numbers.next_back() == Some("1")
}

/// Returns a process and all its ancestors.
pub fn with_ancestors(all: &[Process], pid: i32) -> BTreeSet<i32> {
    let mut line = BTreeSet::new();
    let mut next = Some(pid);
    while let Some(pid) = next.filter(|pid| line.insert(*pid)) {
        next = all.iter().find(|process| process.pid == pid).map(|process| process.parent);
    }
    line
}

fn parse(pid: i32, stat: &[u8]) -> Option<Process> {
    // The name in parentheses may contain anything, also parentheses.
    let behind = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let text = std::str::from_utf8(stat.get(behind..)?).ok()?;
    let fields: Vec<&str> = text.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse().ok();
    Some(Process {
        pid,
        state: fields.first()?.chars().next()?,
        parent: number(1)?,
        group: number(2)?,
        session: number(3)?,
        start: fields.get(19)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_parentheses_and_spaces_do_not_shift_the_fields() {
        let stat = b"42 (a) Z 1 (b)) S 7 8 9 0 -1 1 2 3 4 5 6 7 8 9 10 11 12 13 777 0 0\n";
        let process = parse(42, stat).unwrap();
        assert_eq!((process.parent, process.group, process.session, process.start), (7, 8, 9, 777));
        assert!(process.is_alive());
    }

    #[test]
    fn the_limit_of_locks_is_a_number_or_none() {
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax locked memory 1 1 bytes\nMax file locks  42  unlimited  locks\n";
        assert_eq!(lock_limit_in(limits), Some(42));
        assert_eq!(lock_limit_in("Max file locks  unlimited  unlimited  locks\n"), None);
    }

    #[test]
    fn descendants_are_found_in_any_order_of_the_table() {
        let process = |pid, parent| Process { pid, parent, group: 0, session: 0, state: 'S', start: 0 };
        let all = [process(5, 4), process(4, 3), process(3, 2), process(9, 1), process(2, 1)];
        let mut set = BTreeSet::from([3]);
        close_over_children(&all, &mut set);
        assert_eq!(set, BTreeSet::from([3, 4, 5]));
        assert_eq!(with_ancestors(&all, 4), BTreeSet::from([1, 2, 3, 4]));
    }
}
