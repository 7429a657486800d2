//! An invocation of a function, which may be cut off between any two of its calls, as Lambda does at a crash or a time-out.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use jiff::Timestamp;

/// An invocation, as those see it whose calls it makes.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    /// When Lambda ends it.
    pub(crate) ends: Timestamp,
    cut: Arc<AtomicBool>,
}

thread_local! {
    static CURRENT: RefCell<Option<Invocation>> = const { RefCell::new(None) };
}

impl Invocation {
    /// The one that is running.
    pub(crate) fn current() -> Option<Self> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Cuts it off. Whatever it waits for never comes.
    pub(crate) async fn cut_off<T>(&self) -> T {
        self.cut.store(true, Ordering::Relaxed);
        std::future::pending().await
    }
}

/// Runs a handler as an invocation that lasts until `ends` at most. None if it was cut off.
pub(crate) async fn run<T>(ends: Timestamp, handler: impl Future<Output = T>) -> Option<T> {
    let invocation = Invocation { ends, cut: Arc::default() };
    Running { handler: Box::pin(handler), invocation }.await
}

struct Running<F> {
    handler: Pin<Box<F>>,
    invocation: Invocation,
}

impl<F: Future> Future for Running<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let before = CURRENT.replace(Some(self.invocation.clone()));
        let polled = self.handler.as_mut().poll(context);
        CURRENT.set(before);
        if self.invocation.cut.load(Ordering::Relaxed) { Poll::Ready(None) } else { polled.map(Some) }
    }
}
