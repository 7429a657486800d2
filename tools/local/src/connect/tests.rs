//! The course of calls, without HTTP and without waiting.

use jiff::SignedDuration;
use tollgate_aws::clock::ManualClock;

use super::*;

const NUMBER: &str = "+12065550100";

struct World {
    connect: Connect,
    clock: ManualClock,
    start: Timestamp,
}

fn world(plan: CallPlan) -> World {
    let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    let clock = ManualClock::at(start);
    World { connect: Connect::new(Clock::Manual(clock.clone()), plan), clock, start }
}

fn order(token: &str) -> Order {
    Order {
        destination_phone_number: NUMBER.to_owned(),
        contact_flow_id: "flow".to_owned(),
        instance_id: "instance".to_owned(),
        client_token: Some(token.to_owned()),
        source_phone_number: Some("+12065550000".to_owned()),
        attributes: Some([("requestId".to_owned(), token.to_owned())].into()),
        ring_timeout_in_seconds: Some(30),
        traffic_type: Some("CAMPAIGN".to_owned()),
        ..Order::default()
    }
}

impl World {
    fn place(&self, token: &str) -> String {
        match self.connect.start(&order(token)) {
            StartAnswer::Placed(id) => id,
            other => panic!("not placed: {other:?}"),
        }
    }

