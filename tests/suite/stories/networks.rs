//! Networks: where a request comes from, and what a client can and cannot say about that.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::{Value, json};
use tollgate::state::StateName;
use tollgate::verdict::Standing;
use tollgate_aws::services::carrier::Service;

use crate::world::{NUMBER, Visitor, World, account, guest, world, world_with};

/// Some networks of VPN providers.
const VPN: &str = include_str!("../data/vpn-ipv4-sample.txt");

/// Whether a visitor is offered another channel at once.
async fn is_redirected_at_once(world: &World, visitor: &Visitor) -> bool {
    let offered = !visitor.channels(world).await.as_array().unwrap().contains(&json!("callback"));
    let answer = visitor.asks_for(world, NUMBER).await;
    assert_eq!(answer.status, if offered { 200 } else { 202 });
    offered
}

/// State and findings of a visitor's request, once screened.
async fn screened(world: &World, visitor: &Visitor) -> (StateName, Vec<&'static str>) {
    let id = visitor.asks(world, NUMBER).await;
    world.screen().await;
    assert_eq!(visitor.looks(world, &id).await.json()["status"], "accepted");
    (world.state(&id).await, world.findings(&id).await)
}

#[tokio::test]
async fn visitors_from_anonymous_or_attacking_networks_are_offered_other_channels() {
    let world = world().await;
    assert!(!is_redirected_at_once(&world, &account("alice")).await);
    assert!(is_redirected_at_once(&world, &account("alice").anonymous()).await);
    assert!(is_redirected_at_once(&world, &account("alice").of_bad_reputation()).await);
    world.policy(json!({ "served_address_countries": ["US", "CA"] })).await;
    assert!(!is_redirected_at_once(&world, &account("alice").in_country("US")).await);
    assert!(is_redirected_at_once(&world, &account("alice").in_country("FR")).await);
    world.pass(60).await;
    assert_eq!(world.calls().len(), 1, "the second of those that were accepted was a duplicate");
}

#[tokio::test]
async fn a_visitor_whose_country_is_not_the_numbers_is_offered_other_channels() {
    let world = world().await;
    let answer = account("alice").in_country("FR").asks_for(&world, NUMBER).await;
    assert_eq!(answer.json(), json!({ "status": "redirected", "channels": ["chat", "call-in"] }));
    // Who travels and asks for the number that is known to be his own is called.
    let at_home = account("bob").with_verified_number(NUMBER).in_country("FR");
    at_home.asks(&world, NUMBER).await;
    world.pass(60).await;
    assert_eq!(world.calls().len(), 1);
    assert_eq!(at_home.asks_for(&world, "+12065550101").await.status, 200, "another number is not his own");
}

#[tokio::test]
async fn a_rule_in_shadow_mode_is_recorded_and_one_that_is_off_is_not() {
    let visitor = account("alice").anonymous().of_bad_reputation().in_country("FR");
    let rules = ["anonymous-network", "bad-reputation", "country-mismatch"];
    for (mode, findings) in [("shadow", &rules[..]), ("off", &[])] {
        let world = world().await;
        world.policy(json!({ "rules": rules.map(|rule| (rule, mode)).into_iter().collect::<std::collections::BTreeMap<_, _>>() })).await;
        let id = visitor.asks(&world, NUMBER).await;
        world.pass(60).await;
        assert_eq!(world.state(&id).await, StateName::Closed);
        assert_eq!(world.findings(&id).await, findings);
        assert!(world.record(&id).await.findings.iter().all(|finding| finding.standing == Standing::Shadow));
    }
}

