"""The functions under the SAM CLI: invoked one by one, or behind its API."""

import json
import subprocess

from machine import ROOT, fail, free_port, until
from people import send

TABLES = ["Requests", "Pending", "DenyList", "Counters", "Calls", "Contacts", "Numbers", "Settings", "Changes", "Erasures", "Sessions"]
# As a user would deploy it. METRICS off: there is no CloudWatch.
PARAMETERS = {
    "Architecture": "x86_64",
    "ConnectInstanceId": "11111111-2222-3333-4444-555555555555",
    "ConnectContactFlowId": "66666666-7777-8888-9999-000000000000",
    "ConnectQueueId": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    "AllowedOrigins": "https://www.example.com",
    "Metrics": "off",
}


def variable(table):
    """DenyList: DENY_LIST_TABLE."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in table).upper().strip("_") + "_TABLE"


class Functions:
    def __init__(self, machine, template, dynamodb, network, prepared_image):
        self.machine = machine
        # The SAM CLI asks AWS for the account each time, and does without an answer.
        machine.environment["AWS_MAX_ATTEMPTS"] = "1"
        variables = {variable(table): table for table in TABLES} | {
            "AWS_ENDPOINT_URL_DYNAMODB": dynamodb,
            "AWS_ENDPOINT_URL_CONNECT": machine.connect,
            "AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2": machine.carrier,
        }
        file = machine.directory / "variables.json"
        file.write_text(json.dumps({"Parameters": variables}))
        self.options = [
            "--template", template, "--env-vars", file, "--docker-network", network,
            *(["--skip-pull-image"] if prepared_image else []),
            "--parameter-overrides", *(f"{name}={value}" for name, value in PARAMETERS.items())]

    def invoke(self, function, event):
        """What a function answers, in a container of its own."""
        name = function.title().replace("-", "") + "Function"
        done = subprocess.run(
            ["sam", "local", "invoke", name, "--event", "-", *self.options], cwd=ROOT, env=self.machine.environment,
            text=True, input=json.dumps(event), capture_output=True)
        answer = done.stdout.strip()
        # The SAM CLI ends with 0 even if the function failed or took too long.
        try:
            answer = json.loads(answer)
            if done.returncode == 0 and not (isinstance(answer, dict) and "errorType" in answer):
                return answer
        except ValueError:
            pass
        fail(f"{function} did not answer, but: {answer}\n{done.stderr}")

    def serve(self):
        """The API of the template, at the URL that is given back."""
        port = str(free_port())
        self.machine.start("start-api", [
            "sam", "local", "start-api", "--port", port, "--warm-containers", "LAZY", *self.options])
        url = f"http://127.0.0.1:{port}"

        def answers():
            try:
                return send("GET", f"{url}/callback-options")
            except OSError as error:
                return (0, str(error))

        until("the API answers", answers, lambda seen: seen[0] == 200, 90)
        return url
