//! A handler that no function has must be told at start, not by what goes wrong later.

use super::Function;

#[test]
fn every_function_is_found_by_its_name() {
    for function in Function::ALL {
        assert_eq!(Function::named(function.name()), Ok(function));
    }
}

#[test]
fn an_unknown_handler_is_told_with_those_that_there_are() {
    let told = Function::named("bootstrap").unwrap_err().to_string();
    assert_eq!(
        told,
        "there is no function \"bootstrap\": the handler is one of intake, screening, dialing, contact-events, review, console, upkeep"
    );
}
