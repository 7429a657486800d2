"""Who uses the deployed API: visitors, signed in or not, and operators."""

import collections
import json
import urllib.error
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from machine import REGION

PASSWORD = "Correct-horse-1"


def send(method, url, body=None, headers=None):
    """The status and the body of the answer, as bytes."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"} | (headers or {}), method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Visitors:
    """A user pool, and its users."""

    def __init__(self):
        self.cognito = boto3.client("cognito-idp")
        self.pool = self.cognito.create_user_pool(PoolName="visitors")["UserPool"]
        self.client = self.cognito.create_user_pool_client(
            UserPoolId=self.pool["Id"], ClientName="website", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        )["UserPoolClient"]["ClientId"]

    def sign_in(self, name):
        """The token of a new user."""
        self.cognito.admin_create_user(UserPoolId=self.pool["Id"], Username=name, MessageAction="SUPPRESS")
        self.cognito.admin_set_user_password(
            UserPoolId=self.pool["Id"], Username=name, Password=PASSWORD, Permanent=True)
        answer = self.cognito.initiate_auth(
            ClientId=self.client, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD})
        return answer["AuthenticationResult"]["IdToken"]


class Website:
    """The visitors' API. Each visitor comes from an address of their own, of which CloudFront and AWS WAF tell."""

    def __init__(self, url, visitors):
        self.url, self.visitors, self.tokens = url, visitors, {}

    def ask(self, name, number, told=None):
        """A signed-in visitor asks for a callback."""
        if name not in self.tokens:
            self.tokens[name] = self.visitors.sign_in(name)
        headers = self._edge(len(self.tokens)) | {"authorization": self.tokens[name]} | (told or {})
        return send("POST", f"{self.url}/account/callbacks", {"phoneNumber": number}, headers)

    def withdraw(self, name, request):
        headers = self._edge(len(self.tokens)) | {"authorization": self.tokens[name]}
        return send("DELETE", f"{self.url}/account/callbacks/{request}", None, headers)

    def ask_as_guest(self, number, door="callbacks", token=None):
        headers = self._edge(200) | ({"authorization": token} if token else {})
        return send("POST", f"{self.url}/{door}", {"phoneNumber": number}, headers)

    @staticmethod
    def _edge(visitor):
        return {
            "x-forwarded-for": f"198.51.100.{visitor}",
            "cloudfront-viewer-country": "US",
            "x-amzn-waf-anonymous": "false",
            "x-amzn-waf-bad-reputation": "false",
            "x-amzn-waf-country": "none",
        }


class Operator:
    """A user of the account whose requests are signed, as IAM wants it."""

    def __init__(self, url, name, resource=None):
        self.url = url
        iam = boto3.client("iam")
        iam.create_user(UserName=name)
        if resource:
            statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_user_policy(UserName=name, PolicyName="operate", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self.credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def call(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body)
        headers = {"content-type": "application/json"} | (headers or {})
        request = AWSRequest(method, f"{self.url}/review/{path}", headers, data)
        SigV4Auth(self.credentials, "execute-api", REGION).add_auth(request)
        status, answer = send(method, request.url, body, dict(request.headers))
        return status, json.loads(answer) if answer else None


class Page(collections.namedtuple("Page", ["status", "location", "text"])):
    """What a browser gets."""

    def leads_to(self, url):
        return self.status in (302, 303, 307) and self.location.startswith(url)


class Browser:
    """An operator's browser: it keeps cookies, and goes where its holder says."""

    def __init__(self, url):
        self.url, self.cookies = url, {}

    def get(self, path, headers=None):
        return self._send("GET", path, None, headers or {})

    def post(self, path, form):
        scheme, _, rest = self.url.partition("://")
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": f"{scheme}://{rest.partition('/')[0]}"}
        return self._send("POST", path, form.encode(), headers)

    def follow(self, answer, story):
        return self.get(story.below_the_stage(answer.location)) if answer.location else answer

    def _send(self, method, path, data, headers):
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = headers | ({"cookie": cookies} if cookies else {})
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            answer = urllib.request.build_opener(Stay).open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            for line in answer.headers.get_all("set-cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Page(answer.status, answer.headers.get("location", ""), answer.read().decode())


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer."""

    def redirect_request(self, *_):
        return None
