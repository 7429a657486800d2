//! The graph of all worlds, joined by the steps that are no faults.

/// A world's place in the order of its discovery.
pub(crate) type Place = u32;

/// The edges of a graph, those of each place in turn.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    to: Vec<Place>,
    /// Where those of each place end.
    until: Vec<usize>,
}

/// As a place.
pub(crate) fn narrow(place: usize) -> Place {
    Place::try_from(place).unwrap_or(Place::MAX)
}

impl Edges {
    /// Adds an edge of the place that comes next.
    pub(crate) fn add(&mut self, to: usize) {
        self.to.push(narrow(to));
    }

    /// The place that comes next has no more edges.
    pub(crate) fn close(&mut self) {
        self.until.push(self.to.len());
    }

    /// Where a place leads.
    fn of(&self, place: Place) -> &[Place] {
        let place = place as usize;
        let from = place.checked_sub(1).and_then(|before| self.until.get(before)).copied().unwrap_or(0);
        let until = self.until.get(place).copied().unwrap_or(from);
        self.to.get(from..until).unwrap_or_default()
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        (0..).take(self.until.len())
    }

    /// The same edges, the other way round.
    fn reversed(&self) -> Self {
        let mut until = vec![0; self.until.len()];
        for to in &self.to {
            if let Some(count) = until.get_mut(*to as usize) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut until {
            sum += *count;
            *count = sum;
        }
        let mut free = until.clone();
        let mut reversed = vec![0; self.to.len()];
        for place in self.places() {
            for to in self.of(place) {
                if let Some(free) = free.get_mut(*to as usize) {
                    *free -= 1;
                    if let Some(to) = reversed.get_mut(*free) {
                        *to = place;
                    }
                }
            }
        }
        Self { to: reversed, until }
    }

    /// For each place, whether it leads to one of the goals, each given by its place.
    pub(crate) fn lead_to(&self, mut is_goal: Vec<bool>) -> Vec<bool> {
        let reversed = self.reversed();
        let mut open: Vec<Place> =
            self.places().zip(&is_goal).filter(|(_, is)| **is).map(|(p, _)| p).collect();
        while let Some(place) = open.pop() {
            for before in reversed.of(place) {
                if let Some(leads) = is_goal.get_mut(*before as usize).filter(|leads| !**leads) {
                    *leads = true;
                    open.push(*before);
                }
            }
        }
        is_goal
    }
}
