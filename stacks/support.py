"""The support domain: translates what its SaaS partner says of tickets into events of its own."""

from contracts.support import PARTNER_EVENTS
from stacks.domain_stack import DomainStack


class Support(DomainStack):
    """Partner bus → `partner-tickets` → translate_ticket → table, outbox → bus `support`."""

    def compose(self) -> None:
        translating = self.consumer(
            "translate_ticket",
            self.table().may("GetItem", "PutItem"),
            self.outbox().may_write(),
            queues=["partner-tickets"],
        )
        self.receive(PARTNER_EVENTS, to=translating.queue)