#[tokio::test]
async fn whoever_is_deny_listed_is_refused_and_told_nothing() {
    let visitor = account("mallory").at("203.0.113.77").in_asn(64_500);
    for entry in [
        "net#203.0.113.77",
        "net#203.0.113.76/31",
        "net#203.0.113.0/24",
        "net#203.0.0.0/16",
        "net#203.0.0.0/8",
        "asn#64500",
        "account#mallory",
        "address-country#US",
    ] {
        let world = world().await;
        world.list("deny", entry).await;
        assert_eq!(screened(&world, &visitor).await, (StateName::Refused, vec!["deny-listed"]), "{entry}");
        let elsewhere = account("alice").at("204.0.113.77").in_asn(64_501);
        let all_americans = entry == "address-country#US";
        let expected = if all_americans { StateName::Refused } else { StateName::Approved };
        assert_eq!(screened(&world, &elsewhere).await.0, expected, "{entry}");
    }
}

#[tokio::test]
async fn an_ipv6_address_is_found_in_every_network_around_it() {
    let visitor = account("mallory").at("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff");
    for entry in [
        "2001::/16",
        "2001:db8::/32",
        "2001:db8:aaaa::/48",
        "2001:db8:aaaa:bbbb::/64",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff",
    ] {
        let world = world().await;
        world.list("deny", &format!("net#{entry}")).await;
        assert_eq!(screened(&world, &visitor).await.0, StateName::Refused, "{entry}");
        let neighbour = account("alice").at("2001:db9::1");
        let expected = if entry == "2001::/16" { StateName::Refused } else { StateName::Approved };
        assert_eq!(screened(&world, &neighbour).await.0, expected, "{entry}");
    }
    // The same address, written as IPv6.
    let world = world().await;
    world.list("deny", "net#203.0.113.0/24").await;
    assert_eq!(screened(&world, &account("mallory").at("::ffff:203.0.113.9")).await.0, StateName::Refused);
}

/// First and last address of a network.
fn ends(network: &str) -> (u32, u32) {
    let (address, length) = network.split_once('/').unwrap();
    let first = u32::from(address.parse::<Ipv4Addr>().unwrap());
    (first, first + u32::try_from((1_u64 << (32 - length.parse::<u32>().unwrap())) - 1).unwrap())
}

#[tokio::test]
async fn visitors_from_a_list_of_vpns_are_refused_and_their_neighbours_are_not() {
    let world = world_with(|options| {
        options.carrier = Service::Off;
        options.settings_kept_seconds = 3_600;
    })
    .await;
    let told = world.imports("text/plain", "?effect=deny&reason=VPN", VPN).await.json();
    let networks: Vec<_> = VPN.lines().map(ends).collect();
    assert_eq!((&told["imported"], &told["refusedCount"]), (&json!(networks.len()), &json!(0)));

    let listed = |address: u32| networks.iter().any(|(first, last)| (*first..=*last).contains(&address));
    let some = networks.iter().step_by(20);
    let addresses: BTreeSet<_> =
        some.flat_map(|(first, last)| [first - 1, *first, *last, last + 1]).collect();
    let mut asked = vec![];
    for (at, address) in addresses.iter().enumerate() {
        let address = Ipv4Addr::from(*address);
        let visitor = account(&format!("visitor-{at}")).at(&address.to_string());
        asked.push((
            address,
            visitor.asks(&world, &format!("+1206{:07}", 5_550_000 + at * 10_000 % 4_000_000 + at)).await,
        ));
    }
    world.screen().await;
    for (address, id) in asked {
        let expected = if listed(u32::from(address)) { StateName::Refused } else { StateName::Approved };
        assert_eq!(world.state(&id).await, expected, "{address}");
    }
}

#[tokio::test]
async fn operators_see_why_somebody_was_redirected_at_once() {
    let world = world().await;
    guest().anonymous().asks_for(&world, NUMBER).await;
    let shown =
        world.operator(http::Method::GET, "/review/requests?state=redirected", Value::Null).await.json();
    let codes: Vec<_> =
        shown["requests"][0]["findings"].as_array().unwrap().iter().map(|f| &f["code"]).collect();
    assert_eq!(codes, ["anonymous-network", "guest"]);
}
