"""The stack: built and deployed by the SAM CLI, as users do it, and looked into with boto3."""

import json
import re
import threading
import time

import boto3

from machine import ARCHITECTURE, REGION, ROOT, get

UNCHANGED = "No changes to deploy"
# Amazon's own events cannot be sent by anybody else, on AWS as here: the stack is told to listen to this source.
EVENT_SOURCE = "tollgate.stand-in"


class Deployment:
    def __init__(self, machine, stack="tollgate"):
        self.machine, self.stack = machine, stack
        self.template = machine.directory / "build" / "template.yaml"
        self.cloudformation = boto3.client("cloudformation")

    def build(self):
        self.machine.run(
            "sam", "build", "--template", ROOT / "template.yaml", "--build-dir", self.template.parent,
            "--parameter-overrides", f"Architecture={ARCHITECTURE}", quiet=False)

    def deploy(self, parameters, *options, template=None):
        """Gives what the SAM CLI printed. Of this version, unless another template is given."""
        overrides = [f"{name}={value}" for name, value in parameters.items()]
        return self.machine.run(
            "sam", "deploy", "--template", template or self.template, "--stack-name", self.stack, "--resolve-s3",
            "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset",
            "--no-progressbar", "--parameter-overrides", *overrides, *options)

    def changes(self, parameters):
        """The logical ids of what a deployment would change."""
        printed = self.deploy(parameters, "--no-execute-changeset")
        if UNCHANGED in printed:
            return set()
        change_set = re.search(r"arn:aws:cloudformation:\S+:changeSet/\S+", printed).group()
        pages = self.cloudformation.get_paginator("describe_change_set").paginate(ChangeSetName=change_set)
        return {change["ResourceChange"]["LogicalResourceId"] for page in pages for change in page["Changes"]}

    def delete(self):
        self.machine.run("sam", "delete", "--stack-name", self.stack, "--no-prompts", "--region", REGION)

    def resources(self, kind):
        """Physical ids by logical ids, of one type of resource."""
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.stack)
        summaries = [summary for page in pages for summary in page["StackResourceSummaries"]]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in summaries
                if each["ResourceType"] == kind}

    def package_sizes(self):
        functions = self.resources("AWS::Lambda::Function")
        client = boto3.client("lambda")
        return {name: client.get_function_configuration(FunctionName=physical)["CodeSize"]
                for name, physical in functions.items()}

    def log_lines(self):
        """All that the functions logged."""
        client = boto3.client("logs")
        for function in self.resources("AWS::Lambda::Function").values():
            group = f"/aws/lambda/{function}"
            try:
                for page in client.get_paginator("filter_log_events").paginate(logGroupName=group):
                    for event in page["events"]:
                        yield function, event["message"].rstrip()
            except client.exceptions.ResourceNotFoundException:
                continue  # It never ran.

    def api(self):
        """The id of the API."""
        return self.resources("AWS::ApiGateway::RestApi")["Api"]

    def metrics(self):
        """The names of those that were sent, or told in the logs: the emulator makes no metrics of lines."""
        namespace = f"Tollgate/{self.stack}"
        pages = boto3.client("cloudwatch").get_paginator("list_metrics").paginate(Namespace=namespace)
        sent = {metric["MetricName"] for page in pages for metric in page["Metrics"]}
        lines = [json.loads(line) for _, line in self.log_lines() if line.startswith("{") and '"_aws"' in line]
        directives = [directive for line in lines for directive in line["_aws"]["CloudWatchMetrics"]]
        return sent | {metric["Name"] for each in directives if each["Namespace"] == namespace for metric in each["Metrics"]}

    def failures(self):
        """What is in the queues of what could not be done."""
        client = boto3.client("sqs")
        answers = [client.receive_message(QueueUrl=url) for url in self.resources("AWS::SQS::Queue").values()]
        return [message["Body"] for answer in answers for message in answer.get("Messages", [])]

    def tables(self):
        return self.resources("AWS::DynamoDB::Table")

    def items(self, table):
        return boto3.client("dynamodb").scan(TableName=self.tables()[table])["Items"]

    @staticmethod
    def all_tables():
        """Of the account, with or without a stack."""
        return boto3.client("dynamodb").list_tables()["TableNames"]


def carry_events(machine):
    """Puts Connect's contact events on the event bus, as they come due, until the end of the program."""
    client = boto3.client("events")

    def carry():
        while True:
            try:
                due = get(f"{machine.connect}/_local/events")
            except OSError:
                return  # The stand-ins have ended, and so does the run.
            for event in due:
                client.put_events(Entries=[{
                    "Source": EVENT_SOURCE,
                    "DetailType": event["detail-type"],
                    "Time": event["time"],
                    "Resources": event["resources"],
                    "Detail": json.dumps(event["detail"]),
                }])
            time.sleep(0.25)

    threading.Thread(target=carry, daemon=True).start()
