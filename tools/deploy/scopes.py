"""The ARNs that an action of CloudFormation's role is limited to: the stacks' own."""

from collections.abc import Iterable, Iterator, Sequence

from deploy import registry
from deploy.naming import given_name, within
from routes.reading.assembly import Resource, Stack
from routes.reading.tokens import is_known

# Per kind of resource that IAM knows, the resource types it is. Kinds that are not here have ids
# that AWS makes up, or no ARN of their own: they are limited to the account and the region.
_TYPES: dict[tuple[str, str], tuple[str, ...]] = {
    ("cloudwatch", "alarm"): ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"),
    ("cloudwatch", "dashboard"): ("AWS::CloudWatch::Dashboard",),
    ("codedeploy", "application"): ("AWS::CodeDeploy::Application",),
    ("codedeploy", "deploymentgroup"): ("AWS::CodeDeploy::DeploymentGroup",),
    ("dynamodb", "table"): ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table"),
    ("events", "archive"): ("AWS::Events::Archive",),
    ("events", "event-bus"): ("AWS::Events::EventBus",),
    ("events", "rule-on-custom-event-bus"): ("AWS::Events::Rule",),
    ("events", "rule-on-default-event-bus"): ("AWS::Events::Rule",),
    ("firehose", "deliverystream"): ("AWS::KinesisFirehose::DeliveryStream",),
    ("iam", "policy"): ("AWS::IAM::ManagedPolicy",),
    ("iam", "role"): ("AWS::IAM::Role",),
    ("kinesis", "stream"): ("AWS::Kinesis::Stream",),
    ("lambda", "function"): ("AWS::Lambda::Function",),
    ("lambda", "function alias"): ("AWS::Lambda::Function",),
    ("lambda", "function version"): ("AWS::Lambda::Function",),
    ("lambda", "layer"): ("AWS::Lambda::LayerVersion",),
    ("lambda", "layerversion"): ("AWS::Lambda::LayerVersion",),
    ("logs", "log-group"): ("AWS::Logs::LogGroup",),
    ("s3", "bucket"): ("AWS::S3::Bucket",),
    ("scheduler", "schedule"): ("AWS::Scheduler::Schedule",),
    ("schemas", "registry"): ("AWS::EventSchemas::Registry",),
    ("schemas", "schema"): ("AWS::EventSchemas::Schema",),
    ("sns", "topic"): ("AWS::SNS::Topic",),
    ("sqs", "queue"): ("AWS::SQS::Queue",),
    ("states", "statemachine"): ("AWS::StepFunctions::StateMachine",),
}
# Kinds that have parts with ARNs of their own: a function's versions, a log group's streams.
_WITH_PARTS = frozenset({("lambda", "function"), ("logs", "log-group")})
# Lambda's layer versions have no format in IAM's data.
_FORMATS = {
    ("lambda", "layerversion"): ("arn:${Partition}:lambda:${Region}:${Account}:layer:.*",),
}
# A link is of its own account, its sink another's: a source account needs leave for both.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account-Setup.html
_LINK, _LINKING = "AWS::Oam::Link", frozenset({"oam:CreateLink", "oam:UpdateLink"})
# Makes the role that a service has in an account, with the rights that AWS gives it there.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
_SERVICE_LINKED = "iam:CreateServiceLinkedRole"
# CloudFormation makes a name of the stack's, the logical id and a random end, and shortens it.
_KEPT_OF_STACK_NAME = 24
_KEPT_WHERE_SHORT = {"AWS::Events::Archive": 12}


