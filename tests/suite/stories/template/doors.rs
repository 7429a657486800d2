//! The doors: the routes of the API, who may come in by each, and what the web ACL writes of whoever does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::code::Code;
use super::yaml::Template;
use super::{same, set};

#[test]
fn the_doors_are_those_that_intake_and_review_answer_at() {
    let template = Template::read();
    let paths = &template.resource("Api")["Properties"]["DefinitionBody"]["paths"];
    let open = [
        ("/callback-options", set(["get", "options"])),
        ("/callbacks", set(["post", "options"])),
        ("/callbacks/{id}", set(["get", "delete", "options"])),
    ];
    let public = set(["/widget/versions.json", "/widget/{version}/{file}"]);
    let known: BTreeSet<_> = paths.as_object().unwrap().keys().cloned().collect();
    let twins = open.iter().flat_map(|(path, _)| [(*path).to_owned(), format!("/account{path}")]);
    let others = set(["/review", "/review/{proxy+}", "/console", "/console/{proxy+}"]);
    let others = others.into_iter().chain(public.clone());
    same("paths", &known, &twins.chain(others).collect());

    for path in public {
        let has: BTreeSet<_> = paths[&path].as_object().unwrap().keys().cloned().collect();
        assert!(has.is_subset(&set(["get", "parameters"])), "{path}: {has:?}");
        assert_eq!(paths[&path]["get"]["security"], Value::Null, "{path}");
        assert!(invokes(&paths[&path]["get"], "IntakeFunction"), "{path}");
    }
    for (path, methods) in open {
        let twin = &paths[format!("/account{path}")]["Fn::If"];
        assert_eq!((&twin[0], &twin[2]), (&json!("HasAccounts"), &json!({})));
        for (door, security) in [(&paths[path], Value::Null), (&twin[1], json!([{"account": []}]))] {
            let has: BTreeSet<_> =
                door.as_object().unwrap().keys().filter(|key| *key != "parameters").cloned().collect();
            assert_eq!(has, methods, "{path}");
            for method in &methods {
                // Browsers send no token with a preflight.
                let expected = if method == "options" { &Value::Null } else { &security };
                assert_eq!(door[method]["security"], *expected, "{path} {method}");
                assert!(invokes(&door[method], "IntakeFunction"), "{path} {method}");
            }
        }
    }
    for path in ["/review", "/review/{proxy+}"] {
        let method = &paths[path]["x-amazon-apigateway-any-method"];
        assert_eq!(method["security"], json!([{"operator": []}]), "{path}");
        assert_eq!(method["x-amazon-apigateway-auth"]["type"], "AWS_IAM", "{path}");
        assert!(invokes(method, "ReviewFunction"), "{path}");
    }
}

#[test]
fn the_console_has_a_door_without_an_authorizer_if_it_is_deployed_and_lets_in_nobody_itself() {
    let template = Template::read();
    let paths = &template.resource("Api")["Properties"]["DefinitionBody"]["paths"];
    for path in ["/console", "/console/{proxy+}"] {
        let door = &paths[path]["Fn::If"];
        assert_eq!((&door[0], &door[2]), (&json!("HasConsole"), &json!({})), "{path}");
        let method = &door[1]["x-amazon-apigateway-any-method"];
        assert_eq!(method["security"], Value::Null, "{path}");
        let integration = &method["x-amazon-apigateway-integration"];
        let uri = integration["uri"]["Fn::Sub"].as_str().unwrap();
        // By its name: the function knows the API's address, and so comes after it.
        assert!(uri.contains(":function:${AWS::StackName}-console/invocations"), "{uri}");
    }
    let function = template.resource("ConsoleFunction");
    assert_eq!(function["Properties"]["FunctionName"], json!({"Fn::Sub": "${AWS::StackName}-console"}));
    let permission = &template.resource("ConsolePermission")["Properties"];
    assert!(permission["SourceArn"]["Fn::Sub"].as_str().unwrap().ends_with("/*/*/console*"));
    for name in ["ConsoleFunction", "ConsoleRole", "ConsoleLogs", "ConsolePermission"] {
        assert_eq!(template.resource(name)["Condition"], "HasConsole", "{name}");
    }
    assert_eq!(template.parameter("Console")["Default"], "off");
}

