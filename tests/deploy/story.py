"""A deployed Tollgate, and what its people do and see."""

import urllib.parse

from machine import ACCOUNT, REGION, fail, get, until
from people import Operator, Website

STAGE = "v1"
# A minute until the schedule comes round, one until the request is due, and time to spare.
UPKEEP_SECONDS = 200


def check(what, holds, told=""):
    if not holds:
        fail(f"{what} {told}")
    print(f"   {what}", flush=True)


class Story:
    """A deployed Tollgate, and what its people do."""

    def __init__(self, machine, deployment, visitors, operator="operator"):
        self.machine, self.deployment = machine, deployment
        self.api = f"{machine.aws}/restapis/{deployment.api()}/{STAGE}/_user_request_"
        self.website = Website(self.api, visitors)
        review = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{deployment.api()}/{STAGE}/*/review*"
        self.operator = Operator(self.api, operator, review)
        self.stranger = Operator(self.api, f"not-{operator}")

    def below_the_stage(self, url):
        """The path of an address of the API's own, which has a name on AWS alone."""
        return url.partition(f"/{STAGE}")[2]

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

    def list(self, entry, effect):
        entry = urllib.parse.quote(entry, safe="")
        self.operate("PUT", f"entries/{entry}", {"effect": effect, "reason": "deployment test"})

    def deny(self, number):
        self.list(f"number#{number}", "deny")

    def becomes(self, number, states, seconds=30):
        until(f"{number} becomes {states}", lambda: self.states(number), lambda seen: seen == states, seconds)
        print(f"   {number}: {', '.join(states)}", flush=True)
