//! Where in the log of a tenant somebody stands who follows it.
//!
//! What is shown of a change is the state at the moment of reading, which may be later than the change. So a cursor has, beside its
//! place, the newest change of which anything was shown, with its stamp: where the database has another stamp at that number, or
//! has not come so far, it is not the one that was read (a restored backup, a server that took over), and what was shown of it may
//! never have been.

use crate::http::cursor;

/// What a cursor is made for, as [`cursor`] has it: nothing else takes it.
const PARAMETERS: &str = "changes";

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    /// The number of the change.
    pub change: i64,
    /// Within its transaction.
    pub position: i32,
}

impl Place {
    /// Behind all of a change.
    pub const fn end_of(change: i64) -> Self {
        Self { change, position: i32::MAX }
    }
}

/// Where somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Cursor {
    /// Behind which place the snapshot began that is being read out.
    pub from: Place,
    /// Up to which place it was read.
    pub at: Place,
    /// The last change of that snapshot: what changes again behind it comes with the next one, so that nothing which changes all
    /// the time is put off for ever. `None` where none is being read out.
    pub upper: Option<i64>,
    /// The newest change of which anything was shown, and its stamp.
    pub seen: i64,
    pub stamp: i64,
}

impl Cursor {
    /// Behind all that there is, whose last change has this number and stamp.
    pub const fn at_end(change: i64, stamp: i64) -> Self {
        let end = Place::end_of(change);
        Self { from: end, at: end, upper: None, seen: change, stamp }
    }

    /// As a client gets it.
    pub fn encode(&self) -> String {
        let Self { from, at, upper, seen, stamp } = self;
        let mut row = Vec::with_capacity(48);
        for place in [from, at] {
            row.extend(place.change.to_be_bytes());
            row.extend(place.position.to_be_bytes());
        }
        for number in [upper.unwrap_or(-1), *seen, *stamp] {
            row.extend(number.to_be_bytes());
        }
        cursor::seal(&row, PARAMETERS)
    }

    /// Reads what a client sent back; `None` if it is no cursor.
    pub fn decode(text: &str) -> Option<Self> {
        let row = cursor::open(text, PARAMETERS)?;
        let mut rest = row.as_slice();
        let mut place = || {
            let (change, position) = (take(&mut rest)?, take(&mut rest)?);
            Some(Place { change: i64::from_be_bytes(change), position: i32::from_be_bytes(position) })
        };
        let (from, at) = (place()?, place()?);
        let upper = Some(i64::from_be_bytes(take(&mut rest)?)).filter(|upper| *upper >= 0);
        let (seen, stamp) = (i64::from_be_bytes(take(&mut rest)?), i64::from_be_bytes(take(&mut rest)?));
        let is_sound = from.change >= 0
            && from.position >= 0
            && at.position >= 0
            && from <= at
            && at.change <= seen
            && upper.is_none_or(|upper| at.change <= upper && upper <= seen);
        (rest.is_empty() && is_sound).then_some(Self { from, at, upper, seen, stamp })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

/// How far the log of a tenant goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// The newest change, and its stamp.
    pub newest: i64,
    pub stamp: i64,
    /// The newest change that is kept no more, and its stamp.
    pub given_up: i64,
    pub given_up_stamp: i64,
    /// The stamp of the change that was asked for, where it is kept.
    pub stamp_of_seen: Option<i64>,
}

impl Extent {
    /// Behind all that there is.
    pub const fn end(&self) -> Cursor {
        Cursor::at_end(self.newest, self.stamp)
    }

