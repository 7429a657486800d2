//! Who asks.

use super::*;

#[test]
fn guests_are_offered_another_channel_unless_they_are_let_in() {
    check(Case::ask_as_guest, Certainty::Suspected, &["suspected: guest"]);
    dials(|case| {
        case.ask_as_guest();
        case.policy.guests = Guests::Allow;
    });
}
