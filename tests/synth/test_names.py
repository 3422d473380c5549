"""A name of several words is written as each place needs it."""

from stacks.names import construct_id
from stacks.subscriptions import EVERYTHING
from stacks.topology import DOMAINS
from tests.synth import made_up
from tests.synth.conftest import Templates
from tests.synth.made_up import Extended
from tests.synth.template import Template, strings, target


def added(extended_templates: Templates) -> Template:
    return extended_templates[made_up.DOMAIN]


def test_a_domain_more_is_a_stack_more(extended_templates: Templates) -> None:
    assert set(extended_templates) == {*DOMAINS, made_up.DOMAIN}


def test_template_and_stack_are_named_after_a_domain_of_several_words(
    extended: Extended, extended_templates: Templates
) -> None:
    stack = added(extended_templates)
    assert stack.path == extended.assembly / "MadeUpDomain.template.json"
    assert stack.stack_name == f"crossbus-dev-{made_up.DOMAIN}"
    assert stack.account not in {extended_templates[domain].account for domain in DOMAINS}


def test_its_bus_topics_and_rules_have_its_name(extended_templates: Templates) -> None:
    stack = added(extended_templates)
    (bus,) = stack.of("AWS::Events::EventBus").values()
    assert bus["Name"] == made_up.DOMAIN
    topics = {topic["TopicName"] for topic in stack.of("AWS::SNS::Topic").values()}
    assert topics == {f"{made_up.DOMAIN}-{of}" for of in ("alarms", "notices", "operations")}
    rules = {rule["Name"] for rule in stack.of("AWS::Events::Rule").values()}
    assert rules == {
        f"{made_up.DOMAIN}-audit",
        f"{made_up.DOMAIN}-sweep",
        f"alarms-to-{made_up.DOMAIN}-operations",
        f"{made_up.PRODUCER}-to-{made_up.DOMAIN}-inbox",
        *(f"{made_up.DOMAIN}-to-{keeper}" for keeper in EVERYTHING),
    }


def test_its_queues_are_named_after_it_and_what_they_hold(extended_templates: Templates) -> None:
    queues = added(extended_templates).of("AWS::SQS::Queue").values()
    assert {queue["QueueName"] for queue in queues} == {
        f"{made_up.DOMAIN}-inbox",
        f"{made_up.DOMAIN}-inbox-dead-letters",
        f"{made_up.PRODUCER}-to-{made_up.DOMAIN}-inbox-undelivered",
        f"{made_up.DOMAIN}-audit-undelivered",
        f"alarms-to-{made_up.DOMAIN}-operations-undelivered",
        f"{made_up.DOMAIN}-sweep",
        f"{made_up.DOMAIN}-sweep-dead-letters",
        f"{made_up.DOMAIN}-sweep-undelivered",
        f"{made_up.DOMAIN}-undeliverable",
        f"{made_up.DOMAIN}-unpublished",
        *(f"{made_up.DOMAIN}-to-{keeper}-undelivered" for keeper in EVERYTHING),
    }


def test_its_functions_are_modules_of_its_package_and_of_the_runtime(
    extended_templates: Templates,
) -> None:
    functions = added(extended_templates).of("AWS::Lambda::Function").values()
    named = {
        one["Handler"]: one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for one in functions
    }
    assert named == {
        f"{made_up.PACKAGE}.take_note.handler": f"{made_up.DOMAIN}.take_note",
        "eventing.redelivery.handler": f"{made_up.DOMAIN}.redeliver",
        "eventing.publisher.handler": f"{made_up.DOMAIN}.publish_events",
        "eventing.sweeper.handler": f"{made_up.DOMAIN}.sweep_outbox",
    }


def test_its_producer_forwards_to_it_in_a_rule_of_its_own(extended_templates: Templates) -> None:
    producer, stack = extended_templates[made_up.PRODUCER], added(extended_templates)
    rules = producer.of("AWS::Events::Rule").values()
    (rule,) = [one for one in rules if one["Name"] == f"{made_up.PRODUCER}-to-{made_up.DOMAIN}"]
    (to,) = rule["Targets"]
    assert to["Arn"].endswith(f":{stack.account}:event-bus/{made_up.DOMAIN}")
    assert rule["EventPattern"]["detail-type"] == [made_up.OBSERVED]
    dead_letters = producer.of("AWS::SQS::Queue")[target(to["DeadLetterConfig"]["Arn"])]
    assert dead_letters["QueueName"] == f"{made_up.PRODUCER}-to-{made_up.DOMAIN}-undelivered"


def test_its_bus_policies_are_named_after_the_producer(extended_templates: Templates) -> None:
    policies = added(extended_templates).of("AWS::Events::EventBusPolicy").values()
    allow = f"Allow{construct_id(made_up.PRODUCER)}"
    for policy, name in zip(policies, (allow, f"{allow}Redelivery"), strict=True):
        assert policy["Statement"]["Sid"].endswith(name)


def test_the_other_domains_know_nothing_of_it_but_its_bus(extended_templates: Templates) -> None:
    """But for those who get everything."""
    ((source, _),) = added(extended_templates).events("publishes")
    account = added(extended_templates).account
    for domain, stack in extended_templates.items():
        if domain not in (made_up.DOMAIN, *EVERYTHING):
            named = {text for text in strings(stack.body) if source in text}
            assert not named
            foreign = {text for text in strings(stack.body) if account in text}
            assert bool(foreign) == (domain == made_up.PRODUCER)
