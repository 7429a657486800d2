//! Requests as operators see them.

use tollgate::line::LineType;
use tollgate::network::Address;
use tollgate::number::PhoneNumber;
use tollgate::request::{Account, CallbackRequest, Caller, Whereabouts};
use tollgate::text::{CarrierName, VisitorText};

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_769_852_000 + second).unwrap()
}

/// A request that was called and reached an agent.
pub(crate) fn record() -> Record {
    let caller = Caller {
        address: Address::parse("203.0.113.9").unwrap(),
        country: Whereabouts::In(CountryCode::parse("US").unwrap()),
        asn: Some(64_500),
        marks: [NetworkMark::Anonymous].into(),
        account: Some(Account { id: AccountId::parse("3f2a").unwrap(), verified_number: None }),
    };
    let request = CallbackRequest {
        id: RequestId::from_random([0xab; 16]),
        received_at: at(0),
        deadline: at(900),
        number: PhoneNumber::parse("+12065550100", None).unwrap(),
        name: VisitorText::parse("Ada").ok(),
        topic: VisitorText::parse("my order").ok(),
        caller,
    };
    let end = CallEnd { ended_at: at(90), answered_at: Some(at(20)), agent_at: Some(at(25)), excuse: None };
    let contact_id = ContactId::parse("11111111-2222-3333-4444-555555555555").ok();
    Record {
        request,
        state: State::Ended(Ending::Closed { contact_id, end: Some(end) }),
        findings: vec![
            Finding { standing: Standing::Shadow, ..Finding::new(Code::AnonymousNetwork) },
            Finding::about(Code::TooManyFromAddress, "203.0.x.x/32").measured(21, 20, 3_600),
        ],
        line: Some(Line { line_type: LineType::Mobile, carrier: CarrierName::parse("Example Mobile").ok() }),
        terms: None,
        cancelled_at: None,
        mark: None,
    }
}

#[test]
fn an_operator_sees_all_but_what_the_visitor_wrote() {
    insta::assert_json_snapshot!(Shown::of(&record(), false), @r#"
    {
      "id": "abababababababababababababababab",
      "state": "closed",
      "receivedAt": "2026-01-31T09:33:20Z",
      "deadline": "2026-01-31T09:48:20Z",
      "number": "+12065550100",
      "country": "US",
      "kind": "fixed-line-or-mobile",
      "address": "203.0.113.9",
      "addressCountry": "US",
      "asn": 64500,
      "marks": [
        "anonymous"
      ],
      "account": "3f2a",
      "findings": [
        {
          "code": "anonymous-network",
          "certainty": "suspected",
          "standing": "shadow"
        },
        {
          "code": "too-many-from-address",
          "certainty": "suspected",
          "standing": "enforced",
          "subject": "203.0.x.x/32",
          "value": 21,
          "limit": 20,
          "windowSeconds": 3600,
          "liftedBy": "time: the window slides"
        }
      ],
      "line": {
        "type": "mobile",
        "carrier": "Example Mobile"
      },
      "contactId": "11111111-2222-3333-4444-555555555555",
      "end": {
        "endedAt": "2026-01-31T09:34:50Z",
        "answeredAt": "2026-01-31T09:33:40Z",
        "agentAt": "2026-01-31T09:33:45Z",
        "outcome": "talked"
      }
    }
    "#);
}

#[test]
fn a_masked_request_shows_neither_its_number_nor_its_address() {
    let shown = serde_json::to_value(Shown::of(&record(), true)).unwrap();
    assert_eq!((&shown["number"], &shown["address"]), (&"+1206*******".into(), &"203.0.x.x".into()));
    let text = shown.to_string();
    assert!(!text.contains("2065550100") && !text.contains("203.0.113.9"), "{text}");
}

#[test]
fn each_state_shows_what_it_knows() {
    let shown = |state| serde_json::to_value(Shown::of(&Record { state, ..record() }, false)).unwrap();
    let owner = RequestId::from_random([1; 16]);
    assert_eq!(shown(State::Duplicate { owner })["heldBy"], "01".repeat(16));
    assert_eq!(shown(State::Ended(Ending::Failed { failure: Failure::Busy }))["failure"], "busy");
    let contact_id = ContactId::parse("c-1").unwrap();
    let in_call = shown(State::InCall { contact_id, dialed_at: at(10) });
    assert_eq!((&in_call["contactId"], &in_call["dialedAt"]), (&"c-1".into(), &at(10).to_string().into()));
    let refused = shown(State::Ended(Ending::Refused));
    assert!(refused.get("end").is_none() && refused.get("contactId").is_none());
}
