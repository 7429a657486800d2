//! A breaker before the carrier lookup: a service that does not answer costs every request its patience, so after some
//! failures in a row it is left alone for a while.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// So many failures in a row open it.
const FAILURES_MAX: u32 = 3;
/// It stays open so long; then one lookup tries.
const OPEN_FOR: SignedDuration = SignedDuration::from_secs(30);

/// The breaker of one execution environment.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Clone, Copy, Default)]
struct State {
    failures: u32,
    open_until: Option<Timestamp>,
}

impl Breaker {
    /// Whether the service is left alone at `now`.
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        self.state().open_until.is_some_and(|until| now < until)
    }

    /// The service answered.
    pub(super) fn answered(&self) {
        *self.state() = State::default();
    }

    /// The service did not answer.
    pub(super) fn failed(&self, now: Timestamp) {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES_MAX {
            state.open_until = Some(now + OPEN_FOR);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn it_opens_after_three_failures_in_a_row_and_lets_one_try_after_half_a_minute() {
        let breaker = Breaker::default();
        breaker.failed(at(0));
        breaker.failed(at(1));
        breaker.answered();
        for second in [2, 3] {
            breaker.failed(at(second));
        }
        assert!(!breaker.is_open(at(4)));
        breaker.failed(at(4));
        assert_eq!([4, 33, 34].map(|second| breaker.is_open(at(second))), [true, true, false]);
        breaker.failed(at(35));
        assert!(breaker.is_open(at(64)), "one more failure is enough");
        breaker.answered();
        assert!(!breaker.is_open(at(64)));
    }
}
