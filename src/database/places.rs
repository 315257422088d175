//! Who may use a connection: the one queue before the pool.
//!
//! There are as many places as connections. Whoever finds none free waits in the queue of its tenant, and tenants take
//! turns. So that one whose writers all wait for one lock never shuts out the others, a tenant has at most half of the
//! places in transactions, which are what waits for locks; for single statements it may have more, as long as nobody else
//! waits and a few are left for who comes next. What waits too long is refused, of that tenant alone.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::domain::TenantId;

/// How long to go on with fewer connections before the server is asked for more again.
const SCARCE_FOR: Duration = Duration::from_secs(10);

/// What a place is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// One statement.
    Statement,
    /// A transaction that may wait for locks.
    Transaction,
}

/// The places; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Places(Arc<Mutex<State>>);

/// Somebody's turns: a tenant's, or, where it is `None`, those of the service itself.
type Party = Option<TenantId>;

#[derive(Debug)]
struct State {
    /// How many places there are.
    max: usize,
    /// How many of them the server had connections for, and until when that is believed.
    scarce: Option<(usize, Instant)>,
    taken: usize,
    parties: HashMap<Party, Share>,
    /// Who waits, in the order of their turns.
    turns: VecDeque<Party>,
}

/// What somebody has, and waits for.
#[derive(Debug, Default)]
struct Share {
    taken: usize,
    transactions: usize,
    /// Apart from each other: a tenant's reads need not wait behind its writers, of which no more may begin.
    statements_waiting: VecDeque<Waiting>,
    transactions_waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    /// A moment before which nobody waited who came later.
    since: Instant,
    granted: oneshot::Sender<Place>,
}

/// The right to use a connection, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    /// `None` where it was never really taken.
    places: Option<Places>,
    party: Party,
    wanted: Use,
}

