"""The update: the first release, deployed and used, becomes this version, and nothing of what it was doing is lost."""

import datetime
import json
from collections import Counter

import boto3

import first_release
from deployment import Deployment
from machine import get, step
from people import send
from story import UPKEEP_SECONDS, Story, check

# Longer than a deployment takes.
LIVE_SECONDS = 300
LIVE, CALLED, DENIED = "+14045550110", "+12065550110", "+12125550110"
# Connect is too busy for these, at first.
WAITING, DENIED_LATE, WITHDRAWN = "+13035550110", "+17025550110", "+15125550110"
# These are as the stream left them.
APPROVED, RECEIVED = "+15035550110", "+14125550110"
AFTER = "+16125550110"

# An instance that takes it of every call how long it rings, as the first release says it; and one call that lasts.
STAND_INS = ["--ring-time-of-every-call", "--talks", f"{LIVE}={LIVE_SECONDS}"]
POLICY = {
    "served_countries": ["US", "CA"],
    "retention_days": 20,
    "limits": {"per_block": {"requests_max": 50, "window_seconds": 3600}},
}
SWITCHES = {"all": False, "countries": ["JM"]}
ENTRIES = {
    f"number#{DENIED}": "deny",
    "prefix#+1876": "deny",
    "net#203.0.113.0/24": "deny",
    "carrier#example voip": "deny",
    "account#known": "trust",
}


def update(machine, visitors, parameters):
    """Deploys the first release as a stack of its own, and this version over it."""
    step("the first release")
    deployment = Deployment(machine, "tollgate-first")
    template = first_release.template(machine)
    old = {name: value for name, value in parameters.items() if name != "EndUserMessagingEndpoint" and not name.startswith("Console")}
    deployment.deploy(old | {"PinpointEndpoint": machine.carrier}, template=template)
    story = Story(machine, deployment, visitors, "first-operator")
    settings(story)
    requests = fill(story)

    step("the update")
    kept, items = what_is_kept(story), len(deployment.items("RequestsTable"))
    tables, api = deployment.tables(), deployment.api()
    deployment.deploy(parameters)
    check("no table was replaced", tables.items() <= deployment.tables().items(), deployment.tables())
    check("tables were added", len(deployment.tables()) > len(tables))
    check("the API is the same", deployment.api() == api)
    check("no request is gone", len(deployment.items("RequestsTable")) == items)
    check("lists, kill switches and the record of changes are the same", what_is_kept(story) == kept, what_is_kept(story))
    policy_holds(story)
    old_requests_are_read(story, requests)
    all_end(story)
    new_requests_are_decided(story)
    nobody_was_called_twice(story)
    all_was_well(deployment)
    step("delete the updated stack")
    deployment.delete()


def settings(story):
    for entry, effect in ENTRIES.items():
        story.list(entry, effect)
    status, answer = story.operator.call("PUT", "policy", POLICY, {"if-match": '"0"'})
    check("a policy is saved", status == 200, f"{status} {answer}")
    story.operate("PUT", "kill-switches", SWITCHES | {"reason": "deployment test"})


def ask(story, name, number):
    status, answer = story.website.ask(name, number)
    check(f"{number} is asked for", status == 202, f"{status} {answer}")
    return json.loads(answer)["id"]


def fill(story):
    """Brings requests into every state that one can be in while nobody touches it. Their ids, by name."""
    ids = {name: ask(story, name, number) for name, number in {"first-alice": CALLED, "first-bob": DENIED}.items()}
    story.becomes(CALLED, ["closed"])
    story.becomes(DENIED, ["refused"])
    story.operate("PUT", f"requests/{ids['first-alice']}/mark", {"mark": "legitimate", "reason": "deployment test"})

    ids["first-carol"] = ask(story, "first-carol", LIVE)
    story.becomes(LIVE, ["in-call"])
    ids["first-dave"] = ask(story, "first-dave", LIVE)
    story.becomes(LIVE, ["duplicate", "in-call"])

    send("POST", f"{story.machine.connect}/_faults", {"start": "throttle", "all": True})
    for name, number in {"first-erin": WAITING, "first-frank": DENIED_LATE, "first-grace": WITHDRAWN}.items():
        ids[name] = ask(story, name, number)
        story.becomes(number, ["dialing"])
    set_stream(story, "dialing", enabled=False)
    ids["first-heidi"] = ask(story, "first-heidi", APPROVED)
    story.becomes(APPROVED, ["approved"])
    set_stream(story, "screening", enabled=False)
    ids["first-ivan"] = ask(story, "first-ivan", RECEIVED)
    story.becomes(RECEIVED, ["received"])
    story.deny(DENIED_LATE)
    status, _ = story.website.withdraw("first-grace", ids["first-grace"])
    check("one is withdrawn", status == 204, f"{status}")
    return ids


