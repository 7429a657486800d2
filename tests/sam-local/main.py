"""Tollgate under `sam local`: each function on each of its recorded events, then the visitors' API, and one call."""

import argparse
import atexit
import copy
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import boto3

from deployment import Deployment
from expected import FUNCTIONS, event, expected
from functions import Functions
from machine import Machine, fail, free_port, get, step, until
from people import send

NETWORK = f"tollgate-sam-local-{os.getpid()}"
NUMBER = "+12065550142"
# How long a container that is kept goes by the policy that it has read (SETTINGS_KEPT_SECONDS).
POLICY_SECONDS = 6


def check(what, holds, told=""):
    if not holds:
        fail(f"{what} {told}")
    print(f"   {what}", flush=True)


def docker(*arguments):
    done = subprocess.run(["docker", *arguments], text=True, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 0:
        fail(f"docker {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def make_network():
    """A network of containers, on which this machine has an address. Gives it."""
    docker("network", "create", "--internal", NETWORK)
    atexit.register(remove_network)
    return docker("network", "inspect", NETWORK, "--format", "{{(index .IPAM.Config 0).Gateway}}")


def remove_network():
    """With whatever containers are still on it."""
    for container in docker("ps", "--all", "--quiet", "--filter", f"network={NETWORK}").split():
        docker("rm", "--force", container)
    docker("network", "rm", NETWORK)


class Requests:
    """The table of requests."""

    def __init__(self, dynamodb):
        self.client = boto3.client("dynamodb", endpoint_url=dynamodb)

    def put(self, image):
        self.client.put_item(TableName="Requests", Item=image)

    def get(self, request_id):
        return self.client.get_item(TableName="Requests", Key={"request_id": {"S": request_id}})["Item"]

    def prepare(self, recorded):
        """What a recorded event is about must be there."""
        for record in recorded.get("Records", []):
            image = record["dynamodb"].get("NewImage", {})
            if "deadline" in image:
                self.put(image)
        path = recorded.get("path", "")
        if "/callbacks/" in path or "/review/requests/" in path:
            image = copy.deepcopy(event("screening", "new-request")["Records"][0]["dynamodb"]["NewImage"])
            image["request_id"] = {"S": path.rpartition("/")[2]}
            # Of an old request nothing is told any more.
            age = int(time.time()) - int(image["received_at"]["N"]) // 1000
            for name, unit in {"received_at": 1000, "deadline": 1000, "wake_at": 1000, "expires_at": 1}.items():
                image[name] = {"N": str(int(image[name]["N"]) + age * unit)}
            account = recorded["requestContext"].get("authorizer", {}).get("claims", {}).get("sub")
            if account:
                image["account"] = {"S": account}
            else:
                del image["account"], image["verified_number"]
            self.put(image)


def save_policy(functions, policy, version):
    """An operator saves a policy, who has seen this version."""
    request = event("review", "save-policy") | {"body": json.dumps(policy)}
    request["headers"]["If-Match"] = f'"{version}"'
    request["multiValueHeaders"]["If-Match"] = [f'"{version}"']
    answer = functions.invoke("review", request)
    if answer["statusCode"] != 200:
        fail(f"the policy was not saved: {answer}")


def recorded_events(functions, requests):
    """Of each function in the order of the stories; of different functions, two at a time."""
    failed = threading.Event()

    def handle(function):
        try:
            if function == "review":
                # The recorded events of review begin at the third version.
                for version in range(3):
                    save_policy(functions, {"guests": "redirect"}, version)
            for name, status in expected(function):
                if failed.is_set():
                    return
                recorded_event(functions, requests, function, name, status)
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(2) as pool:
        try:
            list(pool.map(handle, FUNCTIONS))
        finally:
            failed.set()


def recorded_event(functions, requests, function, name, status):
    recorded, began = event(function, name), time.monotonic()
    requests.prepare(recorded)
    answer = functions.invoke(function, recorded)
    if status:
        told, holds = answer["statusCode"], answer["statusCode"] == status
    else:
        told, holds = json.dumps(answer), "Records" not in recorded or answer == {"batchItemFailures": []}
    check(f"{function}/{name}: {told} ({time.monotonic() - began:.1f} s)", holds, f"{answer}")


def ask(url, method, path, body=None):
    """What the visitors' API answers, the id in it included."""
    status, answer = send(method, f"{url}{path}", body, {"origin": "https://www.example.com"})
    return status, json.loads(answer) if answer else None


def the_api(functions, requests, url):
    """Gives the id of a request that was accepted."""
    status, options = ask(url, "GET", "/callback-options")
    check("GET /callback-options tells channels", status == 200 and options["channels"], f"{status} {options}")

    status, answer = ask(url, "POST", "/callbacks", {"phoneNumber": NUMBER})
    check("POST /callbacks: a guest is offered other channels",
          (status, answer.get("status")) == (200, "redirected"), f"{status} {answer}")
    status, answer = ask(url, "POST", "/callbacks", {"phoneNumber": "+1 206 555"})
    check("POST /callbacks: a wrong number is told", status == 422, f"{status} {answer}")

    version = functions.invoke("review", event("review", "show-policy"))
    version = json.loads(version["body"])["version"]
    save_policy(functions, {"guests": "allow"}, version)
    print("   an operator lets guests in", flush=True)
    time.sleep(POLICY_SECONDS)

    ids = []
    for _ in range(2):
        status, answer = ask(url, "POST", "/callbacks", {"phoneNumber": NUMBER})
        check("POST /callbacks: a guest is accepted", (status, answer.get("status")) == (202, "accepted"),
              f"{status} {answer}")
        ids.append(answer["id"])
    check("the address is that of the connection", requests.get(ids[0])["address"] == {"S": "127.0.0.1"})

    for request_id, after in zip(ids, ("accepted", "cancelled")):
        if after == "cancelled":
            status, answer = ask(url, "DELETE", f"/callbacks/{request_id}")
            check("DELETE /callbacks/{id}: 204", (status, answer) == (204, None), f"{status} {answer}")
        status, answer = ask(url, "GET", f"/callbacks/{request_id}")
        check(f"GET /callbacks/{{id}}: {after}", (status, answer.get("status")) == (200, after), f"{status} {answer}")
    status, answer = ask(url, "GET", f"/callbacks/{'0' * 32}")
    check("GET /callbacks/{id}: 404 for another's", status == 404, f"{status} {answer}")
    return ids[0]


def a_call(functions, requests, machine, request_id):
    """A request goes its way by hand: there is no stream, and no event bus."""
    def deliver(function, state):
        record = event("screening", "new-request")["Records"][0]
        record["dynamodb"]["NewImage"] = requests.get(request_id)
        record["dynamodb"]["Keys"] = {"request_id": {"S": request_id}}
        answer = functions.invoke(function, {"Records": [record]})
        told = requests.get(request_id)
        check(f"{function}: {state}", answer == {"batchItemFailures": []} and told["state"] == {"S": state}, f"{told}")

    deliver("screening", "approved")
    deliver("dialing", "in-call")
    calls = [call for call in get(f"{machine.connect}/_local/calls") if call["phoneNumber"] == NUMBER]
    check("one call was placed", len(calls) == 1, f"{calls}")
    events = []
    until("the call ends", lambda: events.extend(get(f"{machine.connect}/_local/events")) or events,
          lambda seen: any(each["detail"]["eventType"] == "DISCONNECTED" for each in seen))
    functions.invoke("contact-events", next(each for each in events if each["detail"]["eventType"] == "DISCONNECTED"))
    told = requests.get(request_id)["state"]
    check("contact-events: closed", told == {"S": "closed"}, f"{told}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepared-image", action="store_true",
                        help="the image of the runtime is on this machine, and none is pulled")
    parser.add_argument("--keep", action="store_true", help="leave the API running, to be tried by hand, until Ctrl-C")
    arguments = parser.parse_args()
    # So that all that was started ends, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    machine = Machine()
    deployment = Deployment(machine)

    step("build the stand-ins")
    machine.run("cargo", "build", "--locked", "--workspace", "--bin", "stand-ins", quiet=False)
    step("sam build")
    deployment.build()

    step("start DynamoDB and the stand-ins")
    host = make_network()
    dynamodb, machine.connect, machine.carrier = (f"http://{host}:{free_port()}" for _ in range(3))
    machine.start_stand_ins("--host", host, "--dynamodb-port", dynamodb.rpartition(":")[2])
    print(f"   DynamoDB: {dynamodb}, Connect: {machine.connect}, logs: {machine.directory}")
    requests = Requests(dynamodb)
    functions = Functions(machine, deployment.template, dynamodb, NETWORK, arguments.prepared_image)

    step("sam local invoke")
    recorded_events(functions, requests)
    step("sam local start-api")
    url = functions.serve()
    request_id = the_api(functions, requests, url)
    step("a call")
    a_call(functions, requests, machine, request_id)
    if arguments.keep:
        print(f"\nThe API: {url}   (Ctrl-C ends it)")
        signal.pause()
    step("all passed")
    machine.forget()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
