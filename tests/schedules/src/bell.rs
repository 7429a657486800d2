//! A bell that is rung when something has happened that others may wait for, and a way to let others go first.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

use local::wire::let_others_go;

/// The bell.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    waiting: Mutex<Vec<Waker>>,
    rings: AtomicU64,
    over: AtomicBool,
}

impl Bell {
    /// Wakes all who wait.
    pub(crate) fn ring(&self) {
        self.rings.fetch_add(1, Ordering::Relaxed);
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Rings for the last time: from now on nobody has to wait.
    pub(crate) fn ring_out(&self) {
        self.over.store(true, Ordering::Relaxed);
        self.ring();
    }

    /// Whether it has rung for the last time.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Waits until it rings, if it still will.
    pub(crate) async fn rung(&self) {
        let rings = self.rings.load(Ordering::Relaxed);
        poll_fn(|context| {
            // Looked at anew, since who waits beside others is asked whenever one of them may go on.
            if self.is_over() || self.rings.load(Ordering::Relaxed) > rings {
                return Poll::Ready(());
            }
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A moment at which others may go first, `times` over.
pub(crate) async fn others(times: u32) {
    for _ in 0..times {
        let_others_go().await;
    }
}