class Scopes:
    """ARN patterns for the stacks of one account and region."""

    def __init__(self, stacks: Sequence[Stack]) -> None:
        self._home = stacks[0].home
        self._givers = {each.account for stack in stacks for each in stack.handovers}
        self._resources: dict[str, list[Resource]] = {}
        for stack in stacks:
            for resource in stack.resources.values():
                self._resources.setdefault(resource.type, []).append(resource)

    def of(self, action: str, needed_by: Iterable[str]) -> tuple[str, ...]:
        """The ARNs that an action may be limited to, `*` alone where IAM knows no limit for it.

        `needed_by` are resource types. One whose ids AWS makes up needs it for whatever the account
        has of its kind, though others have names: event source mappings are tagged as functions.
        """
        service = action.split(":")[0]
        if action in _LINKING:
            return self._linking()
        if action == _SERVICE_LINKED:
            return self._filled(registry.arn_formats("iam", "role"), ["aws-service-role/*"])
        if service == "apigateway":
            # Its actions are those of HTTP; tags have a path of their own.
            return self._filled(("arn:${Partition}:apigateway:${Region}::/.*",), ["*"])
        kinds = [kind.lower() for kind in registry.kinds(action)]
        named = {arn for kind in kinds for arn in self._named(service, kind)}
        if named:
            own = {each.rsplit("::", 1)[-1].lower() for each in needed_by}
            kinds = [kind for kind in kinds if (service, kind) not in _TYPES and kind in own]
        formats = [each for kind in kinds for each in registry.arn_formats(service, kind)]
        return tuple(sorted(named.union(self._filled(formats, ["*"])))) or ("*",)

    def _linking(self) -> tuple[str, ...]:
        """The account's links, and the sinks of others that they are to."""
        links = self._filled(("arn:${Partition}:oam:${Region}:${Account}:link/.*",), ["*"])
        named = {str(each.get("SinkIdentifier")) for each in self._resources.get(_LINK, [])}
        sinks = {each for each in named if is_known(each)}
        if named - sinks:
            # Given when it deploys, by the stack that has the sink.
            sinks |= {
                self.arn(f"arn:${{Partition}}:oam:${{Region}}:{account}:sink/*")
                for account in self._givers or ["*"]
            }
        return (*links, *sorted(sinks))

    def roles(self) -> tuple[str, ...]:
        """The ARNs of the stacks' roles."""
        return tuple(sorted(set(self._named("iam", "role"))))

    def arn(self, text: str) -> str:
        """An ARN with partition, region and account filled in."""
        home = self._home
        for name, value in (
            ("Partition", home.partition),
            ("Region", home.region),
            ("Account", home.account),
            # A cluster's network is of the account that has the cluster.
            ("VpcOwnerAccount", home.account),
        ):
            text = text.replace("${" + name + "}", value)
        return text

    def _named(self, service: str, kind: str) -> Iterator[str]:
        types = _TYPES.get((service, kind), ())
        names = {name for each in types for name in self._names(each)}
        formats = _FORMATS.get((service, kind)) or registry.arn_formats(service, kind)
        for arn in self._filled(formats, sorted(names)):
            yield arn
            if (service, kind) in _WITH_PARTS and not arn.endswith("*"):
                yield f"{arn}:*"

    def _filled(self, formats: Iterable[str], names: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            self.arn(each).replace(".*", name, 1).replace(".*", "*")
            for each in formats
            for name in names
        )

    def _names(self, resource_type: str) -> Iterator[str]:
        for resource in self._resources.get(resource_type, []):
            inside = _container(resource)
            name = given_name(resource) or _generated(resource)
            yield f"{inside}/{name}" if inside else name


def _container(resource: Resource) -> str | None:
    """The name of what a resource is in, as its ARN has it, or the pattern of such names.

    The ARN of a rule on the default bus names no bus.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-manage-iam-access.html
    """
    inside = within(resource)
    if inside is None or (resource.type == "AWS::Events::Rule" and inside == "default"):
        return None
    if not is_known(inside):
        return "*"
    for each in resource.stack.resources.values():
        if each.name == inside:
            return given_name(each) or _generated(each)
    return inside


def _generated(resource: Resource) -> str:
    """The pattern of the names that CloudFormation makes up for a resource."""
    kind, stack = resource.type, resource.stack.name.replace("/", "-")
    if kind == "AWS::Lambda::LayerVersion":
        return f"{resource.logical_id}*"
    kept = _KEPT_WHERE_SHORT.get(kind, _KEPT_OF_STACK_NAME)
    pattern = f"{stack}-*" if len(stack) < kept else f"{stack[:kept]}*"
    return pattern.lower() if kind == "AWS::S3::Bucket" else pattern
