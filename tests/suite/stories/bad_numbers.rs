//! Bad numbers over HTTP: what no number can be, told with the reason and never repeated.

use serde_json::json;

use crate::bad_input::{NUMBER_FIELD, Told, assert_refused};
use crate::world::world;

#[tokio::test]
async fn every_text_that_is_no_number_is_told_with_the_reason() {
    let phone = |number: &str| json!({ "phoneNumber": number }).to_string();
    let number = |says| (422, "invalid-phone-number", NUMBER_FIELD, says);
    let cases: Vec<(String, Told)> = vec![
        (phone(""), number("empty")),
        (phone("  "), number("empty")),
        (phone(&"1".repeat(100)), number("too long")),
        (phone("+1206555010"), number("cannot exist")),
        (phone("+12065550100100"), number("cannot exist")),
        (phone("+99912345678"), number("cannot exist")),
        (phone("+11111111111"), number("cannot exist")),
        (phone("+0012065550100"), number("cannot exist")),
        (phone("00442079460000"), number("cannot exist")),
        (phone("+12065550100 ext. 12345"), number("extensions")),
        (phone("+12065550100x12345"), number("extensions")),
        (phone("+12065550100,,12345#"), number("extensions")),
        (phone("+12065550100;ext=12345"), number("extensions")),
        (phone("tel:+12065550100"), number("letters")),
        (phone("1-800-FLOWERS"), number("letters")),
        (phone("+1 +12065550100"), number("`+`")),
        (phone("＋１２０６５５５０１００"), number("digits 0 to 9")),
        (phone("+١٢٠٦٥٥٥٠١٠٠"), number("digits 0 to 9")),
        (phone("+1206555\u{200b}0100"), number("digits 0 to 9")),
        (phone("+12065550100\n"), number("only digits, spaces")),
        (phone("+1206555/0100"), number("only digits, spaces")),
        (phone("+12065550100\u{0}"), number("only digits, spaces")),
    ];
    assert_refused(&world().await, cases).await;
}
