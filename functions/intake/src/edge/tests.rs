//! What of a request is believed, over every trust setting.

use lambda_http::Body;
use serde_json::json;

use super::*;

const CLOUDFRONT: [(&str, &str); 2] =
    [("CloudFront-Viewer-Country", "DE"), ("CloudFront-Viewer-ASN", "64496")];
const WAF: [(&str, &str); 3] =
    [("x-amzn-waf-country", "FR"), ("x-amzn-waf-anonymous", "true"), ("x-amzn-waf-bad-reputation", "true")];

fn context(source_ip: Option<&str>, claims: Option<Value>) -> ApiGatewayProxyRequestContext {
    let mut context = ApiGatewayProxyRequestContext::default();
    context.identity.source_ip = source_ip.map(str::to_owned);
    context.authorizer.fields.extend(claims.map(|claims| ("claims".to_owned(), claims)));
    context
}

fn request(headers: &[(&str, &str)], context: ApiGatewayProxyRequestContext) -> Request {
    let builder = headers.iter().fold(Request::new(Body::Empty), |mut request, (name, value)| {
        let name: lambda_http::http::HeaderName = name.parse().unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
        request
    });
    builder.with_request_context(RequestContext::ApiGatewayV1(context))
}

fn guest(edge: &Edge, headers: &[(&str, &str)]) -> Caller {
    edge.caller(&request(headers, context(Some("203.0.113.9"), None)), Access::Guest).unwrap()
}

fn edges() -> impl Iterator<Item = Edge> {
    let countries = [CountryFrom::Cloudfront, CountryFrom::Waf, CountryFrom::None];
    countries.into_iter().flat_map(|country_from| {
        [Waf::On, Waf::Off].map(|waf| Edge { country_from, waf, ..Edge::trusting_everything() })
    })
}

#[test]
fn each_setting_believes_its_own_headers_and_no_others() {
    for edge in edges() {
        let headers: Vec<_> = CLOUDFRONT.into_iter().chain(WAF).collect();
        let caller = guest(&edge, &headers);
        let (country, asn) = match (edge.country_from, edge.waf) {
            (CountryFrom::Cloudfront, _) => {
                (Whereabouts::In(CountryCode::parse("DE").unwrap()), Some(64_496))
            }
            (CountryFrom::Waf, Waf::On) => (Whereabouts::In(CountryCode::parse("FR").unwrap()), None),
            _ => (Whereabouts::Untold, None),
        };
        let marks = match edge.waf {
            Waf::On => BTreeSet::from([NetworkMark::Anonymous, NetworkMark::BadReputation]),
            Waf::Off => BTreeSet::new(),
        };
        assert_eq!((caller.country, caller.asn, caller.marks), (country, asn, marks), "{edge:?}");
    }
}

#[test]
fn forged_headers_change_nothing() {
    for edge in edges() {
        let mut forged = vec![
            ("X-Forwarded-For", "198.51.100.1"),
            ("Forwarded", "for=198.51.100.1"),
            ("X-Real-IP", "198.51.100.1"),
            ("True-Client-IP", "198.51.100.1"),
            ("CloudFront-Viewer-Address", "198.51.100.1:443"),
            ("Host", "evil.example"),
            ("X-Amzn-Oidc-Identity", "ada"),
            ("Authorization", "Bearer forged"),
            ("x-amzn-waf-account", "ada"),
        ];
        if edge.country_from != CountryFrom::Cloudfront {
            forged.extend(CLOUDFRONT);
        }
        if edge.waf == Waf::Off {
            forged.extend(WAF);
        }
        if edge.country_from != CountryFrom::Waf {
            forged.push(("x-amzn-waf-country", "FR"));
        }
        assert_eq!(guest(&edge, &forged), guest(&edge, &[]), "{edge:?}");
    }
}

#[test]
fn garbage_in_a_believed_header_is_nothing() {
    let cloudfront = Edge::trusting_everything();
    let countries_told = countries_told("US,CA");
    let waf = Edge { country_from: CountryFrom::Waf, countries_told, ..cloudfront.clone() };
    for text in ["", "none", "D", "DEU", "D\u{e9}", "1!", "DE, FR", " "] {
        let told = guest(&cloudfront, &[("cloudfront-viewer-country", text)]).country;
        assert_eq!(told, Whereabouts::Untold, "{text:?}");
        let told = guest(&waf, &[("x-amzn-waf-country", text)]).country;
        let none = Whereabouts::NoneOf(waf.countries_told.clone());
        let expected = if text == "none" { none } else { Whereabouts::Untold };
        assert_eq!(told, expected, "{text:?}");
    }
    assert_eq!(guest(&waf, &[]).country, Whereabouts::Untold);
    for text in ["", "-1", "+1", "AS64496", "4294967296", "1.5"] {
        assert_eq!(guest(&cloudfront, &[("cloudfront-viewer-asn", text)]).asn, None, "{text:?}");
    }
    for text in ["false", "", "TRUE", "1"] {
        assert!(guest(&cloudfront, &[("x-amzn-waf-anonymous", text)]).marks.is_empty(), "{text:?}");
    }
}

