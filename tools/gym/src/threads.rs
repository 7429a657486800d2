//! Plays side by side: each on one thread, with a runtime and an engine of its own, and handed out in order.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Does all jobs on so many threads, those of the largest `weight` first, and gives what came of each to `take`, in the order of
/// the jobs and as early as that allows. Once `take` gives false, no further job is begun.
pub fn side_by_side<'a, J: Sync, R: Send>(
    threads: NonZeroUsize,
    jobs: &'a [J],
    weight: impl Fn(&J) -> u64,
    work: impl Fn(&'a J) -> R + Sync,
    mut take: impl FnMut(R) -> bool,
) {
    // What lasts longest begins first, so that no thread is left alone with it at the end.
    let mut order: Vec<(usize, &'a J)> = jobs.iter().enumerate().collect();
    order.sort_by_key(|(_, job)| std::cmp::Reverse(weight(job)));
    let (order, next) = (&order, &AtomicUsize::new(0));
    let (done, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads.get().min(jobs.len()) {
            let (done, work) = (done.clone(), &work);
            scope.spawn(move || {
                while let Some((place, job)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // Nobody waits for it if nobody wants more.
                    if done.send((*place, work(job))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let (mut waiting, mut due) = (BTreeMap::new(), 0);
        for (place, result) in results {
            waiting.insert(place, result);
            while let Some(result) = waiting.remove(&due) {
                due += 1;
                if !take(result) {
                    next.store(order.len(), Ordering::Relaxed);
                    return;
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_done_once_and_handed_out_in_order_whatever_lasts_longest() {
        let jobs: Vec<u64> = (0..100).collect();
        for threads in [1, 2, 7] {
            let threads = NonZeroUsize::new(threads).unwrap();
            let mut taken = vec![];
            side_by_side(
                threads,
                &jobs,
                |job| job % 7,
                |job| job * 10,
                |result| {
                    taken.push(result);
                    true
                },
            );
            assert_eq!(taken, (0..100).map(|job| job * 10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn nothing_is_begun_once_nobody_wants_more() {
        let begun = AtomicUsize::new(0);
        let one = NonZeroUsize::MIN;
        let work = |_: &u64| begun.fetch_add(1, Ordering::Relaxed);
        // A channel of one thread may be some jobs ahead of the taker, never all of a great many.
        side_by_side(one, &vec![0; 2_000_000], |_| 0, work, |_| false);
        assert!(begun.load(Ordering::Relaxed) < 2_000_000);
    }
}
