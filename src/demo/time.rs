//! When contacts of the demo were created: three fixed years, so that a seed gives the same data on every day.

use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

use super::random::Random;

/// The year of the first tags of occasions.
pub(super) const FIRST_YEAR: usize = 2023;

/// 2023-07-01T00:00:00Z, in microseconds since 1970.
const BEGIN: i64 = 1_688_169_600_000_000;

/// 2026-07-01T00:00:00Z.
const END: i64 = 1_782_864_000_000_000;

/// When the first contact may have been created.
pub(super) fn beginning() -> DateTime<Utc> {
    moment(BEGIN)
}

/// When a contact was created, in microseconds: each has a slot of the three years of its own, so that the order of
/// creation is that of the numbers.
pub(super) fn created_at(index: u64, contacts: u64, random: &mut Random) -> i64 {
    let span = u128::from(END.abs_diff(BEGIN));
    let edge =
        |index: u64| u64::try_from(span * u128::from(index) / u128::from(contacts)).unwrap_or(u64::MAX);
    let (from, to) = (edge(index), edge(index + 1));
    BEGIN.saturating_add_unsigned(from + random.below((to - from).max(1)))
}

/// When it was last changed: most contacts never were.
pub(super) fn updated_at(created_at: i64, random: &mut Random) -> i64 {
    if random.percent(65) {
        return created_at;
    }
    created_at.saturating_add_unsigned(random.below(END.abs_diff(created_at).max(1)))
}

/// The moment of so many microseconds since 1970.
pub(super) fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// A UUID of version 7 made at that moment, so that ids sort as their times do.
pub(super) fn id_at(micros: i64, random: &mut Random) -> Uuid {
    let millis = micros.div_euclid(1_000).unsigned_abs();
    // The first 12 of the bits behind the milliseconds hold the rest of the microseconds.
    let rest = micros.rem_euclid(1_000).unsigned_abs();
    let bits = (u128::from(rest) << 64) | u128::from(random.next());
    let bytes = bits.to_be_bytes();
    let mut tail = [0; 10];
    tail.copy_from_slice(&bytes[6..]);
    Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_times_sort_alike() {
        assert_eq!(beginning().to_rfc3339(), "2023-07-01T00:00:00+00:00");
        assert_eq!(moment(END).to_rfc3339(), "2026-07-01T00:00:00+00:00");
        for contacts in [1, 7, 1_000, 1_000_000_000_000] {
            let mut last = (0, Uuid::nil());
            for index in 0..contacts.min(1_000) {
                let mut random = Random::of(&[index]);
                let created_at = created_at(index, contacts, &mut random);
                let next = (created_at, id_at(created_at, &mut random));
                assert!(next.0 > last.0 && next.1 > last.1, "{last:?} {next:?}");
                assert!((BEGIN..END).contains(&next.0) && next.1.get_version_num() == 7);
                let updated_at = updated_at(created_at, &mut random);
                assert!((created_at..END).contains(&updated_at));
                last = next;
            }
        }
    }
}
