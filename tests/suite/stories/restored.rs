//! Restored tables: a backup brings back a past in which requests were not called yet. What docs/operating.md says keeps that
//! from being called again.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use local::engine::Image;
use local::stack::Function;
use serde_json::Value;
use tollgate::state::StateName;

use crate::template::yaml;
use crate::world::{NUMBER, World, account, world, world_with};

/// A world whose tables are restored to the moment after which a request was called, and the id of that request. A restored
/// table has a stream of its own, without a past.
async fn restored() -> (World, String) {
    let before = world().await;
    let id = account("alice").asks(&before, NUMBER).await;
    before.screen().await;
    let backup = Image::of(&before.stack.engine).unwrap();
    before.settle().await;
    assert_eq!((before.state(&id).await, before.calls().len()), (StateName::InCall, 1));

    let world = world_with(|options| options.image = Some(Arc::new(backup))).await;
    for function in Function::ON_STREAM {
        world.park_all(function);
    }
    assert_eq!(world.state(&id).await, StateName::Approved);
    (world, id)
}

#[tokio::test]
async fn a_request_that_was_called_after_the_backup_is_not_called_again_under_the_kill_switch() {
    let (world, id) = restored().await;
    world.kill_switches(true, &[]).await;
    world.pass_minutes(7).await;
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::Refused, 0));
    assert_eq!(world.items("Pending").await.len(), 0, "and no number is held");
    world.kill_switches(false, &[]).await;
    account("bob").at("192.0.2.10").is_called(&world, NUMBER).await;
}

#[tokio::test]
async fn a_request_that_was_called_after_the_backup_is_too_old_to_be_called_again_after_one_deadline() {
    let (world, id) = restored().await;
    world.pass_unseen(300);
    world.pass_minutes(2).await;
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::Expired, 0));
}

#[tokio::test]
async fn without_either_it_is_called_again() {
    let (world, id) = restored().await;
    world.pass_minutes(3).await;
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::Closed, 1), "so the guide matters");
}

#[tokio::test]
async fn the_guides_kill_switch_holds_in_restored_settings() {
    let guide = yaml::text("docs/operating.md");
    let (_, rest) = guide.split_once("$RestoredSettings\" --item '").unwrap();
    let item: Value = serde_json::from_str(rest.split_once('\'').unwrap().0).unwrap();
    let item =
        item.as_object().unwrap().iter().map(|(name, value)| (name.clone(), attribute(value))).collect();

    let (world, id) = restored().await;
    let put = world.stack.tables.client.put_item().table_name("Settings").set_item(Some(item));
    put.send().await.unwrap();
    world.pass_minutes(3).await;
    assert_eq!((world.state(&id).await, world.calls().len()), (StateName::Refused, 0));
}

/// A value as the AWS CLI writes it.
fn attribute(value: &Value) -> AttributeValue {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "S" => AttributeValue::S(value.as_str().unwrap().to_owned()),
        "N" => AttributeValue::N(value.as_str().unwrap().to_owned()),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "L" => AttributeValue::L(value.as_array().unwrap().iter().map(attribute).collect()),
        "M" => AttributeValue::M(
            value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), attribute(value))).collect(),
        ),
        other => panic!("{other} is not reckoned with"),
    }
}
