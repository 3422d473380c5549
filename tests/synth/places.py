"""Where messages wait and where what failed goes, found in a template by type."""

from collections import defaultdict

from tests.synth.template import Properties, Template, target

Senders = dict[str, set[tuple[str, str]]]


HOLDS = ("crossbus:holds", "dead letters")
"""What the metadata of a queue says that is no queue of work."""


def dead_letter_queues(stack: Template) -> set[str]:
    """The queues that hold what failed at some hop, or what no queue of a topic gets."""
    name, value = HOLDS
    return {
        id
        for id in stack.of("AWS::SQS::Queue")
        if stack.body["Resources"][id].get("Metadata", {}).get(name) == value
    }


def unrouted_queues(stack: Template) -> set[str]:
    """The queues that hold what no queue of a topic gets: subscribed, and no queue of work."""
    subscribed = {target(one["Endpoint"]) for one in stack.of("AWS::SNS::Subscription").values()}
    return subscribed & dead_letter_queues(stack)


def waiting_queues(stack: Template) -> dict[str, str]:
    """The queues of what a rule or topic could not deliver, which a function takes to redeliver.

    By logical id, the rule or subscription.
    """
    read = {target(one["EventSourceArn"]) for one in queue_mappings(stack).values()}
    return {place: hop for hop, place in failures(stack) if place in read}


def work_queues(stack: Template) -> set[str]:
    """The queues that hold messages for a consumer, in the stack or outside it."""
    return set(stack.of("AWS::SQS::Queue")) - dead_letter_queues(stack)


def failures(stack: Template) -> list[tuple[str, str]]:
    """Each hop with a place for failures, and that place: rule, subscription, queue, mapping,
    function.
    """
    found = [
        (id, target(to["DeadLetterConfig"]["Arn"]))
        for id, rule in stack.of("AWS::Events::Rule").items()
        for to in rule["Targets"]
        if "DeadLetterConfig" in to
    ]
    for type in ("AWS::SQS::Queue", "AWS::SNS::Subscription"):
        found += [
            (id, target(properties["RedrivePolicy"]["deadLetterTargetArn"]))
            for id, properties in stack.of(type).items()
            if "RedrivePolicy" in properties
        ]
    for type in ("AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig"):
        found += [
            (id, target(properties["DestinationConfig"]["OnFailure"]["Destination"]))
            for id, properties in stack.of(type).items()
            if "OnFailure" in properties.get("DestinationConfig", {})
        ]
    found += [
        (id, target(function["DeadLetterConfig"]["TargetArn"]))
        for id, function in stack.of("AWS::Lambda::Function").items()
        if "DeadLetterConfig" in function
    ]
    return found


def stream_mappings(stack: Template) -> dict[str, Properties]:
    """The event source mappings that read a stream, by logical id."""
    mappings = stack.of("AWS::Lambda::EventSourceMapping")
    return {id: one for id, one in mappings.items() if "StartingPosition" in one}


def queue_mappings(stack: Template) -> dict[str, Properties]:
    """The event source mappings that read a queue of the stack, by logical id."""
    queues = stack.of("AWS::SQS::Queue")
    mappings = stack.of("AWS::Lambda::EventSourceMapping")
    return {id: one for id, one in mappings.items() if target(one["EventSourceArn"]) in queues}


def senders_needed(stack: Template) -> Senders:
    """By queue, the service and the resource that have to send to it, from rules and topics.

    A rule delivers as a role; only to its dead-letter queue EventBridge sends as itself.
    """
    needed: Senders = defaultdict(set)
    for id, rule in stack.of("AWS::Events::Rule").items():
        for to in rule["Targets"]:
            needed[target(to["DeadLetterConfig"]["Arn"])].add(("events.amazonaws.com", id))
    for subscription in stack.of("AWS::SNS::Subscription").values():
        sender = ("sns.amazonaws.com", target(subscription["TopicArn"]))
        needed[target(subscription["Endpoint"])].add(sender)
        needed[target(subscription["RedrivePolicy"]["deadLetterTargetArn"])].add(sender)
    return needed
