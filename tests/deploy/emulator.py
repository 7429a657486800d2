"""MiniStack, taught what the template needs and it lacks. README.md beside this file tells more."""

from ministack.app import main
from ministack.services import apigateway_v1, waf
from ministack.services.cloudformation import changesets, engine, handlers, provisioners, stacks

# In conditions it knows only Ref and Fn::Select; CloudFormation knows the other functions there, too.
evaluate = engine._evaluate_conditions


def evaluate_with_functions(template, parameters):
    def resolve(value):
        return engine._resolve_refs(value, {}, parameters, {}, template.get("Mappings", {}), "", "")

    def without_functions(node):
        if isinstance(node, list):
            return [without_functions(each) for each in node]
        if not isinstance(node, dict):
            return node
        return {key: [resolve(value) for value in inner] if key == "Fn::Equals" else without_functions(inner)
                for key, inner in node.items()}

    conditions = without_functions(template.get("Conditions", {}))
    return evaluate(template | {"Conditions": conditions}, parameters)


for module in (changesets, engine, handlers, stacks):
    module._evaluate_conditions = evaluate_with_functions

# Alarms on metric math: they are kept, and watch nothing.
record_alarm = provisioners._cw_metric_alarm_record
provisioners._cw_metric_alarm_record = lambda name, properties: record_alarm(
    name, {"MetricName": "math", "Namespace": "math"} | properties | {"Metrics": None})

# "Any method" is not read from a definition of an API.
import_path = apigateway_v1._import_path_item
apigateway_v1._OPENAPI_HTTP_METHODS.add("any")
apigateway_v1._import_path_item = lambda api, path, item, *more: import_path(
    api, path, {"any" if key == "x-amazon-apigateway-any-method" else key: value for key, value in item.items()}, *more)

# A web ACL is associated by a call, but not by a template. No request passes it in either case.
provisioners._RESOURCE_HANDLERS["AWS::WAFv2::WebACLAssociation"] = {
    "create": lambda name, properties, stack: (waf._associate_web_acl(properties) and name, {}),
    "update": lambda physical, old, new, stack: (waf._associate_web_acl(new) and physical, {}),
    "delete": lambda physical, properties: waf._disassociate_web_acl(properties),
}

main()
