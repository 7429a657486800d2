"""Tollgate on an emulated AWS: build, deploy, use, deploy again, delete; and an update from the first release."""

import argparse
import re
import signal
import sys
import time

import update
from deployment import EVENT_SOURCE, Deployment, carry_events
from machine import ARCHITECTURE, Machine, step
from people import Browser, Visitors, send
from story import UPKEEP_SECONDS, Story, check

# What a user would give, and how the emulated AWS differs; README.md says why.
PARAMETERS = {
    "Architecture": ARCHITECTURE,
    "ConnectInstanceId": "11111111-2222-3333-4444-555555555555",
    "ConnectContactFlowId": "66666666-7777-8888-9999-000000000000",
    "ConnectQueueId": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "AllowedOrigins": "https://www.example.com",
}
CHANGED = {"TableReadsMax": "5000", "CarrierLookup": "off"}
PACKAGE_BYTES_MAX = 8_000_000

HAPPY, DENIED, GUEST, SWITCHED_OFF = "+12065550100", "+12125550100", "+13125550100", "+14155550100"
RETRIED, DENIED_LATE = "+16175550100", "+17025550100"


def a_call(story):
    """The stream, its filters, Connect, the event rule, and the claim that is let go."""
    accepted(story, "alice", HAPPY)
    story.becomes(HAPPY, ["closed"])
    check("one call was made", len(story.calls(HAPPY)) == 1)
    check("no number is held", story.deployment.items("PendingTable") == [])
    accepted(story, "alice", HAPPY)
    story.becomes(HAPPY, ["closed", "closed"])
    check("a second call was made", len(story.calls(HAPPY)) == 2)


def a_refusal(story):
    story.deny(DENIED)
    accepted(story, "bob", DENIED)
    story.becomes(DENIED, ["refused"])
    check("no call was made", story.calls(DENIED) == [])


def a_redirect(story):
    for who, (status, answer) in {
        "a guest": story.website.ask_as_guest(GUEST),
        "who hides": story.website.ask("mallory", GUEST, {"x-amzn-waf-anonymous": "true"}),
    }.items():
        check(f"{who} is offered other channels", status == 200 and b'"redirected"' in answer, f"{status} {answer}")
    check("no call was made", story.calls(GUEST) == [])


def the_kill_switch(story):
    story.operate("PUT", "kill-switches", {"all": True, "countries": [], "reason": "deployment test"})
    # Intake keeps the settings for five seconds; who asks in these is accepted, and not called.
    deadline = time.monotonic() + 15
    status, answer = story.website.ask("carol", SWITCHED_OFF)
    while status == 202 and time.monotonic() < deadline:
        time.sleep(1)
        status, answer = story.website.ask("carol", SWITCHED_OFF)
    check("everybody is offered other channels", status == 200 and b'"redirected"' in answer, f"{status} {answer}")
    check("no call was made", story.calls(SWITCHED_OFF) == [])
    story.operate("PUT", "kill-switches", {"all": False, "countries": [], "reason": "deployment test"})


def upkeep(story):
    """Connect is too busy; by the schedule, upkeep calls requests up again, and dialing looks at the list again."""
    faults = f"{story.machine.connect}/_faults"
    send("POST", faults, {"start": "throttle", "all": True})
    accepted(story, "dave", RETRIED)
    accepted(story, "erin", DENIED_LATE)
    for number in (RETRIED, DENIED_LATE):
        story.becomes(number, ["dialing"])
    story.deny(DENIED_LATE)
    send("DELETE", faults)
    story.becomes(RETRIED, ["closed"], UPKEEP_SECONDS)
    check("one call was made", len(story.calls(RETRIED)) == 1)
    story.becomes(DENIED_LATE, ["refused"], UPKEEP_SECONDS)
    check("no call was made", story.calls(DENIED_LATE) == [])


def doors(story):
    for token in (None, "not.a.token"):
        status, _ = story.website.ask_as_guest(HAPPY, "account/callbacks", token)
        check("the account door is shut without a token of the pool", status == 401, f"{status}")
    status, _ = story.stranger.call("GET", "kill-switches")
    check("the operators' API is shut to whom IAM does not let in", status == 403, f"{status}")


