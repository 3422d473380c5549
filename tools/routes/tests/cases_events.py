"""For each code about events and hops: what triggers it, and the nearest that does not."""

from routes.tests.faults import Case, Change, change, drop, events, nothing, put, remove, several
from routes.tests.sample import PLACED, REGION, SHOP, arn, event, rule

_NOWHERE = f"arn:aws:sqs:{REGION}:{SHOP}:nowhere"
_FORWARD_BACK = rule(f"arn:aws:events:{REGION}:{SHOP}:event-bus/shop", "Letters", RoleArn="r")
_THIRD = rule(f"arn:aws:events:{REGION}:033333333333:event-bus/third", "Letters", RoleArn="r")
_OTHER_TYPE = {"source": ["shop"], "detail-type": ["ItemSent"]}
_SENT = event("us-west", **{"detail-type": "ItemSent"})


def _also_publishes(**more: bool) -> Change:
    """A second event, which nothing is made for."""
    sent = {"source": "shop", "detail-type": "ItemSent", **more}
    return change("Shop", lambda t: t["Metadata"]["crossbus"]["publishes"].append(sent))


CASES: dict[str, Case] = {
    "R101": Case(
        put("Shop/Forward", "EventPattern", {"source": ["shopp"]}),
        put("Shop/Forward", "EventPattern", {"source": [{"prefix": "shop"}]}),
    ),
    "R102": Case(
        remove(
            "Billing/EuMapping",
            "Billing/EuSubscription",
            "Billing/ToFifo",
            "Billing/ToAsync",
            "Billing/ToSafe",
        ),
        remove("Billing/ToFifo", "Billing/ToAsync", "Billing/ToSafe"),
        declared=True,
    ),
    "R103": Case(
        change("Billing", lambda t: t["Metadata"]["crossbus"].update(subscribes=[])),
        nothing,
        declared=True,
    ),
    "R104": Case(
        put("Billing/ToFifo", "EventPattern", {"source": ["shop"], "detail-type": ["ItemSod"]}),
        put("Billing/ToFifo", "EventPattern", {"source": ["aws.s3"]}),
    ),
    "J813": Case(
        several(
            drop("Billing/ToFifo", "EventBusName"),
            put("Billing/ToFifo", "EventPattern", {"source": ["aws.cloudwatchs"]}),
        ),
        several(
            drop("Billing/ToFifo", "EventBusName"),
            put("Billing/ToFifo", "EventPattern", {"source": ["aws.cloudwatch"]}),
        ),
    ),
    "R105": Case(
        remove(
            "Billing/ToTopic",
            "Billing/ToFifo",
            "Billing/ToAsync",
            "Billing/ToSafe",
            "Billing/ToLog",
        ),
        remove("Billing/ToTopic", "Billing/ToFifo"),
    ),
    "R106": Case(
        remove("Shop/Publisher"),
        remove("Shop/Letters"),
        declared=True,
    ),
    "R108": Case(
        change(
            "Shop",
            lambda t: t["Metadata"]["crossbus"]["publishes"].append(
                {"source": "shop", "detail-type": "ItemSent"}
            ),
        ),
        nothing,
        declared=True,
    ),
    "R109": Case(
        several(_also_publishes(), events(_SENT)),
        several(
            _also_publishes(unobserved=True),
            events(_SENT),
        ),
        declared=True,
    ),
    "R110": Case(
        change(
            "Shop",
            lambda t: t["Metadata"]["crossbus"].update(publishes=[{**PLACED, "unobserved": True}]),
        ),
        several(
            _also_publishes(unobserved=True),
            events(_SENT),
        ),
        declared=True,
    ),
    "P201": Case(
        put("Billing/ToFifo", "EventPattern", {"source": []}),
        put("Billing/ToFifo", "EventPattern", {"source": [""]}),
    ),
    "P202": Case(
        put("Billing/ToFifo", "EventPattern", {"detailType": ["ItemSold"]}),
        put("Billing/ToFifo", "EventPattern", {"replay-name": [{"exists": False}]}),
    ),
    "P203": Case(
        put("Billing/ToFifo", "EventPattern", {"detail": {"lines": {"gift": [{"exists": False}]}}}),
        put("Billing/ToFifo", "EventPattern", {"detail": {"gift": [{"exists": False}]}}),
    ),
    "P204": Case(
        put("Billing/ToFifo", "EventPattern", {"detail": {"ip": [{"cidr": "0.0.0.0/0"}]}}),
        put("Billing/ToFifo", "EventPattern", {"detail": {"ip": [{"cidr": "10.0.0.0/8"}]}}),
    ),
    "P205": Case(
        put("Billing/ToFifo", "EventPattern", {"detail.location": ["us-west"]}),
        put("Billing/ToFifo", "EventPattern", {"detail": {"location": ["us.west"]}}),
    ),
    "P206": Case(
        put("Billing/ToFifo", "EventPattern", {"source": ["x" * 2100]}),
        put("Billing/ToFifo", "EventPattern", {"source": ["x" * 2000]}),
    ),
    "F201": Case(
        put("Billing/UsSubscription", "FilterPolicy", {"detail": {"location": [{"regex": "us"}]}}),
        put("Billing/UsSubscription", "FilterPolicy", {"detail": {"location": [{"suffix": "t"}]}}),
    ),
    "F202": Case(
        put(
            "Billing/UsSubscription", "FilterPolicy", {"detail": {"locations": [{"prefix": "us-"}]}}
        ),
        put("Billing/UsSubscription", "FilterPolicy", {"detail": {"location": ["us-west"]}}),
    ),
    "F203": Case(
        put("Billing/EuSubscription", "FilterPolicy", {"detail": {"location": ["eu-east"]}}),
        put("Billing/EuSubscription", "FilterPolicy", {"detail": {"location": ["eu-west"]}}),
    ),
    "F204": Case(
        put("Billing/EuSubscription", "FilterPolicy", {"detail": {"location": [{"exists": True}]}}),
        put("Billing/EuSubscription", "FilterPolicy", {"detail": {"location": [{"prefix": "e"}]}}),
    ),
    "F205": Case(
        several(
            put("Billing/UsSubscription", "FilterPolicy", {"location": ["us-west"]}),
            drop("Billing/UsSubscription", "FilterPolicyScope"),
        ),
        put("Billing/UsSubscription", "FilterPolicy", {"detail": {"location": ["us-west"]}}),
    ),
    "F206": Case(
        put("Billing/UsSubscription", "FilterPolicyScope", "MessageAttributes"),
        put("Billing/UsSubscription", "FilterPolicyScope", "MessageBody"),
    ),
    "H301": Case(
        change("Billing", lambda t: t["Resources"].update(Again=_THIRD)),
        several(
            change("Billing", lambda t: t["Resources"].update(Again=_THIRD)),
            put("Billing/Again", "EventPattern", _OTHER_TYPE),
        ),
    ),
    "H302": Case(
        change("Billing", lambda t: t["Resources"].update(Back=_FORWARD_BACK)),
        several(
            change("Billing", lambda t: t["Resources"].update(Back=_FORWARD_BACK)),
            put("Billing/Back", "EventPattern", _OTHER_TYPE),
        ),
    ),
    "H303": Case(
        change(
            "Billing",
            lambda t: t["Resources"]["AsyncRole"]["Properties"]["Policies"][0]["PolicyDocument"][
                "Statement"
            ].append({"Effect": "Allow", "Action": "events:PutEvents", "Resource": arn("Bus")}),
        ),
        change(
            "Billing",
            lambda t: t["Resources"]["AsyncRole"]["Properties"]["Policies"][0]["PolicyDocument"][
                "Statement"
            ].append({"Effect": "Deny", "Action": "events:PutEvents", "Resource": arn("Bus")}),
        ),
    ),
    "H304": Case(
        put(
            "Billing/ToFifo",
            "Targets",
            [{"Id": "T", "Arn": "arn:aws:codebuild:x:1:project/p", "RoleArn": "r"}],
        ),
        nothing,
    ),
    "H305": Case(
        put("Billing/ToFifo", "Targets", [{"Id": "T", "Arn": {"Ref": "Given"}}]),
        nothing,
    ),
    "H306": Case(
        put("Billing/ToFifo", "Targets", ["Fifo"]),
        put("Billing/ToFifo", "Targets", {"Id": "T", "Arn": arn("Fifo")}),
    ),
    "H307": Case(
        put("Billing/ToFifo", "Targets", {"Ref": "Given"}),
        put("Billing/ToFifo", "Targets", [{"Id": "T", "Arn": {"Ref": "Given"}}]),
    ),
    "J801": Case(
        put("Billing/ToFifo", "State", "DISABLED"), put("Billing/ToFifo", "State", "ENABLED")
    ),
    "J802": Case(remove("Billing/ToFifo"), remove("Billing/ToLog")),
    "J803": Case(
        remove("Billing/EuMapping"),
        nothing,
    ),
    "J804": Case(
        put("Billing/ToFifo", "Targets", []),
        put("Billing/ToFifo", "Targets", [{"Id": "T", "Arn": arn("Fifo")}]),
    ),
    "J805": Case(
        drop("Billing/ToFifo", "EventBusName"),
        several(
            drop("Billing/ToFifo", "EventBusName"),
            put("Billing/ToFifo", "EventPattern", {"source": ["aws.s3"]}),
        ),
        declared=True,
    ),
    "J806": Case(
        put("Billing/UsSubscription", "Endpoint", _NOWHERE),
        put("Billing/UsSubscription", "Endpoint", _NOWHERE.replace(SHOP, "033333333333")),
    ),
    "J807": Case(
        put(
            "Billing/UsMapping", "FilterCriteria", {"Filters": [{"Pattern": '{"body":{"a":[1]}}'}]}
        ),
        put(
            "Billing/UsMapping",
            "FilterCriteria",
            {"Filters": [{"Pattern": '{"body":{"detail":{"total":[{"numeric":[">",200]}]}}}'}]},
        ),
    ),
    "L704": Case(
        events(event("us-west", detail={"location": "us-west", "x": "x" * 300_000})), nothing
    ),
    "L706": Case(
        put("Billing/Us", "MaximumMessageSize", 100), put("Billing/Us", "MaximumMessageSize", 2048)
    ),
}
