"""The fulfillment domain: plans a shipment for each order, and dispatches it after a while."""

import aws_cdk as cdk

from stacks.domain_stack import DomainStack


class Fulfillment(DomainStack):
    """Bus `fulfillment` → queue → plan → delay queue → dispatch → table, outbox → bus."""

    def compose(self) -> None:
        may_change = self.table().may("GetItem", "PutItem")
        dispatching = self.consumer(
            "dispatch_shipment",
            may_change,
            self.outbox().may_write(),
            queues=["due-shipments"],
            delay=self._until_dispatch(),
        )
        self.consumer(
            "plan_shipment",
            may_change,
            dispatching.queue.may_send("DISPATCH_QUEUE_URL"),
            queues=["shipment-orders"],
            events=self.observed,
        )

    def _until_dispatch(self) -> cdk.Duration:
        """How long an order can still be cancelled; a delay queue takes 15 minutes at the most."""
        return cdk.Duration.seconds(5) if self.topology.is_development else cdk.Duration.minutes(5)