def the_console(story):
    """Shut to who has not signed in; the issuer's supervisor gets in, sets the kill switches, and leaves."""
    browser = Browser(story.api)
    answer = browser.get("/console/", {"x-local-operator": "mallory;admin"})
    check("whoever has not signed in is led to the issuer", answer.leads_to(story.machine.issuer), answer)
    back = Browser(story.machine.issuer).get(answer.location.removeprefix(story.machine.issuer))
    page = browser.follow(browser.get(story.below_the_stage(back.location)), story)
    check("and back, signed in", page.status == 200 and "<strong>sue</strong> supervisor" in page.text, page)
    check("with the traffic of this story", "Overview" in page.text and len(page.text) > 5_000, page)
    style = re.search(r'href="[^"]*(/console/assets/[^"]+)"', page.text)[1]
    check("in style", browser.get(style).status == 200)
    check("a form without its token does nothing", browser.post("/console/switches", "act=all").status == 403)
    token = re.search(r'name="form_token" value="([0-9a-f]+)"', browser.get("/console/switches").text)[1]
    for act in ("act=countries&countries=JM", "act=none"):
        answer = browser.post("/console/switches", f"form_token={token}&{act}&reason=deployment+test")
        check("one with it sets the kill switches", answer.status == 303, answer)
    check("under the name of who signed in", story.operate("GET", "changes")["changes"][0]["author"].startswith("sue"))
    check("who signs out", browser.post("/console/sign-out", f"form_token={token}").status == 200)
    check("is out", browser.get("/console/").leads_to(story.machine.issuer))


def accepted(story, name, number):
    """A visitor asks, and is told what everyone is told."""
    status, answer = story.website.ask(name, number)
    told = re.sub(rb"[0-9a-f]{32}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"", answer)
    everyone = b'{"id":"","status":"accepted","channels":["chat","call-in"],"callBy":""}'
    check("a request is accepted", (status, told) == (202, everyone), f"{status} {answer}")


def what_was_told(deployment):
    """Metrics were sent, nothing was given up on, and no function did what it may not do."""
    check("calls were counted", deployment.metrics() >= {"CallsPlaced", "CallsEnded", "Decisions", "RequestsOverdue"}, deployment.metrics())
    check("nothing was given up on", not deployment.failures(), deployment.failures())
    refused = [f"{function}: {line}" for function, line in deployment.log_lines() if "AccessDenied" in line]
    check("no function was denied a call", not refused, "\n".join(refused[:5]))


def deploying_again(deployment, parameters):
    changes = deployment.changes(parameters)
    check("deploying the same again changes nothing", not changes, f"but {changes}")
    tables, before = deployment.tables(), len(deployment.items("RequestsTable"))
    check("another parameter changes the tables", set(tables) <= deployment.changes(parameters | CHANGED))
    deployment.deploy(parameters | CHANGED)
    check("and they stay the same tables", deployment.tables() == tables)
    check("with all that is in them", len(deployment.items("RequestsTable")) == before > 0)


def by_hand(story):
    """Prints what a shell needs for the commands of docs/operating.md, and waits."""
    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
    values = {name: story.machine.environment[name] for name in names}
    values |= {"ApiUrl": story.api, "ID_TOKEN": story.website.visitors.sign_in("you"), "Calls": story.machine.connect + "/_local/calls"}
    print("\nIt stays until Ctrl-C. In another shell:\n")
    for name, value in values.items():
        print(f"export {name}='{value}'")
    sys.stdout.flush()
    signal.pause()


def deleting(deployment):
    tables = set(deployment.tables().values())
    deployment.delete()
    check("deleting the stack keeps the tables", tables <= set(deployment.all_tables()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave it running, to be tried by hand, until Ctrl-C")
    parser.add_argument("--update", action="store_true", help="install the first release, too, and update it to this one: some twenty minutes more")
    arguments = parser.parse_args()
    keep = arguments.keep
    # So that all that was started ends, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    machine = Machine()
    deployment = Deployment(machine)

    step("build the stand-ins")
    machine.run("cargo", "build", "--locked", "--workspace", "--bin", "stand-ins", quiet=False)
    step("sam build")
    deployment.build()
    step("start the emulated AWS and the stand-ins")
    machine.start_aws()
    machine.start_stand_ins(*update.STAND_INS)
    carry_events(machine)
    visitors = Visitors()
    print(f"   AWS: {machine.aws}, Connect: {machine.connect}, logs: {machine.directory}")
    step("sam deploy")
    parameters = PARAMETERS | {
        "ConnectEndpoint": machine.connect,
        "EndUserMessagingEndpoint": machine.carrier,
        "ContactEventSource": EVENT_SOURCE,
        "UserPoolArn": visitors.pool["Arn"],
        "Console": "existing",
        "ConsoleIssuer": machine.issuer,
        "ConsoleClientId": "console-client",
    }
    deployment.deploy(parameters)
    for function, size in deployment.package_sizes().items():
        check(f"{function}: a package of {size / 1e6:.1f} MB", size < PACKAGE_BYTES_MAX)

    story = Story(machine, deployment, visitors)
    for chapter in (a_call, a_refusal, a_redirect, upkeep, the_kill_switch, doors, the_console):
        step(chapter.__name__.replace("_", " "))
        chapter(story)
    step("what was told")
    what_was_told(deployment)
    if keep:
        by_hand(story)
    step("deploy again")
    deploying_again(deployment, parameters)
    step("delete")
    deleting(deployment)
    if arguments.update:
        update.update(machine, visitors, parameters)
    step("all passed")
    machine.forget()


if __name__ == "__main__":
    main()
