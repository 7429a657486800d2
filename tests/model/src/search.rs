//! The search: every world that a design can reach, breadth first, so that a trace to what is broken is a shortest one.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::BuildHasherDefault;

use indexmap::IndexSet;
use rustc_hash::FxHasher;

use crate::graph::{Edges, Place, narrow};
use crate::invariants::{Invariant, broken};
use crate::model::Model;
use crate::moves::{Did, Moves};
use crate::reduce::reduced;
use crate::world::{Who, World};

type Worlds = IndexSet<World, BuildHasherDefault<FxHasher>>;

/// All that was reached of a design.
#[derive(Debug)]
pub struct Explored {
    worlds: Worlds,
    /// From where each world was first reached; the first one from itself.
    reached: Vec<Place>,
    /// The worlds that follow without a fault.
    following: Edges,
    broken: BTreeMap<Invariant, Place>,
}

/// Explores a design, and judges whether all worlds can come to their end without further faults. Explored is everything,
/// or as much as it takes to break `sought`.
#[must_use]
pub fn explore(model: &Model, sought: Option<Invariant>) -> Explored {
    let mut explored = Explored {
        worlds: Worlds::default(),
        reached: vec![0],
        following: Edges::default(),
        broken: BTreeMap::new(),
    };
    explored.worlds.insert(model.first().either());
    let mut moves = Moves::default();
    let mut at = 0;
    while let Some(world) = explored.worlds.get_index(at).copied() {
        explored.follow(model, at, &world, &mut moves);
        at += 1;
        if sought.is_some_and(|sought| explored.broken.contains_key(&sought)) {
            return explored;
        }
    }
    if let Some(stuck) = explored.first_stuck() {
        explored.broken.insert(Invariant::NoOrphan, stuck);
    }
    explored
}

/// What comes after two calls need not be known.
fn is_beyond_repair(world: &World) -> bool {
    let requests = world.requests();
    requests.iter().any(|r| r.placed > 1) || requests.iter().map(|r| r.live).sum::<u8>() > 1
}

impl Explored {
    /// How many worlds there are.
    #[must_use]
    pub fn states(&self) -> usize {
        self.worlds.len()
    }

    /// All of them; of two that mirror each other, one.
    pub fn worlds(&self) -> impl Iterator<Item = &World> {
        self.worlds.iter()
    }

    /// What does not hold.
    #[must_use]
    pub fn broken(&self) -> Vec<Invariant> {
        self.broken.keys().copied().collect()
    }

    /// Adds the worlds that follow one.
    fn follow(&mut self, model: &Model, at: usize, world: &World, moves: &mut Moves) {
        if !is_beyond_repair(world) {
            model.moves(world, moves);
        }
        for (did, next) in moves.drain() {
            let (place, is_new) = self.worlds.insert_full(reduced(model, next).either());
            if is_new {
                self.reached.push(narrow(at));
            }
            for invariant in broken(model, world, &next) {
                self.broken.entry(invariant).or_insert(narrow(place));
            }
            if !did.is_fault() && place != at {
                self.following.add(place);
            }
        }
        self.following.close();
    }

    /// A shortest way to where an invariant is broken. It is gone once more from the beginning, since a world that is kept
    /// may stand for its mirror image.
    #[must_use]
    pub fn trace(&self, model: &Model, invariant: Invariant) -> Option<Trace> {
        let mut place = *self.broken.get(&invariant)?;
        let mut way = vec![];
        while place != 0 {
            way.push(self.worlds.get_index(place as usize)?);
            place = *self.reached.get(place as usize)?;
        }
        let mut trace = Trace { invariant, steps: vec![], world: model.first() };
        let mut moves = Moves::default();
        while let Some(kept) = way.pop() {
            model.moves(&trace.world, &mut moves);
            let (did, world) = moves
                .drain()
                .map(|(did, world)| (did, reduced(model, world)))
                .find(|(_, world)| world.either() == *kept)?;
            trace.steps.push(did);
            trace.world = world;
        }
        Some(trace)
    }

    /// The first world from which no end can be reached without a further fault.
    fn first_stuck(&self) -> Option<Place> {
        let ends = |world: &World| world.is_over() || is_beyond_repair(world);
        let can_end = self.following.lead_to(self.worlds.iter().map(ends).collect());
        can_end.iter().position(|can_end| !can_end).map(narrow)
    }
}

/// A way to where an invariant is broken.
#[derive(Debug)]
pub struct Trace {
    invariant: Invariant,
    steps: Vec<Did>,
    world: World,
}

impl Trace {
    /// How many steps it takes.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// How many of its steps are faults.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.steps.iter().filter(|did| did.is_fault()).count()
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} is broken:", self.invariant.as_str())?;
        for (nth, did) in (1..).zip(&self.steps) {
            writeln!(f, "  {nth:2}. {did}")?;
        }
        for who in Who::BOTH {
            let request = &self.world[who];
            writeln!(
                f,
                "  {who:?}: {:?}, calls placed {}, live {}",
                request.row, request.placed, request.live
            )?;
        }
        let World { holder, taken, .. } = &self.world;
        writeln!(f, "  the number is held by {holder:?}, places taken {taken}")
    }
}
