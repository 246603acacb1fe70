//! The rows and their index, small enough for a million.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use domain::lane::Lane;
use domain::message::Class;

/// A row's place in [`Rows::all`].
pub(crate) type RowNo = u32;
/// A lane's place in the index.
pub(crate) type LaneNo = u16;

/// Claimed rows.
pub(crate) const SENDING: LaneNo = 5;
/// Rows that ended.
const ENDED: LaneNo = 6;
const FIRST_BULK: LaneNo = 8;
/// Campaigns of one run, at most.
pub(crate) const CAMPAIGNS: u16 = 200;
/// Lanes of a campaign, at most.
pub(crate) const SHARDS: u16 = 4;
const FIRST_STICKY: LaneNo = FIRST_BULK + CAMPAIGNS * SHARDS;
/// Numbers of one run, at most.
const NUMBERS: u16 = 60;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Standing {
    /// In its lane.
    Queued,
    /// Claimed.
    Sending,
    /// `sent/accepted`
    Sent,
    /// `failed/unconfirmed`
    Unconfirmed,
    /// `failed/bad_recipient`
    BadRecipient,
    /// `failed/suppressed`
    Suppressed,
    /// `failed/expired`
    Expired,
    /// `failed/exhausted`
    Exhausted,
}

/// A row of the outbox; times as [`crate::time::packed`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) due: u32,
    pub(crate) cause: u32,
    pub(crate) expires: u32,
    pub(crate) person: u32,
    pub(crate) token: u32,
    shown_due: u32,
    pub(crate) lane: LaneNo,
    /// Where it stands with all the others.
    home: LaneNo,
    /// Its lane while it waits for one number.
    own: Option<std::num::NonZeroU16>,
    shown_lane: LaneNo,
    pub(crate) class: Class,
    pub(crate) standing: Standing,
    pub(crate) attempts: u8,
}

/// A row to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRow {
    pub(crate) class: Class,
    pub(crate) lane: LaneNo,
    /// The number it waits for.
    pub(crate) only: Option<usize>,
    pub(crate) person: u32,
    pub(crate) due: u32,
    pub(crate) cause: u32,
    pub(crate) expires: u32,
}

/// All rows, and the index, which may lag behind them.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) all: Vec<Row>,
    lanes: Vec<BTreeSet<(u32, RowNo)>>,
    /// Rows that have not ended.
    pub(crate) open: u32,
}

pub(crate) fn class_lane(class: Class) -> LaneNo {
    class as LaneNo
}

pub(crate) fn bulk_lane(campaign: u16, shard: u16) -> LaneNo {
    FIRST_BULK + campaign * SHARDS + shard
}

pub(crate) fn sticky_lane(number: usize, class: Class) -> LaneNo {
    FIRST_STICKY + u16::try_from(number).unwrap_or(0) * 5 + class as u16
}

pub(crate) fn is_sticky(lane: LaneNo) -> bool {
    lane >= FIRST_STICKY
}

/// The index partition of a lane of the rules; ids are counted up from 0.
pub(crate) fn lane_no(lane: Lane) -> LaneNo {
    let small = |id: u128| u16::try_from(id).unwrap_or(0);
    match lane {
        Lane::Class(class) => class_lane(class),
        Lane::Bulk {
            campaign, shard, ..
        } => bulk_lane(small(campaign.0.as_u128()), u16::from(shard)),
        Lane::Sticky { number, class } => {
            sticky_lane(usize::from(small(number.0.as_u128())), class)
        }
        Lane::Sending | Lane::WaitingSequence | Lane::Held => SENDING,
    }
}

impl Rows {
    pub(crate) fn new(expected: u32) -> Self {
        let lanes = usize::from(FIRST_STICKY + NUMBERS * 5);
        Self {
            all: Vec::with_capacity(usize::try_from(expected).unwrap_or(0)),
            lanes: vec![BTreeSet::new(); lanes],
            open: 0,
        }
    }

    pub(crate) fn add(&mut self, new: NewRow) -> RowNo {
        let at = RowNo::try_from(self.all.len()).unwrap_or(RowNo::MAX);
        let own = new.only.map(|number| sticky_lane(number, new.class));
        let own = own.and_then(std::num::NonZeroU16::new);
        self.all.push(Row {
            due: new.due,
            cause: new.cause,
            expires: new.expires,
            person: new.person,
            token: 0,
            shown_due: new.due,
            lane: own.map_or(new.lane, |own| own.get()),
            home: new.lane,
            own,
            shown_lane: ENDED,
            class: new.class,
            standing: Standing::Queued,
            attempts: 0,
        });
        self.open += 1;
        at
    }

    pub(crate) fn get(&self, at: RowNo) -> &Row {
        &self.all[at as usize]
    }

    pub(crate) fn get_mut(&mut self, at: RowNo) -> &mut Row {
        &mut self.all[at as usize]
    }

    /// The row waits for no number any more.
    pub(crate) fn release(&mut self, at: RowNo) {
        self.all[at as usize].own = None;
    }

    /// Moves the row; the index is told by [`Rows::show`].
    pub(crate) fn place(&mut self, at: RowNo, standing: Standing, due: u32) {
        let row = &mut self.all[at as usize];
        let was_open = row.standing <= Standing::Sending;
        row.standing = standing;
        row.due = due;
        row.lane = match standing {
            Standing::Queued => row.own.map_or(row.home, |own| own.get()),
            Standing::Sending => SENDING,
            _ => ENDED,
        };
        match (was_open, standing <= Standing::Sending) {
            (true, false) => self.open -= 1,
            (false, true) => self.open += 1,
            _ => {}
        }
    }

    /// Brings the index up to date about one row.
    pub(crate) fn show(&mut self, at: RowNo) {
        let row = &mut self.all[at as usize];
        if (row.shown_lane, row.shown_due) == (row.lane, row.due) {
            return;
        }
        if row.shown_lane != ENDED {
            self.lanes[usize::from(row.shown_lane)].remove(&(row.shown_due, at));
        }
        (row.shown_lane, row.shown_due) = (row.lane, row.due);
        if row.lane != ENDED {
            self.lanes[usize::from(row.lane)].insert((row.due, at));
        }
    }

    /// A lane's rows that are due in a stretch of time, earliest first.
    pub(crate) fn in_lane(
        &self,
        lane: LaneNo,
        due: RangeInclusive<u32>,
    ) -> impl Iterator<Item = (u32, RowNo)> {
        let (from, to) = due.into_inner();
        // The tree refuses an empty range.
        (from <= to)
            .then(|| self.lanes[usize::from(lane)].range((from, 0)..=(to, RowNo::MAX)))
            .into_iter()
            .flatten()
            .copied()
    }

    pub(crate) fn has_any(&self, lane: LaneNo) -> bool {
        !self.lanes[usize::from(lane)].is_empty()
    }
}
