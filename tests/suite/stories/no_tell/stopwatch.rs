//! The time that the embedded engine takes over an answer, so that it can be told from what Tollgate takes. The engine
//! reads a whole item before it gives the few attributes that were asked for, so that its time follows the size of the item,
//! whatever it is asked and whatever it answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use local::engine::Engine;
use local::wire::{Call, Fate, ServiceName};

/// Stands before the engine, and adds up the time it takes.
#[derive(Clone, Default)]
pub(super) struct Stopwatch {
    engine: Arc<OnceLock<Engine>>,
    nanoseconds: Arc<AtomicU64>,
}

impl Stopwatch {
    /// From here on the calls that cross are timed.
    pub(super) fn stand_before(&self, engine: Engine) {
        assert!(self.engine.set(engine).is_ok(), "it stands before an engine");
    }

    /// The engine's answer, timed; `None` of what is not for the engine.
    pub(super) fn cross(&self, call: &Call) -> Option<Fate> {
        let engine = self.engine.get().filter(|_| call.service == ServiceName::DynamoDb)?;
        let began = Instant::now();
        let answer = engine.operate(&call.operation, &call.input);
        let took = u64::try_from(began.elapsed().as_nanos()).unwrap();
        self.nanoseconds.fetch_add(took, Ordering::Relaxed);
        Some(Fate::Answered { status: answer.status, body: answer.body })
    }

    /// The time taken since this was last asked.
    pub(super) fn read(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.swap(0, Ordering::Relaxed))
    }
}
