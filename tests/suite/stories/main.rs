//! Stories: what Tollgate does, told in its own words, on the real handlers and a real DynamoDB engine. Each story has a
//! world of its own, with a clock that moves only when the story says so; so all run side by side, and none depends on
//! how fast this machine is.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a story that cannot go on has failed"
)]

mod alarms;
mod any_order;
mod bad_input;
mod bad_items;
mod bad_numbers;
mod bad_records;
mod buckets;
mod budgets;
mod by_hand;
mod carrier_lookup;
mod conflicts;
mod console;
mod console_policy;
mod console_proposals;
mod costs;
mod destinations;
mod dialing;
mod dialing_refused;
mod doors;
mod evidence_of_calls;
mod fairness;
mod faults;
mod forgeries;
mod histories;
mod idempotency;
mod journeys;
mod kinds;
mod limits;
mod limits_asked;
mod list_files;
mod lists;
mod logs;
mod lost_calls;
mod lost_events;
mod marks;
mod metrics;
mod names;
mod neighbors;
mod networks;
mod newcomers;
mod no_tell;
mod openapi;
mod pacing;
mod parallel;
mod people;
mod permissions;
mod policies;
mod proof;
mod races;
mod recorded_events;
mod redelivery;
mod rendezvous;
mod replay;
mod request_units;
mod restored;
mod round_trips;
mod sample_defects;
mod sample_defects_dedupe;
mod sign_in;
mod sign_in_attacks;
mod silence;
mod spent;
mod strangers;
mod telecom_problems;
mod template;
mod tidy;
mod transfers;
mod watch;
mod withdrawn;
mod world;
