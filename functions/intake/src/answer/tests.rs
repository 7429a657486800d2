//! The answers to the byte.

use lambda_http::http::HeaderName;

use super::*;

const ID: &str = "00112233445566778899aabbccddeeff";

fn asked() -> HeaderMap {
    HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static("https://www.example.com"))])
}

/// An answer as text: status, headers, body.
fn text(answer: Answer) -> String {
    let origins = Origins::parse("https://www.example.com");
    let response = answer.into_response(&origins, &asked());
    let line = |(name, value): (&HeaderName, &HeaderValue)| format!("{name}: {}\n", value.to_str().unwrap());
    let headers: String = response.headers().iter().map(line).collect();
    let body = match response.body() {
        Body::Text(body) => body.as_str(),
        _ => "",
    };
    format!("{}\n{headers}\n{body}", response.status().as_u16())
}

fn accepted(id: RequestId, access: Access) -> Answer {
    let call_by = Timestamp::from_second(1_772_409_600).unwrap();
    Answer::Accepted { id, access, channels: vec![Channel::Chat, Channel::CallIn], call_by }
}

#[test]
fn accepted_is_accepted_to_the_byte() {
    let id = RequestId::parse(ID).unwrap();
    for (access, prefix) in [(Access::Guest, ""), (Access::Account, "/account")] {
        assert_eq!(
            text(accepted(id, access)),
            format!(
                "202\n\
                 cache-control: no-store\n\
                 content-type: application/json\n\
                 location: {prefix}/callbacks/{ID}\n\
                 vary: Origin\n\
                 access-control-allow-origin: https://www.example.com\n\
                 access-control-expose-headers: Location\n\
                 \n\
                 {{\"id\":\"{ID}\",\"status\":\"accepted\",\"channels\":[\"chat\",\"call-in\"],\
                 \"callBy\":\"2026-03-02T00:00:00Z\"}}"
            )
        );
    }
}

#[test]
fn two_accepted_requests_differ_in_the_id_alone() {
    let other = "ffeeddccbbaa99887766554433221100";
    let [one, two] =
        [ID, other].map(|id| text(accepted(RequestId::parse(id).unwrap(), Access::Guest)).replace(id, "ID"));
    assert_eq!(one, two);
}

#[test]
fn redirected_names_the_channels_and_no_request() {
    let answer = Answer::Redirected { channels: vec![Channel::Chat, Channel::CallIn] };
    let told = text(answer);
    assert!(told.starts_with("200\n"), "{told}");
    assert!(told.ends_with(r#"{"status":"redirected","channels":["chat","call-in"]}"#), "{told}");
    assert!(!told.contains("location:"), "{told}");
}

#[test]
fn options_name_channels_and_countries() {
    let options = CallbackOptions {
        channels: vec![Channel::Callback, Channel::Chat],
        countries: vec![CountryCode::parse("CA").unwrap(), CountryCode::parse("US").unwrap()],
        default_country: CountryCode::parse("US").ok(),
    };
    let told = text(Answer::Options(options));
    assert!(
        told.ends_with(r#"{"channels":["callback","chat"],"countries":["CA","US"],"defaultCountry":"US"}"#),
        "{told}"
    );
}

#[test]
fn a_problem_is_problem_json_with_the_same_headers() {
    let told = text(Answer::Problem(Problem::MethodNotAllowed { allowed: "POST, OPTIONS" }));
    assert_eq!(
        told,
        "405\n\
         cache-control: no-store\n\
         content-type: application/problem+json\n\
         allow: POST, OPTIONS\n\
         vary: Origin\n\
         access-control-allow-origin: https://www.example.com\n\
         access-control-expose-headers: Location\n\
         \n\
         {\"type\":\"urn:tollgate:problem:method-not-allowed\",\"title\":\"Method not allowed\",\"status\":405,\
         \"detail\":\"the resource takes POST, OPTIONS\"}"
    );
}

#[test]
fn a_preflight_and_a_withdrawal_are_empty() {
    let told = text(Answer::Preflight { allowed: "POST, OPTIONS" });
    assert!(told.starts_with("204\n") && told.ends_with("\n\n"), "{told}");
    assert!(told.contains("access-control-allow-methods: POST, OPTIONS\n"), "{told}");
    assert!(
        told.contains("access-control-allow-headers: content-type, authorization, idempotency-key\n"),
        "{told}"
    );
    let told = text(Answer::Cancelled);
    assert!(told.starts_with("204\n") && told.ends_with("\n\n"), "{told}");
    assert!(!told.contains("content-type"), "{told}");
}
