"""Tollgate on an emulated AWS: build, deploy, use, deploy again, delete."""

import argparse
import re
import signal
import sys
import urllib.parse

from deployment import EVENT_SOURCE, Deployment, carry_events
from machine import Machine, fail, get, step, until
from people import Operator, Visitors, Website

PACKAGE_BYTES_MAX = 8_000_000
# A minute until the schedule comes round, one until the request is due, and time to spare.
UPKEEP_SECONDS = 200

HAPPY, DENIED, GUEST, SWITCHED_OFF = "+12065550100", "+12125550100", "+13125550100", "+14155550100"
RETRIED, DENIED_LATE = "+16175550100", "+17025550100"


def check(what, holds, told=""):
    if not holds:
        fail(f"{what} {told}")
    print(f"   {what}", flush=True)


class Story:
    """A deployed Tollgate, and what its people do."""

    def __init__(self, machine, deployment, visitors):
        self.machine, self.deployment = machine, deployment
        api = deployment.output("ApiUrl")
        self.website = Website(api, visitors)
        self.operator = Operator(api, "operator", deployment.output("OperatorPolicy"))
        self.stranger = Operator(api, "stranger")

    def operate(self, method, path, body=None):
        status, answer = self.operator.call(method, path, body)
        if status >= 300:
            fail(f"{method} {path}: {status} {answer}")
        return answer

    def states(self, number):
        """Of all requests for a number, the newest first."""
        found = self.operate("GET", f"requests?number={urllib.parse.quote(number)}")
        return [request["state"] for request in found["requests"]]

    def calls(self, number):
        return [call for call in get(f"{self.machine.connect}/_local/calls") if call["phoneNumber"] == number]

    def deny(self, number):
        entry = urllib.parse.quote(f"number#{number}", safe="")
        self.operate("PUT", f"entries/{entry}", {"effect": "deny", "reason": "deployment test"})

    def becomes(self, number, states, seconds=30):
        until(f"{number} becomes {states}, is {self.states(number)}", lambda: self.states(number) == states, seconds)
        print(f"   {number}: {', '.join(states)}", flush=True)


def a_call(story):
    """The stream, its filters, Connect, the event rule, and the claim that is let go."""
    status, answer = story.website.ask("alice", HAPPY)
    check("a request is accepted", status == 202, f"{status} {answer}")
    story.becomes(HAPPY, ["closed"])
    check("one call was made", len(story.calls(HAPPY)) == 1)
    check("no number is held", story.deployment.items("Pending") == [])
    story.website.ask("alice", HAPPY)
    until("a second call", lambda: len(story.calls(HAPPY)) == 2)
    story.becomes(HAPPY, ["closed", "closed"])
    return without_ids(answer)


def a_refusal(story, accepted):
    story.deny(DENIED)
    status, answer = story.website.ask("bob", DENIED)
    check("a denied number reads as any other", (status, without_ids(answer)) == (202, accepted), f"{status} {answer}")
    story.becomes(DENIED, ["refused"])
    check("no call was made", story.calls(DENIED) == [])


def a_redirect(story):
    status, answer = story.website.ask_as_guest(GUEST)
    check("a guest is offered other channels", status == 200 and b'"redirected"' in answer, f"{status} {answer}")


def the_kill_switch(story):
    story.operate("PUT", "kill-switches", {"all": True, "countries": [], "reason": "deployment test"})
    story.website.ask("carol", SWITCHED_OFF)
    story.becomes(SWITCHED_OFF, ["refused"])
    check("no call was made", story.calls(SWITCHED_OFF) == [])
    story.operate("PUT", "kill-switches", {"all": False, "countries": [], "reason": "deployment test"})


def upkeep(story):
    """Connect is too busy; by the schedule, upkeep calls requests up again, and dialing looks at the list again."""
    faults = f"{story.machine.connect}/_faults"
    story.machine.post(faults, {"start": "throttle", "all": True})
    story.website.ask("dave", RETRIED)
    story.website.ask("erin", DENIED_LATE)
    for number in (RETRIED, DENIED_LATE):
        story.becomes(number, ["dialing"])
    story.deny(DENIED_LATE)
    story.machine.delete(faults)
    story.becomes(RETRIED, ["closed"], UPKEEP_SECONDS)
    check("one call was made", len(story.calls(RETRIED)) == 1)
    story.becomes(DENIED_LATE, ["refused"], UPKEEP_SECONDS)
    check("no call was made", story.calls(DENIED_LATE) == [])


def doors(story):
    for token in (None, "not.a.token"):
        status, _ = story.website.ask_as_guest(HAPPY, token, "account/callbacks")
        check("the account door is shut without a token of the pool", status == 401, f"{status}")
    status, _ = story.stranger.call("GET", "kill-switches")
    check("the operators' API is shut to whom IAM does not let in", status == 403, f"{status}")


def without_ids(answer):
    return re.sub(rb"[0-9a-f]{32}", b"", answer)


def signed_off(deployment):
    """What the functions logged: nothing that they may not do."""
    refused = [f"{function}: {line}" for function, line in deployment.log_lines() if "AccessDenied" in line]
    check("no function was denied a call", not refused, "\n".join(refused[:5]))


def deploying_again(deployment, parameters):
    check("deploying the same again changes nothing", not deployment.deploy(parameters))
    before = deployment.items("Requests")
    tables = deployment.tables()
    check("deploying with another parameter changes the stack", deployment.deploy(parameters | CHANGED))
    check("and keeps the tables with what is in them",
          deployment.tables() == tables and len(deployment.items("Requests")) == len(before) > 0)


def deleting(deployment):
    tables = set(deployment.tables().values())
    deployment.delete()
    check("deleting the stack keeps the tables", tables <= set(deployment.all_tables()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave it running to be tried by hand, until Ctrl-C")
    arguments = parser.parse_args()
    # Ends the processes, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    machine = Machine()
    deployment = Deployment(machine)
    step("build the stand-ins")
    machine.run("cargo", "build", "--locked", "--package", "local", "--bin", "stand-ins", quiet=False)
    step("sam build")
    deployment.build()
    step("start")
    machine.start_aws()
    machine.start_stand_ins()
    print(f"   AWS {machine.aws}, Connect {machine.connect}, logs in {machine.directory}")
    carry_events(machine)
    visitors = Visitors()
    parameters = {}
    step("deploy")
    deployment.deploy(parameters)
