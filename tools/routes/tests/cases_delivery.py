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
from routes.tests.sample import REGION, SHOP, allow, arn, by, resource, role, rule

_FIFO_TOPIC = resource("SNS::Topic", TopicName="item.fifo", FifoTopic=True)


def _add(stack: str, **resources: object) -> Change:
    return change(stack, lambda template: template["Resources"].update(resources))


_redelivering = _add(
    "Billing",
    Redeliver=resource("Lambda::Function", Role=arn("RedeliverRole"), Timeout=5),
    RedeliverMapping=resource(
        "Lambda::EventSourceMapping",
        EventSourceArn=arn("TopicLetters"),
        FunctionName={"Ref": "Redeliver"},
        FunctionResponseTypes=["ReportBatchItemFailures"],
    ),
)
"""A function that reads the dead letters of subscriptions."""


def _redelivers(*statements: dict[str, object]) -> Change:
    """Its role, with what it may send to."""
    reads = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    one = role("lambda", allow(reads, arn("TopicLetters")), *statements)
    return _add("Billing", RedeliverRole=one)


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


def _url(*permissions: str, auth: str = "NONE") -> Change:
    """A web address of the function Async, and who may do what by it."""
    given: dict[str, dict[str, object]] = {
        "lambda:InvokeFunctionUrl": {"FunctionUrlAuthType": auth},
        "lambda:InvokeFunction": {"InvokedViaFunctionUrl": True},
    }
    allowed = {
        f"Url{action.rsplit(':')[-1]}": resource(
            "Lambda::Permission",
            FunctionName={"Ref": "Async"},
            Action=action,
            Principal="*",
            **given[action],
        )
        for action in permissions
    }
    url = resource("Lambda::Url", TargetFunctionArn=arn("Async"), AuthType=auth)
    return _add("Billing", Url=url, **allowed)


def _uploads(**bucket: object) -> Change:
    """A rule for what is put into a bucket."""
    found = rule(arn("Safe"), "Letters")
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [{"Ref": "Bucket"}]}}}
    found["Properties"] |= {"EventBusName": "default", "EventPattern": pattern}
    return _add("Billing", Uploaded=found, Bucket=resource("S3::Bucket", **bucket))


def _another_bus_policy(**more: object) -> Change:
    """One more account that may put events on the bus of Billing."""
    by_other = {"Principal": {"AWS": "arn:aws:iam::300000000003:root"}}
    statement = allow("events:PutEvents", arn("Bus"), **by_other)
    made = resource(
        "Events::EventBusPolicy",
        EventBusName={"Ref": "Bus"},
        StatementId="other",
        Statement=statement,
    )
    return _add("Billing", OtherPolicy=made | more)


def _sends_back(**more: object) -> Change:
    """A rule of Billing to the bus of Shop."""
    there = f"arn:aws:events:{REGION}:{SHOP}:event-bus/shop"
    sends = role("events", allow("events:PutEvents", there))
    return _add("Billing", Back=rule(there, None, RoleArn=arn("BackRole")) | more, BackRole=sends)


_BOTH = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")

CASES: dict[str, Case] = {
    "A515": Case(_url(*_BOTH), _url(*_BOTH, auth="AWS_IAM")),
    "A516": Case(_url("lambda:InvokeFunctionUrl"), _url(*_BOTH)),
    "A517": Case(
        put("Billing/UsPolicy", "Queues", [{"Ref": "Eu"}]),
        put("Billing/UsPolicy", "Queues", [{"Ref": "Us"}]),
    ),
    "A518": Case(_another_bus_policy(), _another_bus_policy(DependsOn=["BusPolicy"])),
    "A519": Case(_sends_back(), _sends_back(Condition="ShopIsThere")),
    "J812": Case(
        _uploads(),
        _uploads(NotificationConfiguration={"EventBridgeConfiguration": {}}),
    ),
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
    "D407": Case(
        several(_redelivering, _redelivers(allow("sqs:SendMessage", arn("Us")))),
        several(_redelivering, _redelivers(allow("sqs:SendMessage", [arn("Us"), arn("Eu")]))),
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
