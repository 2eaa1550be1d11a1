//! What git shows, as scripts see it.

use rhai::{Array, Dynamic, Map};

use crate::bridge::{Executed, Landed, PhaseRecord, PushedHead, PushedWork, UpdatedBase};
use crate::model::history::{Distance, LoggedCommit};
use crate::script::value::convert::{data, hand_map, optional, texts};

/// Makes the map of an item. A short one has of each validation only its level: the facts of a large batch are handed from
/// function to function, and each time copied.
pub(super) fn facts(executed: Executed, is_short: bool) -> Dynamic {
    let mut map = Map::new();
    map.insert("id".into(), executed.id.into());
    map.insert("phases".into(), executed.phases.iter().map(|record| phase(record, is_short)).collect::<Array>().into());
    map.insert("merged".into(), optional(executed.merged));
    map.insert("has_merge".into(), executed.has_merge.into());
    map.insert("taken_out".into(), executed.taken_out.into());
    map.insert("kept_by_batch".into(), executed.kept_by_batch.into());
    map.insert("in_hand".into(), hand_map(executed.in_hand));
    map.insert(
        "reverted".into(),
        executed.reverted.iter().map(|&n| Dynamic::from(i64::from(n))).collect::<Array>().into(),
    );
    map.insert("files".into(), texts(executed.files).into());
    map.insert("files_known".into(), executed.files_known.into());
    map.insert("first".into(), optional(executed.first));
    map.insert("last".into(), optional(executed.last));
    map.insert("hours".into(), optional(executed.hours));
    map.insert("objections".into(), executed.objections.iter().map(data).collect::<Array>().into());
    map.into()
}

fn phase(record: &PhaseRecord, is_short: bool) -> Dynamic {
    let passed = record.validation.as_ref().is_some_and(crate::model::validation::ValidationRecord::passed);
    let mut map = Map::new();
    map.insert("ordinal".into(), i64::from(record.ordinal).into());
    map.insert("commit".into(), record.commit.clone().into());
    map.insert("key".into(), record.key.clone().into());
    map.insert("passed".into(), passed.into());
    let validation = record.validation.as_ref().map_or(Dynamic::UNIT, |record| match is_short {
        true => [("level".into(), i64::from(record.level).into())].into_iter().collect::<Map>().into(),
        false => data(record),
    });
    map.insert("validation".into(), validation);
    map.into()
}

pub(super) fn distance_map(distance: Distance) -> Map {
    let count = |number: u64| Dynamic::from(i64::try_from(number).unwrap_or(i64::MAX));
    let mut map = Map::new();
    map.insert("branch".into(), distance.branch.into());
    map.insert("ahead".into(), count(distance.ahead));
    map.insert("behind".into(), count(distance.behind));
    map
}

pub(super) fn updated(done: UpdatedBase) -> Map {
    let mut map = Map::new();
    map.insert("branch".into(), done.branch.into());
    map.insert("base".into(), done.base.into());
    map.insert("commits".into(), i64::try_from(done.commits).unwrap_or(i64::MAX).into());
    map
}

pub(super) fn landed(done: Landed) -> Map {
    let mut map = Map::new();
    for (name, value) in [("branch", done.branch), ("onto", done.onto), ("from", done.from), ("to", done.to)] {
        map.insert(name.into(), value.into());
    }
    for (name, number) in [("commits", done.commits), ("before", done.before)] {
        map.insert(name.into(), i64::try_from(number).unwrap_or(i64::MAX).into());
    }
    map.insert("how".into(), done.how.to_string().into());
    map
}

pub(super) fn pushed(done: PushedWork) -> Map {
    let mut map = Map::new();
    for (name, value) in [("branch", done.branch), ("onto", done.onto), ("address", done.address)] {
        map.insert(name.into(), value.into());
    }
    let head = |head: PushedHead| -> Dynamic {
        let entries = [
            ("item".into(), optional(head.item)),
            ("branch".into(), head.branch.into()),
            ("commit".into(), head.commit.into()),
            ("is_moved".into(), head.is_moved.into()),
            ("conflicts".into(), texts(head.conflicts).into()),
        ];
        entries.into_iter().collect::<Map>().into()
    };
    map.insert("heads".into(), done.heads.into_iter().map(head).collect::<Array>().into());
    map
}

pub(super) fn logged(entry: LoggedCommit) -> Dynamic {
    let subject = entry.message.lines().next().unwrap_or_default().to_owned();
    let mut map = Map::new();
    map.insert("commit".into(), entry.commit.into());
    map.insert("parents".into(), texts(entry.parents).into());
    map.insert("time".into(), entry.time.into());
    map.insert("subject".into(), subject.into());
    map.insert("message".into(), entry.message.into());
    map.into()
}
