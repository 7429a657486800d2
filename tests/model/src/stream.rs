//! The stream of the `Requests` table. It hands each image of a row to the function that takes rows of its state, at least
//! once, until it gives up. Its filters stand in template.yaml.

use crate::model::Model;
use crate::moves::{Did, Moves};
use crate::worker::Worker;
use crate::world::{Row, Who, World};
use crate::{dialing, screening};

/// An image of a row that a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image {
    /// The state that the row was written in.
    pub row: Row,
    /// Whether it was withdrawn by then.
    pub cancelled: bool,
}

/// The images of a row that were not yet delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Images(u8);

impl Images {
    /// Adds an image, if a function takes rows of that state.
    pub fn add(&mut self, row: Row, cancelled: bool) {
        self.0 |= bit(row, cancelled);
    }

    /// Takes an image away.
    fn remove(&mut self, image: Image) {
        self.0 &= !bit(image.row, image.cancelled);
    }

    /// Keeps some.
    pub(crate) fn retain(&mut self, keep: impl Fn(Image) -> bool) {
        for image in self.iter().filter(|image| !keep(*image)) {
            self.remove(image);
        }
    }

    fn iter(self) -> impl Iterator<Item = Image> {
        let all = [Row::Received, Row::Approved, Row::Due(1)]
            .into_iter()
            .flat_map(|row| [false, true].map(|cancelled| Image { row, cancelled }));
        all.filter(move |image| self.0 & bit(image.row, image.cancelled) != 0)
    }
}

fn bit(row: Row, cancelled: bool) -> u8 {
    let bit = match row {
        Row::Received => 1,
        Row::Approved => 4,
        Row::Due(_) => 16,
        _ => 0,
    };
    if cancelled { bit << 1 } else { bit }
}

/// How many invocations of one function may have one request in hand at a time.
const AT_ONCE_MAX: usize = 2;

/// What the stream can do.
pub(crate) fn moves(model: &Model, world: &World, moves: &mut Moves) {
    for who in Who::BOTH {
        for image in world[who].images.iter() {
            let is_same = |worker: &Worker| {
                let at = worker.at;
                worker.who == who && at.is_on_stream() && at.is_screening() == image.is_for_screening()
            };
            if world.workers.iter().filter(is_same).count() >= AT_ONCE_MAX {
                continue;
            }
            let mut taken = *world;
            taken[who].images.remove(image);
            let lost = taken;
            let did = image.deliver(model, &mut taken, who);
            moves.add(Did::step(who, did), taken);
            moves.add(Did::fault(who, "the stream gives a record up"), lost);
            let mut again = *world;
            let did = image.deliver(model, &mut again, who);
            moves.add(Did::again(who, did), again);
        }
    }
}

impl Image {
    fn is_for_screening(self) -> bool {
        self.row == Row::Received
    }

    fn deliver(self, model: &Model, world: &mut World, who: Who) -> &'static str {
        if self.is_for_screening() {
            screening::take(model, world, who, self)
        } else {
            dialing::take(model, world, who, self)
        }
    }
}
