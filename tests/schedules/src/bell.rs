//! A bell that is rung when something has happened that others may wait for, and a way to let others go first.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

/// The bell.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    waiting: Mutex<Vec<Waker>>,
    over: AtomicBool,
}

impl Bell {
    /// Wakes all who wait.
    pub(crate) fn ring(&self) {
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
        let mut waited = self.is_over();
        poll_fn(|context| {
            if std::mem::replace(&mut waited, true) {
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
        let mut waited = false;
        poll_fn(|context| {
            if std::mem::replace(&mut waited, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}