    fn wait(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Kinds of the events that come due while the clock goes from event to event.
    fn told(&self) -> Vec<(i64, String)> {
        let mut told = Vec::new();
        while let Some(next) = self.connect.next_due() {
            self.clock.advance(next.duration_since(self.clock.now()).max(SignedDuration::ZERO));
            told.extend(self.connect.due(next).iter().map(|event| {
                let kind = event["detail"]["eventType"].as_str().unwrap().to_owned();
                (next.duration_since(self.start).as_secs(), kind)
            }));
        }
        told
    }
}

#[track_caller]
fn check(world: &World, expected: &[(i64, &str)]) {
    let told = world.told();
    let told: Vec<_> = told.iter().map(|(at, kind)| (*at, kind.as_str())).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_call_goes_through_all_its_stages() {
    let all = [
        (0, "INITIATED"),
        (3, "CONNECTED_TO_SYSTEM"),
        (3, "QUEUED"),
        (4, "CONNECTED_TO_AGENT"),
        (23, "DISCONNECTED"),
        (25, "COMPLETED"),
    ];
    let without_agent = [
        (0, "INITIATED"),
        (3, "CONNECTED_TO_SYSTEM"),
        (3, "QUEUED"),
        (23, "DISCONNECTED"),
        (23, "COMPLETED"),
    ];
    let unanswered = [(0, "INITIATED"), (30, "DISCONNECTED"), (30, "COMPLETED")];
    let busy = [(0, "INITIATED"), (1, "DISCONNECTED"), (1, "COMPLETED")];
    let rings_too_long = CallPlan { ring_seconds: 31, ..CallPlan::default() };
    let plans: [(CallPlan, &[(i64, &str)]); 5] = [
        (CallPlan::default(), &all),
        (CallPlan { agent: false, ..CallPlan::default() }, &without_agent),
        (CallPlan::unanswered(), &unanswered),
        (CallPlan::busy(), &busy),
        (rings_too_long, &unanswered),
    ];
    for (plan, expected) in plans {
        let world = world(plan);
        world.place("a");
        check(&world, expected);
    }
}

#[test]
fn a_number_may_have_a_plan_of_its_own() {
    let world = world(CallPlan::default());
    world.connect.plan_for(NUMBER, CallPlan::busy());
    world.place("a");
    check(&world, &[(0, "INITIATED"), (1, "DISCONNECTED"), (1, "COMPLETED")]);
}

#[test]
fn a_request_may_have_a_plan_of_its_own_which_outranks_the_numbers() {
    let world = world(CallPlan::default());
    world.connect.plan_for(NUMBER, CallPlan::busy());
    world.connect.plan_for_request("a", CallPlan::unanswered());
    let (a, b) = (world.place("a"), world.place("b"));
    world.wait(30);
    let ended =
        |id| world.connect.call(id).unwrap().ended_at.map(|at| at.duration_since(world.start).as_secs());
    assert_eq!((ended(&a), ended(&b)), (Some(30), Some(1)));
    assert_eq!(world.connect.call("nobody's"), None);
}

#[test]
fn an_event_tells_what_aws_tells_and_neither_number_nor_attributes() {
    let world = world(CallPlan::default());
    let contact = world.place("secret-token");
    world.wait(60);
    let events = world.connect.due(world.clock.now());
    let end = &events[4];
    assert_eq!(end["source"], "aws.connect");
    assert_eq!(end["detail-type"], "Amazon Connect Contact Event");
    assert_eq!(end["time"], "2026-11-22T10:00:23Z");
    let detail = &end["detail"];
    assert_eq!(detail["contactId"], contact.as_str());
    assert_eq!(detail["initiationMethod"], "API");
    assert_eq!(detail["instanceArn"], "arn:aws:connect:us-east-1:111122223333:instance/instance");
    assert_eq!(detail["initiationTimestamp"], "2026-11-22T10:00:00.000Z");
    assert_eq!(detail["connectedToSystemTimestamp"], "2026-11-22T10:00:03.000Z");
    assert_eq!(detail["agentInfo"]["connectedToAgentTimestamp"], "2026-11-22T10:00:04.000Z");
    assert_eq!(detail["disconnectTimestamp"], "2026-11-22T10:00:23.000Z");
    let begin = &events[0]["detail"];
    assert!(begin.get("connectedToSystemTimestamp").is_none() && begin.get("disconnectTimestamp").is_none());
    assert!(events[2]["detail"].get("agentInfo").is_none());
    for event in &events {
        let text = event.to_string();
        assert!(!text.contains(NUMBER) && !text.contains("secret-token"), "{text}");
    }
    assert!(world.connect.due(world.clock.now()).is_empty());
}

#[test]
fn a_token_means_the_same_call_only_while_it_lives() {
    let world = world(CallPlan::default());
    let first = world.place("a");
    world.wait(22);
    assert_eq!(world.place("a"), first);
    assert_ne!(world.place("b"), first);
    assert_eq!(world.connect.live(NUMBER), 2);
    assert_eq!(world.connect.max_live_at_once(NUMBER), 2);
    world.wait(1);
    assert_ne!(world.place("a"), first);
    assert_eq!(world.connect.calls().len(), 3);
    assert_eq!(world.connect.max_live_at_once(NUMBER), 2);
    assert_eq!(world.connect.live("+12065550199"), 0);
}

#[test]
fn calls_one_after_the_other_never_live_at_once() {
    let world = world(CallPlan::default());
    for token in ["a", "b", "c"] {
        world.place(token);
        world.wait(23);
    }
    assert_eq!(world.connect.max_live_at_once(NUMBER), 1);
}

#[test]
fn the_record_of_calls_shows_who_was_called_for_which_request() {
    let world = world(CallPlan::default());
    let first = world.place("a");
    world.wait(30);
    world.place("b");
    let calls = serde_json::to_value(world.connect.calls()).unwrap();
    assert_eq!(calls[0]["contactId"], first.as_str());
    assert_eq!(calls[0]["requestId"], "a");
    assert_eq!(calls[0]["phoneNumber"], NUMBER);
    assert_eq!(calls[0]["startedAt"], "2026-11-22T10:00:00Z");
    assert_eq!(calls[0]["endedAt"], "2026-11-22T10:00:23Z");
    assert!(calls[1]["endedAt"].is_null());
}

#[test]
fn a_stopped_call_ends_at_once_and_cannot_be_stopped_again() {
    let world = world(CallPlan::default());
    let contact = world.place("a");
    world.wait(10);
    assert_eq!(world.connect.stop("instance", &contact), Ok(()));
    assert_eq!(world.connect.stop("instance", &contact).unwrap_err().status, 410);
    assert_eq!(world.connect.stop("other", &contact).unwrap_err().status, 410);
    assert_eq!(world.connect.live(NUMBER), 0);
    let told = world.told();
    assert_eq!(told.last(), Some(&(10, "COMPLETED".to_owned())));
    assert_eq!(told.len(), 6);
}

#[test]
fn a_fault_decides_the_answer_and_whether_a_call_is_placed() {
    let table = [
        (StartFault::Throttle, Some("TooManyRequestsException"), 0),
        (StartFault::LimitExceeded, Some("LimitExceededException"), 0),
        (StartFault::DestinationNotAllowed, Some("DestinationNotAllowedException"), 0),
        (StartFault::OutboundContactNotPermitted, Some("OutboundContactNotPermittedException"), 0),
        (StartFault::InvalidParameter, Some("InvalidParameterException"), 0),
        (StartFault::InternalError, Some("InternalServiceException"), 0),
        (StartFault::InternalErrorAfterPlacing, Some("InternalServiceException"), 1),
        (StartFault::Hang, None, 0),
        (StartFault::HangAfterPlacing, None, 1),
    ];
    for (fault, expected, placed) in table {
        let world = world(CallPlan::default());
        world.connect.fail_next(fault);
        let error = match world.connect.start(&order("a")) {
            StartAnswer::Refused(refusal) => Some(refusal.code),
            StartAnswer::Silence => None,
            StartAnswer::Placed(id) => panic!("{fault:?} placed {id}"),
        };
        assert_eq!(error, expected, "{fault:?}");
        assert_eq!(world.connect.calls().len(), placed, "{fault:?}");
        world.place("a");
        assert_eq!(world.connect.calls().len(), 1, "{fault:?} happens once");
    }
}

#[test]
fn an_invalid_order_places_no_call() {
    let world = world(CallPlan::default());
    let answer = world.connect.start(&Order { ring_timeout_in_seconds: Some(5), ..order("a") });
    assert!(matches!(answer, StartAnswer::Refused(refusal) if refusal.code == "InvalidParameterException"));
    assert!(world.connect.calls().is_empty() && world.connect.next_due().is_none());
}

#[test]
fn events_are_lost_repeated_and_told_from_the_end() {
    let busy: (&str, &str, &str) = ("INITIATED", "DISCONNECTED", "COMPLETED");
    let table: [(EventFault, &[(i64, &str)]); 4] = [
        (EventFault::Lose(Which::Next(2)), &[(1, busy.2)]),
        (EventFault::Lose(Which::Kind(EventKind::Disconnected)), &[(0, busy.0), (1, busy.2)]),
        (EventFault::Repeat(Which::Next(1)), &[(0, busy.0), (0, busy.0), (1, busy.1), (1, busy.2)]),
        (EventFault::Reorder, &[(1, busy.1), (1, busy.0), (1, busy.2)]),
    ];
    for (fault, expected) in table {
        let world = world(CallPlan::busy());
        world.connect.disturb(fault);
        world.place("a");
        check(&world, expected);
    }
}

#[test]
fn a_repeated_event_is_the_same_event() {
    let world = world(CallPlan::default());
    world.connect.disturb(EventFault::Repeat(Which::Next(1)));
    world.place("a");
    let events = world.connect.due(world.clock.now());
    assert_eq!(events.len(), 2);
    assert_eq!(events[0], events[1]);
}

#[test]
fn events_of_several_calls_come_in_order_of_time() {
    let world = world(CallPlan::default());
    world.connect.plan_for(NUMBER, CallPlan::busy());
    world.place("a");
    world.connect.plan_for(NUMBER, CallPlan::default());
    world.place("b");
    let times: Vec<_> = world.told().into_iter().map(|(at, _)| at).collect();
    assert_eq!(times, [0, 0, 1, 1, 3, 3, 4, 23, 25]);
}

#[test]
fn ids_look_like_uuids_and_follow_from_the_moment_and_the_order() {
    let (one, other) = (world(CallPlan::default()), world(CallPlan::default()));
    let (first, second) = (one.place("a"), one.place("b"));
    assert_eq!(first, other.place("x"));
    assert_ne!(first, second);
    let lengths: Vec<_> = first.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
}

fn journal(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("tollgate-{name}-{}.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

#[test]
fn a_restarted_connect_goes_on_with_its_calls_and_ignores_a_torn_line() {
    let path = journal("restart");
    let clock = ManualClock::at("2026-11-22T10:00:00Z".parse().unwrap());
    let open = || Connect::open(Clock::Manual(clock.clone()), CallPlan::default(), &path).unwrap();
    let before = open();
    let StartAnswer::Placed(running) = before.start(&order("a")) else { panic!() };
    let StartAnswer::Placed(stopped) = before.start(&order("b")) else { panic!() };
    before.stop("instance", &stopped).unwrap();
    let intact = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&intact[..], "{\"placed\":{\"id\":\"é".as_bytes()].concat()).unwrap();

    clock.advance(SignedDuration::from_secs(10));
    let after = open();
    assert_eq!(std::fs::read(&path).unwrap(), intact);
    assert_eq!(after.calls(), before.calls());
    assert_eq!(after.live(NUMBER), 1);
    assert_eq!(after.start(&order("a")), StartAnswer::Placed(running.clone()));
    clock.advance(SignedDuration::from_secs(60));
    assert_eq!(after.due(clock.now()).len(), 6 + 3);
    let StartAnswer::Placed(next) = after.start(&order("c")) else { panic!() };
    assert!(![running, stopped].contains(&next));

    clock.advance(SignedDuration::from_hours(25));
    let much_later = open();
    assert_eq!((much_later.calls().len(), much_later.due(clock.now()).len()), (3, 0));
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_file_that_is_no_journal_is_left_alone_and_named() {
    let path = journal("foreign");
    for foreign in ["not a journal\n", "not a journal", "{}\n", "{}\n{\"placed\""] {
        std::fs::write(&path, foreign).unwrap();
        let clock = Clock::Manual(ManualClock::at(Timestamp::UNIX_EPOCH));
        let error = Connect::open(clock, CallPlan::default(), &path).unwrap_err().to_string();
        assert!(error.contains("tollgate-foreign"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), foreign);
    }
    std::fs::remove_file(&path).unwrap();
}
