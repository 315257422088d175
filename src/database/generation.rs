//! Which of the connections that were opened may still be used.
//!
//! The address of the database may come to lead to another server, after a failover say, while the old one goes on to
//! answer on the connections that stand. Once a new connection has reached another server, nothing more is sent on those
//! to the one before: callers never see two servers in turn.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is counted for all connections of a pool.
#[derive(Debug, Default)]
pub(super) struct Generations(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    now: Generation,
    /// The server that new connections reached last.
    server: Option<String>,
}

/// When a connection was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Generation {
    /// How often the address had come to lead to another server.
    server: u64,
    /// How often all connections had been given up, for whatever reason.
    round: u64,
}

/// Where a new connection leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// To the server that is known.
    Known(Generation),
    /// To another one, or the same after a restart: what is open by now is not to be used any more.
    Another(Generation),
    /// To one that another connection, which was begun later, found to be replaced.
    Replaced,
}

impl Generations {
    pub(super) fn now(&self) -> Generation {
        self.lock().now
    }

    /// Notes which server a new connection reached that was begun at a time.
    pub(super) fn reached(&self, begun: Generation, server: &str) -> Reached {
        let mut state = self.lock();
        match &state.server {
            Some(last) if *last == server => return Reached::Known(state.now),
            Some(_) if state.now.server != begun.server => return Reached::Replaced,
            None => {
                state.server = Some(server.to_owned());
                return Reached::Known(state.now);
            }
            Some(_) => {}
        }
        state.server = Some(server.to_owned());
        state.now.server += 1;
        state.now.round += 1;
        Reached::Another(state.now)
    }

    /// Has no connection taken out of the pool again that is open by now. Those in use go on.
    pub(super) fn give_up_older(&self) {
        self.lock().now.round += 1;
    }

    /// Whether a connection leads to the server that is known.
    pub(super) fn is_of_known_server(&self, of: Generation) -> bool {
        self.lock().now.server == of.server
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(generations: &Generations, begun: Generation, server: &str) -> Option<Generation> {
        match generations.reached(begun, server) {
            Reached::Known(generation) | Reached::Another(generation) => Some(generation),
            Reached::Replaced => None,
        }
    }

    #[test]
    fn a_connection_to_another_server_ends_those_before() {
        let generations = Generations::default();
        let old = reach(&generations, generations.now(), "a").unwrap();
        assert_eq!(reach(&generations, generations.now(), "a"), Some(old));
        let new = reach(&generations, generations.now(), "b").unwrap();
        assert_ne!(old, new);
        assert!(!generations.is_of_known_server(old) && generations.is_of_known_server(new));
        assert_eq!(generations.now(), new);
        // And back.
        let back = reach(&generations, generations.now(), "a").unwrap();
        assert!(!generations.is_of_known_server(old) && !generations.is_of_known_server(new));
        assert_eq!(generations.now(), back);
    }

    #[test]
    fn a_connection_that_was_begun_before_a_switch_does_not_switch_back() {
        let generations = Generations::default();
        reach(&generations, generations.now(), "a").unwrap();
        let before = generations.now();
        let new = reach(&generations, generations.now(), "b").unwrap();
        assert_eq!(reach(&generations, before, "a"), None);
        assert!(generations.is_of_known_server(new));
        // One that had not come as far as the address is of use.
        assert_eq!(reach(&generations, before, "b"), Some(new));
    }

    #[test]
    fn connections_that_are_given_up_for_another_reason_end_what_they_do() {
        let generations = Generations::default();
        let old = reach(&generations, generations.now(), "a").unwrap();
        generations.give_up_older();
        assert_ne!(generations.now(), old);
        assert!(generations.is_of_known_server(old));
    }
}
