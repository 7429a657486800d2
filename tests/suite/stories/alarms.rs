//! Alarms: each rings when what it is for happens, and none on a usual day. The real handlers count; what the template says of an
//! alarm is judged over that by a CloudWatch of our own. What AWS counts itself is told by the story as AWS documents it.

mod aws;
mod calls;
mod cloudwatch;
mod held_back;
mod stands_out;
mod usual_day;

use std::collections::BTreeSet;

use crate::template::yaml;
use crate::world::{Visitor, World};
use cloudwatch::CloudWatch;

/// A world whose alarms are looked at.
struct Watched {
    world: World,
    cloudwatch: CloudWatch,
    /// Every alarm that has been in ALARM.
    rang: BTreeSet<String>,
}

impl Watched {
    fn new(world: World) -> Self {
        Self { world, cloudwatch: CloudWatch::new(), rang: BTreeSet::new() }
    }

    /// Lets minutes pass with upkeep at the end of each, and then looks at all alarms.
    async fn minutes(&mut self, minutes: u32) {
        for _ in 0..minutes {
            self.world.pass(60).await;
            self.world.upkeep().await;
            self.look();
        }
    }

    /// Takes what was counted, and looks at all alarms.
    fn look(&mut self) {
        let (functions, now) = (&self.world.stack.functions, self.world.now());
        for (name, metrics) in [
            ("Screening", &functions.screening.metrics),
            ("Dialing", &functions.dialing.metrics),
            ("ContactEvents", &functions.contact_events.metrics),
            ("Review", &functions.review.metrics),
            ("Upkeep", &functions.upkeep.metrics),
        ] {
            self.cloudwatch.take(name, metrics, now);
        }
        // Upkeep has just run, and nothing has failed.
        for (function, invocations) in [("IntakeFunction", 0.0), ("UpkeepFunction", 1.0)] {
            for (name, value) in [("Invocations", invocations), ("Errors", 0.0), ("Throttles", 0.0)] {
                self.cloudwatch.put(("AWS/Lambda", name), &[("FunctionName", function)], now, value);
            }
        }
        self.rang.extend(self.cloudwatch.ringing(now));
    }

    /// Asks, as often a minute as this, for so many minutes.
    async fn asks_again(&mut self, visitor: &Visitor, numbers: &[String], minutes: u32) {
        for _ in 0..minutes {
            for number in numbers {
                visitor.asks(&self.world, number).await;
            }
            self.minutes(1).await;
        }
    }

    #[track_caller]
    fn assert_rang(&self, alarms: &[&str]) {
        let rang: Vec<_> = self.rang.iter().map(String::as_str).collect();
        assert_eq!(rang, alarms);
    }
}

/// The stories of this folder, which name each alarm that they make ring.
const STORIES: [&str; 4] = ["aws", "calls", "held_back", "stands_out"];

#[test]
fn every_alarm_has_a_story_that_makes_it_ring() {
    let told: String =
        STORIES.iter().map(|name| yaml::text(&format!("tests/suite/stories/alarms/{name}.rs"))).collect();
    let silent: Vec<_> = CloudWatch::new()
        .alarms()
        .into_iter()
        .filter(|alarm| !told.contains(&format!("\"{alarm}\"")))
        .collect();
    assert!(silent.is_empty(), "no story makes these ring: {silent:?}");
}

#[test]
fn the_operating_guide_has_a_row_for_every_alarm() {
    let guide = yaml::text("docs/operating.md");
    let rows: String = guide
        .lines()
        .filter(|line| line.starts_with("| `"))
        .filter_map(|line| line.split('|').nth(1))
        .collect();
    let untold: Vec<_> = CloudWatch::new()
        .alarms()
        .into_iter()
        .filter(|alarm| !rows.contains(&format!("`{alarm}`")))
        .collect();
    assert!(untold.is_empty(), "docs/operating.md says nothing of {untold:?}");
}
