//! Random numbers that are the same everywhere and always: `SplitMix64`, whose sequence belongs to what a seed
//! promises, and so must not change with a library's version. No floating point, which machines round differently.

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

/// The weights of ranks are fractions of this.
const UNIT: u64 = 1 << 40;

impl Random {
    /// The stream of a thing that is named by numbers: the seed, the tenant, the contact …
    pub(super) fn of(numbers: &[u64]) -> Self {
        let mut random = Self(0);
        for number in numbers {
            random.0 ^= *number;
            random.0 = random.next();
        }
        random
    }

    /// The next 64 bits.
    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(super) const fn below(&mut self, end: u64) -> u64 {
        ((self.next() as u128 * end as u128) >> 64) as u64
    }

    /// Whether something happens that happens in so many of 100 cases.
    pub(super) const fn percent(&mut self, cases: u64) -> bool {
        self.below(100) < cases
    }

    /// One of some, all alike.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// A place in a list of this length, which is not 0.
    #[expect(clippy::cast_possible_truncation, reason = "it is below a length in memory")]
    pub(super) const fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// How many there are of something, where 0, 1, 2 … of them are in so many of 100 cases.
    pub(super) fn amount(&mut self, cases: &[u64]) -> usize {
        let mut left = self.below(100);
        cases
            .iter()
            .position(|cases| match left.checked_sub(*cases) {
                Some(rest) => {
                    left = rest;
                    false
                }
                None => true,
            })
            .unwrap_or(0)
    }
}

/// Choices of which the first are much more frequent than the last, as Zipf's law has it.
#[derive(Debug, Clone)]
pub(super) struct Ranks(Vec<u64>);

impl Ranks {
    /// `flatness`: how many ranks the top is worn down by.
    pub(super) fn new(count: usize, flatness: u64) -> Self {
        let mut sum = 0;
        let weights = (1 + flatness..).take(count).map(|rank| UNIT / rank);
        Self(
            weights
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect(),
        )
    }

    /// A rank from 0; `None` where there are none.
    pub(super) fn pick(&self, random: &mut Random) -> Option<usize> {
        let at = random.below(*self.0.last()?);
        Some(self.0.partition_point(|sum| *sum <= at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_never_changes() {
        let mut random = Random::of(&[42, 0, 7]);
        let first = [random.next(), random.below(1000), random.below(1000)];
        let mut again = Random::of(&[42, 0, 7]);
        assert_eq!(first, [again.next(), again.below(1000), again.below(1000)]);
        assert_ne!(Random::of(&[1, 2]).next(), Random::of(&[2, 1]).next());
        // The published first number of SplitMix64 with the seed 0.
        assert_eq!(Random(0).next(), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn amounts_have_their_shares() {
        let mut random = Random::of(&[1]);
        let mut seen = [0; 3];
        for _ in 0..100_000 {
            seen[random.amount(&[20, 50, 30])] += 1;
        }
        for (count, expected) in seen.into_iter().zip([20_000, 50_000, 30_000]) {
            assert!((expected - 1_000..expected + 1_000).contains(&count), "{seen:?}");
        }
    }

    #[test]
    fn first_ranks_are_the_most_frequent() {
        let ranks = Ranks::new(1_000, 5);
        let mut random = Random::of(&[1]);
        let mut seen = vec![0_u32; 1_000];
        for _ in 0..1_000_000 {
            seen[ranks.pick(&mut random).unwrap()] += 1;
        }
        assert!(seen[0] > 25_000 && seen[0] < 40_000, "{}", seen[0]);
        assert!(seen[0] > 10 * seen[100] && seen[999] > 0);
        assert_eq!(Ranks::new(0, 5).pick(&mut random), None);
    }
}