def set_stream(story, function, enabled):
    """Has a function read the stream, or read it no more."""
    client = boto3.client("lambda")
    name = f"{story.deployment.stack}-{function}"
    for mapping in client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]:
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)


def what_is_kept(story):
    today = datetime.datetime.now(datetime.UTC).date()
    changes = [change for day in (today - datetime.timedelta(1), today)
               for change in story.operate("GET", f"changes?day={day}")["changes"]]
    entries = story.operate("GET", "entries")["entries"]
    check("all that was listed is", len(entries) == len(ENTRIES) + 1, entries)
    check("all that was changed is recorded", len(changes) == len(ENTRIES) + 4, changes)
    switches = story.operate("GET", "kill-switches")
    check("the kill switch is on", switches == SWITCHES, switches)
    return sorted(entries, key=lambda entry: entry["entry"]), sorted(map(str, changes))


def policy_holds(story):
    current = story.operate("GET", "policy")
    policy = current["policy"]
    check("the policy that was saved holds",
          (current["version"], policy["served_countries"], policy["retention_days"]) == (1, ["US", "CA"], 20), current)
    check("without what is gone from policies", "per_block" not in policy["limits"], policy["limits"])
    check("and its version is kept", story.operate("GET", "policy/versions/1")["version"] == 1)


def old_requests_are_read(story, ids):
    for name, request in ids.items():
        shown = story.operate("GET", f"requests/{request}")
        check(f"{name}'s request is read: {shown['state']}", shown["id"] == request)
    person = {"number": CALLED, "reason": "deployment test"}
    told = story.operate("POST", "people/export", person)
    found = [each["request"]["id"] for each in told["requests"]], [change["action"] for change in told["changes"]]
    check("what the first release stored of a person is shown", found == ([ids["first-alice"]], ["mark-legitimate"]), told)


def all_end(story):
    """What the first release left under way ends as it should."""
    check("the live call goes on", story.states(LIVE) == ["duplicate", "in-call"], story.states(LIVE))
    for function in ("screening", "dialing"):
        set_stream(story, function, enabled=True)
    send("DELETE", f"{story.machine.connect}/_faults")
    for number in (RECEIVED, APPROVED, WAITING):
        story.becomes(number, ["closed"], UPKEEP_SECONDS)
    story.becomes(DENIED_LATE, ["refused"], UPKEEP_SECONDS)
    story.becomes(WITHDRAWN, ["cancelled"], UPKEEP_SECONDS)
    story.becomes(LIVE, ["duplicate", "closed"], LIVE_SECONDS)


def new_requests_are_decided(story):
    ask(story, "first-judy", AFTER)
    story.becomes(AFTER, ["closed"])
    ask(story, "first-kim", DENIED)
    story.becomes(DENIED, ["refused", "refused"])


def nobody_was_called_twice(story):
    numbers = [call["phoneNumber"] for call in get(f"{story.machine.connect}/_local/calls")]
    asked = {LIVE, CALLED, DENIED, WAITING, DENIED_LATE, WITHDRAWN, APPROVED, RECEIVED, AFTER}
    calls = Counter(number for number in numbers if number in asked)
    expected = dict.fromkeys([LIVE, CALLED, WAITING, APPROVED, RECEIVED, AFTER], 1)
    check("every number was called once, and those that should not be were not", calls == expected, calls)
    check("no number is held", story.deployment.items("PendingTable") == [])
    stranded = story.operate("GET", "requests?state=open")["requests"]
    check("no request is stranded", stranded == [], stranded)


def all_was_well(deployment):
    check("nothing was given up on", not deployment.failures(), deployment.failures())
    bad = [line for _, line in deployment.log_lines() if "AccessDenied" in line or "cannot be read" in line]
    check("no function was denied a call, and every item was read", not bad, "\n".join(bad[:5]))
