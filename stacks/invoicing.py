"""The invoicing domain: drafts an invoice for each order, numbers it without gaps, renders it."""

from typing import get_args

import aws_cdk as cdk

from contracts.language.types import Location
from stacks.building_blocks.alarms import Severity
from stacks.building_blocks.document_bucket import DocumentBucket
from stacks.building_blocks.domain_table import DomainTable
from stacks.building_blocks.queues import BufferedQueue
from stacks.domain_stack import DomainStack

REGIONS = ("us", "eu")
"""The queues of each topic: one for the locations us-*, one for eu-*."""

LOCATIONS = {
    region: [location for location in get_args(Location) if location.startswith(f"{region}-")]
    for region in REGIONS
}


class Invoicing(DomainStack):
    """Bus `invoicing` → topic → queues → draft → FIFO queue → number → table → bus → document."""

    def compose(self) -> None:
        table, outbox = self.table(), self.outbox()
        numbering = self.consumer(
            "number_invoice",
            table.may("BatchGetItem", "PutItem"),
            outbox.may_write(),
            queues=["invoice-numbering"],
            fifo=True,
        )
        self._issue_invoices(table, numbering.queue)
        self._reconcile(table)
        self._render_invoices(table)
        self.consumer(
            "hold_invoice",
            table.may("GetItem", "PutItem"),
            outbox.may_write(),
            queues=["billing-tickets"],
            events=self.observed_of("support"),
        )

    def _issue_invoices(self, table: DomainTable, numbering: BufferedQueue) -> None:
        issuing = self.consumer(
            "issue_invoice",
            table.may("PutItem"),
            numbering.may_send("NUMBERING_QUEUE_URL"),
            queues=[f"{region}-orders" for region in REGIONS],
        )
        topic = self.topic("order-events")
        topic.part_by_body(
            "detail.data.location",
            [(issuing.queues[f"{region}-orders"], LOCATIONS[region]) for region in REGIONS],
        )
        for events in self.observed_of("orders"):
            self.deliver(events, to=topic)

    def _reconcile(self, table: DomainTable) -> None:
        awaited = table.index("awaited", partition="jurisdiction", sort="awaitedSince")
        reconciling = self.sweep("reconcile", awaited)
        self.alarms.above(
            self,
            "Overdue",
            metric=reconciling.written("InvoicesOverdue"),
            limit=0,
            periods=3,
            severity=Severity.WAKE,
            silence_is_bad=True,
            meaning="Orders are known for longer than 30 minutes and not invoiced, or nobody "
            "looks: the log of invoicing.reconcile has their ids.",
        )

    def _render_invoices(self, table: DomainTable) -> None:
        documents = DocumentBucket(self, "Bucket", removal_policy=self.topology.removal_policy)
        announcements = self.topic("documents")
        announcements.part_by_attribute(
            "location", [(self._archive(region), LOCATIONS[region]) for region in REGIONS]
        )
        self.consumer(
            "render_invoice",
            table.may("BatchGetItem", "GetItem"),
            documents.may_put("invoices/", "credit-notes/"),
            announcements.may_publish(),
            queues=["issued-invoices"],
            events=[self.own("InvoiceIssued", "InvoiceVoided")],
        )

    def _archive(self, region: str) -> BufferedQueue:
        """Where the archive of records of a region takes over, once there is one: its alarm comes
        when announcements are about to be forgotten.
        """
        return BufferedQueue(
            self,
            f"{region.upper()}Archive",
            name=f"{region}-archive",
            alarms=self.alarms,
            visibility=cdk.Duration.minutes(2),
            max_age=cdk.Duration.days(7),
            severity=Severity.TELL,
        )
