"""For each code about deliveries: what triggers it, and the nearest that does not."""

from routes.tests.faults import (
    Case,
    Change,
    change,
    drop,
    nothing,
    put,
    remove,
    several,
    statement,
    target,
)
from routes.tests.sample import REGION, allow, arn, by, resource, rule

_FIFO_TOPIC = resource("SNS::Topic", TopicName="item.fifo", FifoTopic=True)


def _add(stack: str, **resources: object) -> Change:
    return change(stack, lambda template: template["Resources"].update(resources))


def _no_condition(one: dict[str, object]) -> None:
    one.pop("Condition")


def _topic_policy(**who: object) -> Change:
    """Lets the rule publish by the topic's policy, in place of a role."""
    by_service = {"Principal": {"Service": "events.amazonaws.com"}}
    statement = allow("sns:Publish", {"Ref": "Topic"}, **(who or by_service))
    document = {"Statement": [statement]}
    return _add(
        "Billing",
        TopicPolicy=resource(
            "SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument=document
        ),
    )


CASES: dict[str, Case] = {
    "D401": Case(
        target("Billing/ToFifo", DeadLetterConfig=None), target("Billing/ToFifo", Input="{}")
    ),
    "D402": Case(
        remove("Billing/LettersPolicy"),
        statement("Billing/LettersPolicy", "PolicyDocument", lambda s: s.update(by("events", "*"))),
    ),
    "D403": Case(
        target("Billing/ToFifo", DeadLetterConfig={"Arn": arn("FifoLetters")}),
        target("Billing/ToFifo", DeadLetterConfig={"Arn": arn("Letters")}),
    ),
    "D404": Case(
        drop("Billing/Async", "DeadLetterConfig"),
        several(
            drop("Billing/Async", "DeadLetterConfig"),
            _add(
                "Billing",
                Saved=resource(
                    "Lambda::EventInvokeConfig",
                    FunctionName={"Ref": "Async"},
                    Qualifier="$LATEST",
                    DestinationConfig={"OnFailure": {"Destination": arn("Letters")}},
                ),
            ),
        ),
    ),
    "D405": Case(
        put("Billing/QueueLetters", "MessageRetentionPeriod", 86_400),
        drop("Billing/QueueLetters", "MessageRetentionPeriod"),
    ),
    "A501": Case(
        put(
            "Billing/BusPolicy",
            "Statement",
            allow("events:PutEvents", arn("Bus"), Principal={"AWS": "033333333333"}),
        ),
        put(
            "Billing/BusPolicy",
            "Statement",
            allow("events:PutEvents", arn("Bus"), Principal={"AWS": "100000000001"}),
        ),
    ),
    "A502": Case(
        statement(
            "Billing/UsPolicy",
            "PolicyDocument",
            lambda s: s.update(by("sns", f"arn:aws:sns:{REGION}:200000000002:other")),
        ),
        statement(
            "Billing/UsPolicy",
            "PolicyDocument",
            lambda s: s.update(by("sns", f"arn:aws:sns:{REGION}:200000000002:pl*")),
        ),
    ),
    "A503": Case(
        target("Billing/ToTopic", RoleArn=None),
        several(target("Billing/ToTopic", RoleArn=None), _topic_policy()),
    ),
    "A511": Case(
        several(
            target("Billing/ToTopic", RoleArn=None), _topic_policy(**by("events", arn("ToTopic")))
        ),
        several(target("Billing/ToTopic", RoleArn=None), _topic_policy()),
    ),
    "A504": Case(
        put("Billing/AsyncPermission", "Principal", "s3.amazonaws.com"),
        drop("Billing/AsyncPermission", "SourceArn"),
    ),
    "A505": Case(
        statement("Billing/Key", "KeyPolicy", lambda s: s.update(Action="kms:Decrypt")),
        statement(
            "Billing/Key",
            "KeyPolicy",
            lambda s: s.update(Action=["kms:GenerateDataKey*", "kms:Decrypt"]),
        ),
    ),
    "A506": Case(
        target("Shop/Forward", RoleArn=None),
        several(
            put("Shop/Forward", "EventBusName", "default"),
            target("Shop/Forward", RoleArn=arn("ForwardRole")),
        ),
    ),
    "A507": Case(
        put("Shop/ForwardRole", "Policies", []),
        put(
            "Shop/ForwardRole",
            "ManagedPolicyArns",
            ["arn:aws:iam::aws:policy/AmazonEventBridgeFullAccess"],
        ),
    ),
    "A508": Case(
        statement(
            "Billing/UsPolicy",
            "PolicyDocument",
            lambda s: (s.update(Principal="*"), s.pop("Condition")),
        ),
        statement("Billing/UsPolicy", "PolicyDocument", lambda s: s.update(Principal="*")),
    ),
    "A509": Case(
        statement("Billing/UsPolicy", "PolicyDocument", _no_condition),
        statement(
            "Billing/UsPolicy",
            "PolicyDocument",
            lambda s: s.update(Condition={"StringEquals": {"aws:SourceAccount": "200000000002"}}),
        ),
    ),
    "A510": Case(
        remove("Billing/LogPolicy"),
        nothing,
    ),
    "J808": Case(
        several(
            _add(
                "Billing",
                Guard=resource(
                    "SQS::QueuePolicy",
                    Queues=[{"Ref": "Us"}],
                    PolicyDocument={
                        "Statement": [
                            {
                                "Effect": "Deny",
                                "Action": "sqs:SendMessage",
                                "Principal": "*",
                                "Resource": arn("Us"),
                            }
                        ]
                    },
                ),
            ),
            put(
                "Billing/AsyncRole",
                "Policies",
                [{"PolicyDocument": {"Statement": [allow("sqs:SendMessage", arn("Us"))]}}],
            ),
        ),
        put(
            "Billing/AsyncRole",
            "Policies",
            [{"PolicyDocument": {"Statement": [allow("sqs:SendMessage", arn("Us"))]}}],
        ),
    ),
    "Q601": Case(
        target("Billing/ToFifo", SqsParameters=None),
        target("Billing/ToFifo", SqsParameters={"MessageGroupId": "other"}),
    ),
    "Q602": Case(
        put("Billing/Us", "VisibilityTimeout", 59), put("Billing/Us", "VisibilityTimeout", 61)
    ),
    "Q603": Case(
        put("Billing/Us", "VisibilityTimeout", 9), put("Billing/Us", "VisibilityTimeout", 10)
    ),
    "Q604": Case(
        drop("Billing/UsMapping", "FunctionResponseTypes"),
        several(
            drop("Billing/UsMapping", "FunctionResponseTypes"),
            put("Billing/UsMapping", "BatchSize", 1),
        ),
    ),
    "Q605": Case(
        put("Billing/Fifo", "VisibilityTimeout", 9),
        put("Billing/Fifo", "VisibilityTimeout", 600),
    ),
    "Q606": Case(
        drop("Billing/Fifo", "ContentBasedDeduplication"),
        put("Billing/Fifo", "ContentBasedDeduplication", "true"),
    ),
    "Q607": Case(
        several(
            _add("Billing", Ordered=_FIFO_TOPIC), target("Billing/ToFifo", Arn={"Ref": "Ordered"})
        ),
        _add("Billing", Ordered=_FIFO_TOPIC),
    ),
    "Q608": Case(
        several(
            _add("Billing", Ordered=_FIFO_TOPIC),
            put("Billing/UsSubscription", "TopicArn", {"Ref": "Ordered"}),
        ),
        _add("Billing", Ordered=_FIFO_TOPIC),
    ),
    "Q609": Case(
        put("Billing/Us", "QueueName", "us.fifo"),
        put("Billing/Fifo", "QueueName", "us.fifo"),
    ),
    "L701": Case(
        put("Billing/ToFifo", "Targets", [{"Id": str(n), "Arn": arn("Us")} for n in range(6)]),
        put("Billing/ToFifo", "Targets", [{"Id": str(n), "Arn": arn("Us")} for n in range(5)]),
    ),
    "L702": Case(
        _add("Billing", **{f"Rule{n}": rule(arn("Us"), "Letters") for n in range(300)}),
        _add("Billing", **{f"Rule{n}": rule(arn("Us"), "Letters") for n in range(295)}),
    ),
    "L703": Case(
        _add(
            "Billing",
            **{
                f"Logs{n}": resource("Logs::ResourcePolicy", PolicyDocument="{}") for n in range(10)
            },
        ),
        _add(
            "Billing",
            **{f"Logs{n}": resource("Logs::ResourcePolicy", PolicyDocument="{}") for n in range(9)},
        ),
    ),
    "L705": Case(
        put(
            "Billing/BusPolicy",
            "Statement",
            allow("events:PutEvents", arn("Bus"), Principal={"AWS": ["100000000001"] * 1000}),
        ),
        nothing,
    ),
    "L707": Case(
        _add(
            "Billing",
            **{
                f"Sub{n}": resource(
                    "SNS::Subscription",
                    TopicArn={"Ref": "Topic"},
                    Endpoint=arn("Us"),
                    FilterPolicy={"a": ["b"]},
                )
                for n in range(199)
            },
        ),
        _add(
            "Billing",
            **{
                f"Sub{n}": resource(
                    "SNS::Subscription",
                    TopicArn={"Ref": "Topic"},
                    Endpoint=arn("Us"),
                    FilterPolicy={"a": ["b"]},
                )
                for n in range(198)
            },
        ),
    ),
}