impl Places {
    pub(super) fn new(max: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            max,
            scarce: None,
            taken: 0,
            parties: HashMap::new(),
            turns: VecDeque::new(),
        })))
    }

    /// Waits for a place; `None` where none became free in time.
    pub(super) async fn take(&self, party: Party, wanted: Use, patience: Duration) -> Option<Place> {
        let waits = {
            let (granted, waits) = oneshot::channel();
            let mut state = self.lock();
            let share = state.parties.entry(party).or_default();
            let is_first = !share.waits();
            share.queue(wanted).push_back(Waiting { since: Instant::now(), granted });
            if is_first {
                state.turns.push_back(party);
            }
            self.hand_out(&mut state);
            waits
        };
        tokio::time::timeout(patience, waits).await.ok()?.ok()
    }

    /// Goes on with this many places for a while: the server has no more connections.
    pub(super) fn be_content_with(&self, places: usize) {
        self.lock().scarce = Some((places.max(1), Instant::now() + SCARCE_FOR));
    }

    /// Gives places to those whose turn it is, as long as there are any.
    fn hand_out(&self, state: &mut State) {
        state.forget_who_left();
        while let Some((turn, wanted)) = state.next() {
            let Some(party) = state.turns.remove(turn) else { return };
            let Some(share) = state.parties.get_mut(&party) else { return };
            let Some(waiting) = share.queue(wanted).pop_front() else { return };
            if share.waits() {
                state.turns.push_back(party);
            }
            match waiting.granted.send(Place { places: Some(self.clone()), party, wanted }) {
                Ok(()) => {
                    state.taken += 1;
                    share.taken += 1;
                    share.transactions += usize::from(wanted == Use::Transaction);
                }
                // Left in this moment. Not to be given back: it was not counted, and this lock is held.
                Err(mut place) => place.places = None,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    fn queue(&mut self, wanted: Use) -> &mut VecDeque<Waiting> {
        match wanted {
            Use::Statement => &mut self.statements_waiting,
            Use::Transaction => &mut self.transactions_waiting,
        }
    }

    fn waits(&self) -> bool {
        !self.statements_waiting.is_empty() || !self.transactions_waiting.is_empty()
    }

    fn is_idle(&self) -> bool {
        self.taken == 0 && !self.waits()
    }

    /// Which of those who wait comes first, where no more than `most` may be taken, `half` by transactions.
    fn next(&self, most: usize, half: usize) -> Option<Use> {
        if self.taken >= most {
            return None;
        }
        let statement = self.statements_waiting.front();
        let transaction = self.transactions_waiting.front().filter(|_| self.transactions < half);
        match (statement, transaction) {
            (Some(statement), Some(transaction)) if transaction.since < statement.since => {
                Some(Use::Transaction)
            }
            (Some(_), _) => Some(Use::Statement),
            (None, transaction) => transaction.map(|_| Use::Transaction),
        }
    }
}

impl State {
    /// Whose turn it is and for what, if there is a place for anybody.
    fn next(&mut self) -> Option<(usize, Use)> {
        let places = self.places();
        if self.taken >= places {
            return None;
        }
        let half = places.div_ceil(2);
        let next_of = |party: &Party, most| self.parties.get(party)?.next(most, half);
        // Those who could go on with less than half; two are enough to know.
        let modest: Vec<Party> =
            self.turns.iter().filter(|party| next_of(party, half).is_some()).take(2).copied().collect();
        self.turns.iter().enumerate().find_map(|(turn, party)| {
            let others_wait = modest.iter().any(|other| other != party);
            let most = if others_wait { half } else { places - places / 8 };
            Some((turn, next_of(party, most)?))
        })
    }

    fn places(&mut self) -> usize {
        match self.scarce {
            Some((places, until)) if Instant::now() < until => places.min(self.max),
            _ => {
                self.scarce = None;
                self.max
            }
        }
    }

    /// Drops from the heads of the queues who waits no longer.
    fn forget_who_left(&mut self) {
        let Self { turns, parties, .. } = self;
        turns.retain(|party| {
            let Some(share) = parties.get_mut(party) else { return false };
            for queue in [&mut share.statements_waiting, &mut share.transactions_waiting] {
                while queue.front().is_some_and(|one| one.granted.is_closed()) {
                    queue.pop_front();
                }
            }
            if share.is_idle() {
                parties.remove(party);
                return false;
            }
            share.waits()
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(places) = self.places.take() else { return };
        let mut state = places.lock();
        state.taken -= 1;
        if let Some(share) = state.parties.get_mut(&self.party) {
            share.taken -= 1;
            share.transactions -= usize::from(self.wanted == Use::Transaction);
            if share.is_idle() {
                state.parties.remove(&self.party);
            }
        }
        places.hand_out(&mut state);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream::FuturesUnordered};
    use uuid::Uuid;

    use super::*;

    const LONG: Duration = Duration::from_hours(1);

    const fn tenant(number: u128) -> TenantId {
        TenantId::of_row(Uuid::from_u128(number))
    }

    /// Those who can have a place at once, of `count` who ask.
    async fn take_all(places: &Places, party: Party, wanted: Use, count: usize) -> Vec<Place> {
        let mut taken = Vec::new();
        for _ in 0..count {
            taken.extend(places.take(party, wanted, Duration::ZERO).await);
        }
        taken
    }

    #[tokio::test]
    async fn transactions_of_a_tenant_have_half_of_the_places_and_statements_almost_all() {
        for (max, half, most) in [(1, 1, 1), (2, 1, 2), (4, 2, 4), (16, 8, 14), (100, 50, 88)] {
            let places = Places::new(max);
            let transactions = take_all(&places, Some(tenant(1)), Use::Transaction, max + 1).await;
            assert_eq!(transactions.len(), half, "of {max}");
            let statements = take_all(&places, Some(tenant(1)), Use::Statement, max + 1).await;
            assert_eq!(transactions.len() + statements.len(), most, "of {max}");
            drop((transactions, statements));
            assert_eq!(places.lock().taken, 0);
            assert!(places.lock().parties.values().all(|share| share.taken == 0));
        }
    }

    #[tokio::test]
    async fn tenants_take_turns_and_nobody_has_more_than_half_while_another_waits() {
        let places = Places::new(4);
        let mut held = take_all(&places, Some(tenant(1)), Use::Statement, 4).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let wait = |party: u128| {
            let (places, order) = (places.clone(), order.clone());
            tokio::spawn(async move {
                let place = places.take(Some(tenant(party)), Use::Statement, LONG).await.unwrap();
                order.lock().unwrap().push(party);
                place
            })
        };
        // In the order in which they ask: the first tenant with four more, then two others with two each.
        let mut waiting = FuturesUnordered::new();
        for party in [1, 1, 1, 1, 2, 2, 3, 3] {
            waiting.push(wait(party));
            tokio::task::yield_now().await;
        }
        for given in 1..=4 {
            drop(held.pop());
            while order.lock().unwrap().len() < given {
                tokio::task::yield_now().await;
            }
        }
        // The first gets none before it has less than half, and then its turn.
        assert_eq!(*order.lock().unwrap(), [2, 3, 1, 2]);
        while let Some(place) = waiting.next().await {
            drop(place.unwrap());
        }
        assert_eq!(places.lock().taken, 0);
    }

    #[tokio::test]
    async fn statements_do_not_wait_behind_transactions_of_the_same_tenant() {
        let places = Places::new(4);
        let _transactions = take_all(&places, Some(tenant(1)), Use::Transaction, 2).await;
        let waiting = tokio::spawn({
            let places = places.clone();
            async move { places.take(Some(tenant(1)), Use::Transaction, LONG).await }
        });
        tokio::task::yield_now().await;
        assert!(places.take(Some(tenant(1)), Use::Statement, Duration::ZERO).await.is_some());
        assert!(!waiting.is_finished());
    }

    #[tokio::test]
    async fn who_left_is_passed_over_and_costs_no_place() {
        let places = Places::new(1);
        let held = places.take(Some(tenant(1)), Use::Statement, LONG).await;
        for party in 1..5 {
            assert!(places.take(Some(tenant(party)), Use::Transaction, Duration::ZERO).await.is_none());
        }
        drop(held);
        assert!(places.take(Some(tenant(9)), Use::Transaction, Duration::ZERO).await.is_some());
        assert_eq!(places.lock().taken, 0);
    }

    #[tokio::test]
    async fn with_few_connections_there_are_as_few_places() {
        let places = Places::new(8);
        places.be_content_with(2);
        let held = take_all(&places, Some(tenant(1)), Use::Statement, 8).await;
        assert_eq!(held.len(), 2);
        drop(held);
        places.be_content_with(0);
        assert_eq!(take_all(&places, Some(tenant(1)), Use::Statement, 8).await.len(), 1);
    }
}
