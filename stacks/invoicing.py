"""The invoicing domain: drafts an invoice for each order, numbers it without gaps, renders it."""

import aws_cdk as cdk
from constructs import Construct

from contracts.invoicing import SOURCE
from stacks.building_blocks.buffered_consumer import BufferedConsumer
from stacks.building_blocks.document_bucket import DocumentBucket
from stacks.building_blocks.filtered_topic import FilteredTopic
from stacks.building_blocks.queues import BufferedQueue
from stacks.domain_stack import DomainStack
from stacks.subscriptions import SOURCES, producers_for
from stacks.topology import Topology

DOMAIN = "invoicing"

REGIONS = ("us", "eu")
"""The queues of each topic: one for the locations us-*, one for eu-*."""


class Invoicing(DomainStack):
    """Bus `invoicing` → topic → queues → draft → FIFO queue → number → table → bus → document."""

    def __init__(self, scope: Construct, *, topology: Topology) -> None:
        super().__init__(scope, topology=topology, domain=DOMAIN)
        self.table = self.outbox().table
        self._issue_invoices(self._number_invoices())
        self._render_invoices()
        cdk.CfnOutput(self, "TableName", value=self.table.table_name)

    def _consumer(
        self, id: str, module: str, queues: list[str], env: dict[str, str], *, fifo: bool = False
    ) -> BufferedConsumer:
        return BufferedConsumer(
            self,
            id,
            domain=DOMAIN,
            module=module,
            queues=queues,
            fifo=fifo,
            alarms=self.alarms,
            layers=self.layers,
            environment=env,
        )

    def _number_invoices(self) -> BufferedQueue:
        env = {"TABLE_NAME": self.table.table_name}
        queue = "invoice-numbering"
        numbering = self._consumer("NumberInvoice", "number_invoice", [queue], env, fifo=True)
        self.table.grant(numbering.function, "dynamodb:BatchGetItem", "dynamodb:PutItem")
        return numbering.queues[queue]

    def _issue_invoices(self, numbering: BufferedQueue) -> None:
        env = {"NUMBERING_QUEUE_URL": numbering.queue.queue_url}
        queues = {region: f"{region}-orders" for region in REGIONS}
        issuing = self._consumer("IssueInvoice", "issue_invoice", list(queues.values()), env)
        numbering.queue.grant(issuing.function, "sqs:SendMessage")
        topic = FilteredTopic(self, "Orders", name="orders", key=self.key, alarms=self.alarms)
        for region, name in queues.items():
            policy = {"detail": {"data": {"location": [{"prefix": f"{region}-"}]}}}
            topic.subscribe_by_body(region.upper(), issuing.queues[name], policy)
        for producer, detail_types in producers_for(DOMAIN).items():
            self.deliver(
                f"{producer.capitalize()}ToTopic",
                name=f"{producer}-to-topic",
                source=SOURCES[producer],
                detail_types=detail_types,
                to=topic,
            )

    def _render_invoices(self) -> None:
        documents = DocumentBucket(self, "Documents", removal_policy=self.topology.removal_policy)
        topic = FilteredTopic(
            self, "Announcements", name="documents", key=self.key, alarms=self.alarms
        )
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
            topic.subscribe_by_attributes(region.upper(), archive, policy)
        env = {
            "TABLE_NAME": self.table.table_name,
            "BUCKET_NAME": documents.bucket.bucket_name,
            "TOPIC_ARN": topic.topic.topic_arn,
        }
        queue = "issued-invoices"
        rendering = self._consumer("RenderInvoice", "render_invoice", [queue], env)
        self.table.grant(rendering.function, "dynamodb:GetItem")
        documents.allow_put(rendering.function, prefix="invoices/")
        topic.allow_publish(rendering.function)
        self.deliver(
            "IssuedToRender",
            name="issued-to-render",
            source=SOURCE,
            detail_types=["InvoiceIssued"],
            to=rendering.queues[queue],
        )
