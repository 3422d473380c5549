"""The consumers that use invoicing's table: off while it is restored, on again afterwards."""

from typing import Any

from business.deployed import Deployed
from business.restore.evidence import DOMAIN
from operate.consumers import Consumer, consumers, switch
from operate.messages import Box
from operate.polling import poll
from operate.replay import Report

POLL_S = 0.5


def users(deployed: Deployed) -> list[Consumer]:
    """The consumers whose functions have the table. Who publishes the outbox is not among them."""
    stack = deployed.stack(DOMAIN)
    name = deployed.output(DOMAIN, "TableName")
    [table] = [
        {"Ref": each.logical_id}
        for each in stack.resources.values()
        if each.type == "AWS::DynamoDB::Table" and deployed.system.physical(each) == name
    ]
    return [
        consumer
        for consumer in consumers(deployed.system)
        if consumer.hop.resource.stack is stack and _variables(consumer).get("TABLE_NAME") == table
    ]


def pause(deployed: Deployed, say: Report) -> None:
    """Pauses them, and waits until none of them works on a batch any more."""
    using = users(deployed)
    for consumer in using:
        if consumer.is_on:
            switch(deployed.system, consumer, on=False)
            say(f"{consumer.label}: paused")
    boxes = [Box(deployed.system, consumer.hop.source) for consumer in using]
    longest = max(_timeout(consumer) for consumer in using)
    in_flight = poll(
        lambda: sum(box.depths()["in flight"] for box in boxes),
        lambda depth: not depth,
        every_s=POLL_S,
        within_s=longest,
    )
    if in_flight:
        say("what is still in flight waits to be tried again: no function runs for so long")


def resume(deployed: Deployed, say: Report) -> None:
    """Lets them read again what has waited."""
    for consumer in users(deployed):
        switch(deployed.system, consumer, on=True)
        say(f"{consumer.label}: resumed")


def _variables(consumer: Consumer) -> dict[str, Any]:
    """The environment of a consumer's function, as its template has it."""
    function = consumer.hop.target.resource
    properties = function.definition.get("Properties", {}) if function else {}
    found: dict[str, Any] = properties.get("Environment", {}).get("Variables", {})
    return found


def _timeout(consumer: Consumer) -> float:
    function = consumer.hop.target.resource
    return float(str(function.get("Timeout"))) if function else 0.0