    /// Whether all that follows `cursor` is kept, and what came before is what was read then.
    pub fn holds(&self, cursor: &Cursor) -> bool {
        // The rest of a change that is given up may be gone.
        if cursor.at < Place::end_of(self.given_up) {
            return false;
        }
        let stamp = match cursor.seen {
            seen if seen > self.newest => None,
            seen if seen == self.newest => Some(self.stamp),
            seen if seen == self.given_up => Some(self.given_up_stamp),
            _ => self.stamp_of_seen,
        };
        stamp == Some(cursor.stamp)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(change: i64, position: i32) -> Place {
        Place { change, position }
    }

    proptest! {
        #[test]
        fn is_read_back(
            changes in prop::array::uniform4(0..=i64::MAX), positions in prop::array::uniform2(0..=i32::MAX),
            has_upper in any::<bool>(), stamp in any::<i64>(),
        ) {
            let mut changes = changes;
            changes.sort_unstable();
            let [from, at, upper, seen] = changes;
            let from = place(from, positions[0].min(positions[1]));
            let at = place(at, positions[0].max(positions[1]));
            let cursor = Cursor { from, at, upper: has_upper.then_some(upper), seen, stamp };
            let text = cursor.encode();
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(Cursor::decode(&text), Some(cursor));
        }

        #[test]
        fn anything_else_is_none(text in any::<String>(), end in any::<prop::sample::Index>()) {
            prop_assert_eq!(Cursor::decode(&text), None);
            let cursor = Cursor::at_end(7, 70).encode();
            prop_assert_eq!(Cursor::decode(&cursor[..end.index(cursor.len())]), None);
        }
    }

    #[test]
    fn one_that_cannot_be_is_none() {
        let sound = Cursor { from: place(1, 0), at: place(3, 5), upper: Some(4), seen: 6, stamp: 0 };
        assert_eq!(Cursor::decode(&sound.encode()), Some(sound));
        for cursor in [
            Cursor { from: place(-1, 0), ..sound },
            Cursor { from: place(1, -1), ..sound },
            Cursor { from: place(4, 0), ..sound },
            Cursor { at: place(3, -1), from: place(2, 0), ..sound },
            Cursor { upper: Some(2), ..sound },
            Cursor { upper: Some(7), ..sound },
            Cursor { upper: None, seen: 2, ..sound },
        ] {
            assert_eq!(Cursor::decode(&cursor.encode()), None, "{cursor:?}");
        }
        let of_a_listing = cursor::Cursor { page: 2, id: uuid::Uuid::nil(), key: String::new() };
        assert_eq!(Cursor::decode(&of_a_listing.encode(PARAMETERS)), None);
    }

    #[test]
    fn holds_while_all_that_follows_is_kept_and_what_was_seen_is_still_so() {
        let extent =
            Extent { newest: 9, stamp: 90, given_up: 4, given_up_stamp: 40, stamp_of_seen: Some(70) };
        let holds = |at: Place, seen: i64, stamp: i64| {
            extent.holds(&Cursor { from: at, at, upper: None, seen, stamp })
        };
        // The newest change goes by the counter, the oldest by what is kept of it, the others by their entries.
        assert!(holds(Place::end_of(9), 9, 90) && !holds(Place::end_of(9), 9, 70));
        assert!(holds(Place::end_of(4), 4, 40) && !holds(Place::end_of(4), 4, 70));
        assert!(holds(place(7, 3), 7, 70) && !holds(place(7, 3), 7, 71));
        // What was shown is later than the place.
        assert!(holds(place(5, 0), 7, 70) && holds(Place::end_of(4), 9, 90) && !holds(place(5, 0), 9, 70));
        // It is too old: not even the rest of the change may be there.
        assert!(!holds(place(4, 3), 7, 70) && !holds(Place::end_of(3), 7, 70) && !holds(place(3, 0), 3, 70));
        // The database has not come so far.
        assert!(!holds(Place::end_of(10), 10, 90) && !holds(Place::end_of(9), 10, 70));
        // There is no entry where there should be one.
        let gap = Extent { stamp_of_seen: None, ..extent };
        assert!(!gap.holds(&Cursor { at: place(7, 3), from: place(7, 3), upper: None, seen: 7, stamp: 70 }));
    }
}
