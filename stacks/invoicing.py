"""The invoicing domain: drafts an invoice for each order, numbers it without gaps, renders it."""

import aws_cdk as cdk

from stacks.building_blocks.document_bucket import DocumentBucket
from stacks.building_blocks.domain_table import DomainTable
from stacks.building_blocks.queues import BufferedQueue
from stacks.domain_stack import DomainStack

REGIONS = ("us", "eu")
"""The queues of each topic: one for the locations us-*, one for eu-*."""


class Invoicing(DomainStack):
    """Bus `invoicing` → topic → queues → draft → FIFO queue → number → table → bus → document."""

    def compose(self) -> None:
        table = self.table()
        numbering = self.consumer(
            "number_invoice",
            table.may("BatchGetItem", "PutItem"),
            queues=["invoice-numbering"],
            fifo=True,
        )
        self._issue_invoices(numbering.queue)
        self._render_invoices(table)

    def _issue_invoices(self, numbering: BufferedQueue) -> None:
        issuing = self.consumer(
            "issue_invoice",
            numbering.may_send("NUMBERING_QUEUE_URL"),
            queues=[f"{region}-orders" for region in REGIONS],
        )
        topic = self.topic("order-events")
        for region in REGIONS:
            policy = {"detail": {"data": {"location": [{"prefix": f"{region}-"}]}}}
            topic.subscribe_by_body(issuing.queues[f"{region}-orders"], policy)
        for events in self.observed:
            self.deliver(events, to=topic)

    def _render_invoices(self, table: DomainTable) -> None:
        documents = DocumentBucket(self, "Bucket", removal_policy=self.topology.removal_policy)
        announcements = self.topic("documents")
        for region in REGIONS:
            archive = BufferedQueue(
                self,
                f"{region.upper()}Archive",
                name=f"{region}-archive",
                alarms=self.alarms,
                visibility=cdk.Duration.minutes(2),
                max_age=cdk.Duration.days(1),
            )
            policy = {"location": [{"prefix": f"{region}-"}]}
            announcements.subscribe_by_attributes(archive, policy)
        self.consumer(
            "render_invoice",
            table.may("GetItem"),
            documents.may_put("invoices/"),
            announcements.may_publish(),
            queues=["issued-invoices"],
            events=[self.own("InvoiceIssued")],
        )
