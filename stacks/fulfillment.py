"""The fulfillment domain: plans a shipment for each order, and dispatches it after a while."""

import aws_cdk as cdk

from stacks.domain_stack import DomainStack


class Fulfillment(DomainStack):
    """Bus `fulfillment` → queues → plan, hold → delay queue → dispatch → table, outbox → bus."""

    def compose(self) -> None:
        table = self.table()
        may_change = table.may("BatchGetItem", "GetItem", "PutItem")
        dispatching = self.consumer(
            "dispatch_shipment",
            table.may("BatchGetItem", "PutItem"),
            self.outbox().may_write(),
            queues=["due-shipments"],
            delay=self._until_dispatch(),
        )
        may_ask = dispatching.queue.may_send("DISPATCH_QUEUE_URL")
        self.consumer(
            "plan_shipment",
            may_change,
            may_ask,
            queues=["shipment-orders"],
            events=self.observed_of("orders"),
        )
        self.consumer(
            "hold_shipment",
            may_change,
            may_ask,
            queues=["shipment-tickets"],
            events=self.observed_of("support"),
        )

    def _until_dispatch(self) -> cdk.Duration:
        """How long an order can still be cancelled; a delay queue takes 15 minutes at the most."""
        return cdk.Duration.seconds(5) if self.topology.is_development else cdk.Duration.minutes(5)