#[test]
fn a_header_given_twice_names_no_country_but_keeps_its_mark() {
    let edge = Edge::trusting_everything();
    let twice = [("cloudfront-viewer-country", "US"), ("cloudfront-viewer-country", "US")];
    assert_eq!(guest(&edge, &twice).country, Whereabouts::Untold);
    let both = [("x-amzn-waf-anonymous", "false"), ("x-amzn-waf-anonymous", "true")];
    assert_eq!(guest(&edge, &both).marks, BTreeSet::from([NetworkMark::Anonymous]));
}

#[test]
fn without_a_source_address_nobody_asks() {
    let edge = Edge::trusting_everything();
    let forged = [("X-Forwarded-For", "198.51.100.1")];
    for source_ip in [None, Some(""), Some("203.0.113.9:443")] {
        let told = edge.caller(&request(&forged, context(source_ip, None)), Access::Guest);
        assert_eq!(told, Err(EdgeError::NoSourceAddress), "{source_ip:?}");
    }
    assert_eq!(edge.caller(&Request::new(Body::Empty), Access::Guest), Err(EdgeError::NoContext));
    for access in [Access::Guest, Access::Account] {
        let pressed = request(&forged, context(Some("test-invoke-source-ip"), None));
        assert_eq!(edge.caller(&pressed, access), Err(EdgeError::TestInvocation));
    }
}

#[test]
fn only_the_app_clients_that_are_named_are_let_in() {
    for (listed, claims, let_in) in [
        ("", json!({"sub": "ada"}), true),
        ("one, two", json!({"sub": "ada", "aud": "one"}), true),
        ("one,two", json!({"sub": "ada", "client_id": "two"}), true),
        ("one", json!({"sub": "ada", "aud": "two"}), false),
        ("one", json!({"sub": "ada", "client_id": "ONE"}), false),
        ("one", json!({"sub": "ada", "aud": "two", "client_id": "one"}), false),
        ("one", json!({"sub": "ada"}), false),
    ] {
        let edge = Edge { clients: Clients::parse(listed), ..Edge::trusting_nothing() };
        let asked = request(&[], context(Some("203.0.113.9"), Some(claims.clone())));
        let told = edge.caller(&asked, Access::Account).map(drop);
        assert_eq!(told, if let_in { Ok(()) } else { Err(EdgeError::OtherClient) }, "{listed} {claims}");
        assert!(edge.caller(&asked, Access::Guest).is_ok());
    }
}

#[test]
fn an_account_is_what_an_authorizer_claims_and_behind_the_door_there_must_be_one() {
    let edge = Edge::trusting_nothing();
    let told = |claims: Value, access| {
        let caller = edge.caller(&request(&[], context(Some("203.0.113.9"), Some(claims))), access);
        caller.map(|caller| caller.account)
    };
    let number = PhoneNumber::parse("+12065550100", None).ok();
    let id = AccountId::parse("ada").unwrap();
    for (verified, expected) in [
        (json!("true"), number.clone()),
        (json!(true), number),
        (json!("false"), None),
        (json!(false), None),
        (json!("TRUE"), None),
        (json!(1), None),
        (json!(null), None),
    ] {
        let claims = json!({"sub": "ada", "phone_number": "+12065550100", "phone_number_verified": verified});
        let account = Account { id: id.clone(), verified_number: expected };
        assert_eq!(told(claims.clone(), Access::Account), Ok(Some(account.clone())), "{verified}");
        assert_eq!(told(claims, Access::Guest), Ok(Some(account)));
    }
    let odd = json!({"sub": "ada", "phone_number": "911", "phone_number_verified": "true"});
    assert_eq!(told(odd, Access::Account), Ok(Some(Account { id, verified_number: None })));
    for claims in [json!({}), json!({"sub": ""}), json!({"sub": 7}), json!("ada"), json!(null)] {
        assert_eq!(told(claims.clone(), Access::Account), Err(EdgeError::NotSignedIn), "{claims}");
        assert_eq!(told(claims, Access::Guest), Ok(None));
    }
}

#[test]
fn the_edge_tells_the_first_five_of_the_served_countries() {
    let told = |text| countries_told(text).into_iter().map(|country| country.to_string()).collect::<Vec<_>>();
    assert_eq!(told("US, CA"), ["CA", "US"]);
    assert_eq!(told("US,CA,MX,GB,IE,FR"), ["CA", "GB", "IE", "MX", "US"]);
    assert_eq!(told(""), [""; 0]);
}