#[test]
fn the_pool_that_the_template_makes_knows_the_console_and_its_roles() {
    use operations::operator::Role;
    let template = Template::read();
    let client = &template.resource("ConsoleClient")["Properties"];
    assert_eq!((&client["GenerateSecret"], &client["AllowedOAuthFlows"]), (&json!(false), &json!(["code"])));
    let url = &template.resource("ConsoleFunction")["Properties"]["Environment"]["Variables"]["CONSOLE_URL"];
    assert_eq!(client["CallbackURLs"], json!([{"Fn::Sub": ["${Url}/callback", {"Url": url}]}]));
    let groups = template.resources("AWS::Cognito::UserPoolGroup");
    let groups = groups.map(|(_, group)| group["Properties"]["GroupName"].as_str().unwrap().to_owned());
    same("groups", &groups.collect(), &Role::ALL.map(|role| format!("tollgate-{}", role.as_str())).into());
    let pool = &template.resource("ConsoleUserPool")["Properties"];
    assert_eq!(pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"], true);
    assert_eq!(pool["MfaConfiguration"], "ON");
}

fn invokes(method: &Value, function: &str) -> bool {
    let integration = &method["x-amazon-apigateway-integration"];
    let uri = integration["uri"]["Fn::Sub"].as_str().unwrap();
    integration["type"] == "aws_proxy" && uri.contains(&format!("functions/${{{function}.Arn}}/invocations"))
}

/// The one rule of the web ACL that has this name.
fn rule(template: &Template, name: &str) -> Value {
    let rules = template.resource("WebAcl")["Properties"]["Rules"].as_array().unwrap().clone();
    let mut named = rules.into_iter().filter(|rule| rule["Name"] == name);
    let found = named.next().unwrap();
    assert!(named.next().is_none());
    found
}

#[test]
fn who_asks_too_often_is_told_of_the_other_channels_by_the_edge() {
    let template = Template::read();
    let callbacks = rule(&template, "callbacks");
    let rate = &callbacks["Statement"]["RateBasedStatement"];
    assert_eq!((&rate["AggregateKeyType"], &rate["EvaluationWindowSec"]), (&json!("IP"), &json!(300)));
    assert_eq!(rate["Limit"], json!({"Ref": "CallbacksPerAddress"}));
    assert_eq!(
        rate["ScopeDownStatement"]["AndStatement"]["Statements"][0]["ByteMatchStatement"]["SearchString"],
        "POST"
    );
    let answer = &callbacks["Action"]["Block"]["CustomResponse"];
    assert_eq!(answer["ResponseCode"], 429);
    let bodies = &template.resource("WebAcl")["Properties"]["CustomResponseBodies"];
    let body = &bodies[answer["CustomResponseBodyKey"].as_str().unwrap()]["Content"];
    let responses =
        &template.resource("Api")["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"];
    assert_eq!(*body, responses["THROTTLED"]["responseTemplates"]["application/json"]);
    // Without this no website could tell when to try again.
    let exposed =
        &responses["THROTTLED"]["responseParameters"]["gatewayresponse.header.Access-Control-Expose-Headers"];
    assert_eq!(exposed, "'Retry-After'");
    let exposed = json!({"Name": "Access-Control-Expose-Headers", "Value": "Retry-After"});
    assert!(answer["ResponseHeaders"].as_array().unwrap().contains(&exposed));
    let written = body["Fn::Sub"][0].as_str().unwrap().replace("${Channels}", "chat\",\"call-in");
    let told: Value = serde_json::from_str(&written).unwrap();
    assert_eq!((&told["status"], &told["channels"]), (&json!(429), &json!(["chat", "call-in"])));
}

#[test]
fn an_office_of_operators_is_not_taken_for_a_flood() {
    let template = Template::read();
    let statement = |name: &str| rule(&template, name)["Statement"]["RateBasedStatement"].clone();
    let (flood, operators) = (statement("flood"), statement("operators"));
    let of_operators = &operators["ScopeDownStatement"];
    assert_eq!(flood["ScopeDownStatement"], json!({"NotStatement": {"Statement": of_operators}}));
    let paths = of_operators["OrStatement"]["Statements"].as_array().unwrap().iter();
    let paths = paths.map(|each| each["ByteMatchStatement"]["SearchString"]["Fn::Sub"].as_str().unwrap());
    same(
        "paths",
        &paths.map(str::to_owned).collect(),
        &set(["/${StageName}/console", "/${StageName}/review"]),
    );
    assert_eq!(operators["Limit"], json!({"Ref": "OperatorsPerAddress"}));
}

#[test]
fn the_web_acl_first_writes_every_header_that_intake_believes() {
    let (template, code) = (Template::read(), Code::read());
    let rules = template.resource("WebAcl")["Properties"]["Rules"].as_array().unwrap();
    let inserted = |rule: &Value| -> BTreeMap<String, Value> {
        let headers = rule["Action"]["Count"]["CustomRequestHandling"]["InsertHeaders"].as_array().cloned();
        let headers = headers.unwrap_or_default().into_iter();
        headers
            .map(|header| {
                (format!("x-amzn-waf-{}", header["Name"].as_str().unwrap()), header["Value"].clone())
            })
            .collect()
    };
    let first = rules.iter().find(|rule| rule["Priority"] == 0).unwrap();
    same("headers", &inserted(first).into_keys().collect(), &code.waf_headers());
    for (name, value) in inserted(first) {
        let neutral = if name == "x-amzn-waf-country" { "none" } else { "false" };
        assert_eq!(value, neutral, "{name}");
    }
    // A later rule writes none that the first one does not, and nothing is blocked for a mark.
    let rules: Vec<_> =
        rules.iter().map(|rule| if rule["Fn::If"].is_array() { &rule["Fn::If"][1] } else { rule }).collect();
    for rule in &rules {
        assert!(inserted(rule).keys().all(|name| inserted(first).contains_key(name)), "{}", rule["Name"]);
        for over in rule["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
            .as_array()
            .into_iter()
            .flatten()
        {
            assert_eq!(over["ActionToUse"], json!({"Count": {}}), "{}", over["Name"]);
        }
    }
    let priorities: BTreeSet<_> = rules.iter().map(|rule| rule["Priority"].as_i64().unwrap()).collect();
    assert_eq!(priorities.len(), rules.len());
}
