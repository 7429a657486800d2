//! No telling: a requester cannot observe whether a request was dialed, refused, a duplicate or lost. Hundreds of
//! requests of all fates are sent in random order, and what can be compared exactly is: every byte but the id, the work
//! that is done before the answer, the form and the bits of the ids, and all that is answered later, at every age and by
//! every method. Leaks are planted to see that each would be found.
//!
//! What cannot be compared exactly, the time that answers take, is measured over HTTP and compared as distributions:
//! `cargo test -p suite -- --ignored no_tell --nocapture`.

mod classes;
mod distributions;
mod ids;
mod leaks;
mod observed;
mod over_http;
mod stopwatch;

use classes::Class;
use leaks::Leak;
use observed::{Many, observe};

#[tokio::test]
async fn nothing_that_is_answered_tells_what_becomes_of_a_request() {
    let observed = observe(&Class::ALL, Many { sent: 40, followed: 4 }, None).await;
    assert_eq!(observed.requests(), 440);
    assert_eq!(observed.usual().len(), 1, "{:?}", observed.usual());
    assert_eq!(observed.tells(), Vec::<String>::new());
}

/// What is found when this leak is planted.
async fn found(leak: Leak, many: Many) -> Vec<String> {
    observe(&[Class::Dialed, Class::Duplicate, Class::DenyListed], many, Some(leak)).await.tells()
}

/// Few, where one is enough to see it.
const FEW: Many = Many { sent: 3, followed: 0 };

#[tokio::test]
async fn a_header_that_names_duplicates_is_found() {
    assert_eq!(found(Leak::Header, FEW).await, ["the answer tells Duplicate"]);
}

#[tokio::test]
async fn another_order_of_headers_is_found() {
    assert_eq!(found(Leak::HeaderOrder, FEW).await, ["the answer tells Duplicate"]);
}

#[tokio::test]
async fn a_byte_more_is_found() {
    assert_eq!(found(Leak::Byte, FEW).await, ["the answer tells Duplicate"]);
}

#[tokio::test]
async fn another_status_is_found() {
    assert_eq!(found(Leak::Status, FEW).await, ["the answer tells Duplicate"]);
}

#[tokio::test]
async fn a_bit_of_the_id_is_found() {
    assert_eq!(
        found(Leak::IdBit, Many { sent: 40, followed: 0 }).await,
        ["bit 127 of an id tells Duplicate"]
    );
}

#[tokio::test]
async fn a_read_more_before_the_answer_is_found() {
    assert_eq!(found(Leak::Read, FEW).await, ["the work before it tells Duplicate"]);
}

#[tokio::test]
async fn a_status_that_ends_early_is_found() {
    assert_eq!(
        found(Leak::EndedEarly, Many { sent: 2, followed: 2 }).await,
        ["the history tells DenyListed"]
    );
}
