//! A usual morning: customers of a region ask and are called; one asks twice, one withdraws, one does not answer, one asks for a
//! number abroad, and an agent marks a call in time. No alarm rings.

use http::Method;
use local::connect::CallPlan;
use serde_json::json;

use super::Watched;
use crate::by_hand::exchange;
use crate::world::{Visitor, account, world};

/// The n-th customer. Of some networks there are several.
fn customer(n: usize) -> Visitor {
    account(&format!("customer-{n}")).at(&format!("198.51.{}.{}", n % 25, 10 + n))
}

fn number(n: usize) -> String {
    format!("+1206{}01{:02}", exchange(n % 30), n % 100)
}

#[tokio::test]
async fn no_alarm_rings_on_a_usual_morning() {
    let mut watched = Watched::new(world().await);
    for minute in 0..150 {
        let posts = if minute % 2 == 0 { a_customer_asks(&watched, minute / 2).await } else { 0 };
        let now = watched.world.now();
        let stage = [("ApiName", "AWS::StackName"), ("Stage", "v1")];
        let asked = [&stage[..], &[("Resource", "/account/callbacks"), ("Method", "POST")]].concat();
        watched.cloudwatch.put(("AWS/ApiGateway", "Count"), &asked, now, f64::from(posts));
        // Every visitor looks what is offered, and how his request is; some mistype.
        watched.cloudwatch.put(("AWS/ApiGateway", "Count"), &stage, now, f64::from(10 * posts));
        let mistyped = watched.cloudwatch.line(&[("error.responseType", "-"), ("status", "422")]);
        watched.cloudwatch.hear(&mistyped, now);
        watched.minutes(1).await;
    }
    watched.assert_rang(&[]);
    assert!(watched.world.calls().len() > 60, "{} calls", watched.world.calls().len());
}

/// Gives how often somebody asked.
async fn a_customer_asks(watched: &Watched, n: usize) -> u32 {
    let (world, customer, number) = (&watched.world, customer(n), number(n));
    // One call of the morning is marked; two of a range would close that to strangers.
    match (n, n % 11) {
        (_, 3) => {
            customer.asks(world, &number).await;
            customer.asks(world, &number).await;
            return 2;
        }
        (_, 5) => {
            let id = customer.asks(world, &number).await;
            customer.withdraws(world, &id).await;
        }
        (_, 7) => {
            world.stack.connect.plan_for(&number, CallPlan::unanswered());
            customer.asks(world, &number).await;
        }
        (_, 9) => {
            customer.asks_for(world, "+18765550100").await;
        }
        (11, _) => {
            let id = customer.is_called(world, &number).await;
            let mark = json!({ "mark": "spam", "reason": "silence on the line" });
            let path = format!("/review/requests/{id}/mark");
            assert_eq!(world.operator(Method::PUT, &path, mark).await.status, 204);
        }
        _ => {
            customer.asks(world, &number).await;
        }
    }
    1
}
