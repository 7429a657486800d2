//! The order in which tasks take their steps. One seed is one schedule: even seeds choose at random among those who can go
//! on, odd ones by priorities that change at a few moments (PCT), which finds what needs one task to stand still for long.

use std::collections::BTreeMap;

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

/// Priorities change within one of these numbers of steps: early, or at any time.
const STEPS_EXPECTED: [u64; 3] = [100, 400, 1_200];
/// The most such moments.
const CHANGES_MAX: u64 = 6;

/// A schedule, by its seed.
#[derive(Debug)]
pub(crate) struct Order {
    seed: u64,
    begun: bool,
    choices: Dice,
    data: Dice,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Random,
    Priorities(Priorities),
}

#[derive(Debug)]
struct Priorities {
    /// Of each task, higher first.
    of: BTreeMap<usize, i64>,
    lowest: i64,
    changes: Vec<u64>,
    steps: u64,
}

impl Order {
    pub(crate) fn new(seed: u64) -> Self {
        let mut choices = Dice(seed);
        let kind = if seed.is_multiple_of(2) {
            Kind::Random
        } else {
            let count = 1 + choices.below(CHANGES_MAX);
            let expected = STEPS_EXPECTED.get(usize::try_from(choices.below(3)).unwrap_or(0));
            let expected = expected.copied().unwrap_or(1);
            let changes = (0..count).map(|_| choices.below(expected)).collect();
            Kind::Priorities(Priorities { of: BTreeMap::new(), lowest: 0, changes, steps: 0 })
        };
        Self { seed, begun: false, data: Dice(!seed), choices, kind }
    }
}

impl Scheduler for Order {
    fn new_execution(&mut self) -> Option<Schedule> {
        let first = !std::mem::replace(&mut self.begun, true);
        first.then(|| Schedule::new(self.seed))
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        if let [only] = runnable {
            return Some(only.id());
        }
        match &mut self.kind {
            Kind::Random => {
                let chosen = self.choices.below(runnable.len() as u64);
                runnable.get(usize::try_from(chosen).unwrap_or(0)).map(|task| task.id())
            }
            Kind::Priorities(priorities) => {
                priorities.next(runnable, current.map(usize::from), is_yielding, &mut self.choices)
            }
        }
    }

    fn next_u64(&mut self) -> u64 {
        self.data.roll()
    }
}

impl Priorities {
    fn next(
        &mut self,
        runnable: &[&Task],
        current: Option<usize>,
        is_yielding: bool,
        dice: &mut Dice,
    ) -> Option<TaskId> {
        for task in runnable {
            // The sign is kept for those who were put last.
            let first_seen = || i64::from(u32::try_from(dice.below(1 << 31)).unwrap_or(0)) + 1;
            self.of.entry(usize::from(task.id())).or_insert_with(first_seen);
        }
        if (is_yielding || self.changes.contains(&self.steps))
            && let Some(current) = current
        {
            self.lowest -= 1;
            self.of.insert(current, self.lowest);
        }
        self.steps += 1;
        runnable.iter().map(|task| task.id()).max_by_key(|id| self.of.get(&usize::from(*id)).copied())
    }
}

/// SplitMix64: the same numbers on every machine and with every version of every crate.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end.max(1)
    }
}
