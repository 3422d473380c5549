"""What a resource is called in its account: the name that its template gives it, if any."""

from dataclasses import dataclass

from deploy import registry
from routes.reading.assembly import Resource
from routes.reading.tokens import is_known

# Types whose name property is called neither Name nor as the type itself.
_NAME_PROPERTIES = {
    "AWS::CloudWatch::CompositeAlarm": "AlarmName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::ResourcePolicy": "PolicyName",
}
# Where names of a type are unique only within another resource, the property that names that. Where
# it is beside the name in what identifies the type, it need not stand here.
_WITHIN = {
    "AWS::EventSchemas::Schema": "RegistryName",
    "AWS::Events::Rule": "EventBusName",
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Scheduler::Schedule": "GroupName",
}
# What is called so, but is no name that may be taken: of APIs there may be several of one name.
_NOT_UNIQUE = frozenset({"AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi"})
_EVERYWHERE = frozenset({"AWS::S3::Bucket"})
_ACCOUNT_WIDE = frozenset(
    {"AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::CloudWatch::Dashboard"}
)


@dataclass(frozen=True, order=True)
class Identity:
    """What two resources cannot both be. `account` and `region` are empty where they do not count.

    `within` is the resource that the name is unique in, such as the bus of a rule.
    """

    type: str
    account: str
    region: str
    within: str
    name: str

    def __str__(self) -> str:
        where = f" of {self.within}" if self.within else ""
        return f"{self.type} {self.name}{where}"


def name_property(resource_type: str) -> str | None:
    """The property that names a resource of a type and that no other may have, None without one."""
    if resource_type in _NOT_UNIQUE or resource_type.startswith("Custom::"):
        return None
    if resource_type in _NAME_PROPERTIES:
        return _NAME_PROPERTIES[resource_type]
    fixed = registry.create_only(resource_type)
    candidates = (f"{resource_type.rsplit('::', 1)[-1]}Name", "Name")
    return next((name for name in candidates if name in fixed), None)


def identity(resource: Resource) -> Identity | None:
    """Who a resource is in its account; None where CloudFormation makes up its name."""
    name = given_name(resource)
    if name is None:
        return None
    stack, kind = resource.stack, resource.type
    account = "" if kind in _EVERYWHERE else stack.account
    region = "" if kind in _EVERYWHERE | _ACCOUNT_WIDE else stack.region
    where = (within(resource) or "default") if _within(kind) else ""
    return Identity(kind, account, region, where, name)


def given_name(resource: Resource) -> str | None:
    """The name that the template gives a resource, None where it is not known before a deploy."""
    named_by = name_property(resource.type)
    name = resource.get(named_by) if named_by else None
    return str(name) if name and is_known(str(name)) else None


def within(resource: Resource) -> str | None:
    """The name of what the resource is in, such as a rule's bus; None where it is in nothing."""
    named_by = _within(resource.type)
    value = resource.get(named_by) if named_by else None
    if value is None:
        return None
    # A bus may be given by its ARN, and one of a partner has slashes in its name.
    _, _, of_arn = str(value).partition(":event-bus/")
    return of_arn or str(value)


def _within(resource_type: str) -> str | None:
    """The property that names what a type's names are unique in, None where it is the account."""
    named_by = name_property(resource_type)
    if named_by is None:
        return None
    identifier = registry.identifier(resource_type)
    others = [name for name in identifier if name != named_by]
    is_told_by_it = named_by in identifier and len(others) == 1
    return others[0] if is_told_by_it else _WITHIN.get(resource_type)
