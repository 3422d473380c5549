"""Mistakes that somebody may make in this code or in these stacks: the simulation finds them."""

from simulate.mutations import Change, Mutation, Template, replaced, setting, without

_QUEUE = "AWS::SQS::Queue"
_MAPPING = "AWS::Lambda::EventSourceMapping"
_RULE = "AWS::Events::Rule"
_SUBSCRIPTION = "AWS::SNS::Subscription"
_ALARM = "AWS::CloudWatch::Alarm"


def _code(name: str, path: str, old: str, new: str, harmless: str = "") -> Mutation:
    return Mutation(name, {path: [(old, new)]}, harmless=harmless)


def _of_another(queue: str, other: str) -> Change:
    """Has one queue give up to the dead-letter place of another."""

    def change(template: Template) -> int:
        queues = {
            resource["Properties"].get("QueueName"): resource["Properties"]
            for resource in template["Resources"].values()
            if resource["Type"] == _QUEUE
        }
        if queue not in queues:
            return 0
        queues[queue]["RedrivePolicy"] = queues[other]["RedrivePolicy"]
        return 1

    return change


def _swapped(of: str) -> Change:
    """Has the two subscriptions with this in their ids deliver to each other's queue."""

    def change(template: Template) -> int:
        found = [
            resource["Properties"]
            for id, resource in template["Resources"].items()
            if resource["Type"] == _SUBSCRIPTION and of in id
        ]
        if found:
            one, other = found
            one["Endpoint"], other["Endpoint"] = other["Endpoint"], one["Endpoint"]
        return len(found)

    return change


def _watching_another(metric: str) -> Change:
    """Has each alarm on a metric watch what the next of them should."""

    def change(template: Template) -> int:
        alarms = [
            resource["Properties"]
            for resource in template["Resources"].values()
            if resource["Type"] == _ALARM and resource["Properties"].get("MetricName") == metric
        ]
        watched = [alarm["Dimensions"] for alarm in alarms]
        for alarm, dimensions in zip(alarms, watched[1:] + watched[-1:], strict=True):
            alarm["Dimensions"] = dimensions
        return len(alarms)

    return change


MUTATIONS: tuple[Mutation, ...] = (
    # The runtime: units of work, and what is published.
    _code(
        "a write does not ask whether the item is as it was read",
        "eventing/transactions.py",
        'write["ConditionExpression"] = "revision = :read"\n'
        '        write["ExpressionAttributeValues"] = {":read": {"N": str(revision)}}',
        "pass",
    ),
    _code(
        "a new item does not ask whether there is one",
        "eventing/transactions.py",
        'write["ConditionExpression"] = "attribute_not_exists(pk)"',
        "pass",
    ),
    _code(
        "a revision does not rise",
        "eventing/unit_of_work.py",
        '"revision": (revision or 0) + 1',
        '"revision": revision or 1',
    ),
    _code(
        "state and event are written in two calls, the state first",
        "eventing/unit_of_work.py",
        "transactions.transact(self._table.client, writes)",
        "box = self._table.outbox\n"
        "            of_outbox = [w for w in writes if w.get('Put', {}).get('TableName') == box]\n"
        "            for part in ([w for w in writes if w not in of_outbox], of_outbox):\n"
        "                if part:\n"
        "                    transactions.transact(self._table.client, part)",
    ),
    _code(
        "state and event are written in two calls, the event first",
        "eventing/unit_of_work.py",
        "transactions.transact(self._table.client, writes)",
        "box = self._table.outbox\n"
        "            of_outbox = [w for w in writes if w.get('Put', {}).get('TableName') == box]\n"
        "            for part in (of_outbox, [w for w in writes if w not in of_outbox]):\n"
        "                if part:\n"
        "                    transactions.transact(self._table.client, part)",
    ),
    _code(
        "the outbox is emptied before the bus has the event",
        "eventing/publishing.py",
        "            failed = self._put(chunk)\n",
        "            self._delete([one.key for one in chunk])\n"
        "            failed = self._put(chunk)\n",
        harmless="the stream shows the item for a day, whoever has deleted it: only a bus that "
        "takes nothing for longer would lose it",
    ),
    _code(
        "a publisher does not ask whether its bus is there",
        "eventing/publishing.py",
        "            self._events.describe_event_bus(Name=self._settings.bus_name)\n",
        "",
    ),
    _code(
        "entries that the bus refused are taken for published",
        "eventing/publishing.py",
        "                elif code:\n                    failed.append(one)",
        "                elif code:\n                    pass",
    ),
    _code(
        "a call that failed is taken for published",
        "eventing/publishing.py",
        "                break\n            failed = []",
        "                return Unpublished(set(), set())\n            failed = []",
    ),
    _code(
        "items of the outbox that were left undeleted are forgotten",
        "eventing/publishing.py",
        "                if not asked:\n                    break",
        "                break",
        harmless="the sweeper finds them, and publishes them again: consumers know them",
    ),
    _code(
        "reads need not be consistent",
        "eventing/dynamodb.py",
        "ConsistentRead=True",
        "ConsistentRead=False",
    ),
    _code(
        "a transaction that throttling cancels is taken for done",
        "eventing/transactions.py",
        "            if attempt == ATTEMPTS - 1:",
        "            if attempt == ATTEMPTS - 1:\n                return",
    ),
    # The runtime: consumers.
    _code(
        "the messages that failed are not reported",
        "eventing/sources.py",
        '[{"itemIdentifier": message_id} for message_id in failed]',
        "[]",
    ),
    _code(
        "an error of a whole batch is logged, and no more",
        "eventing/consumer.py",
        "                errors |= dict.fromkeys(messages, error)",
        "                pass",
    ),
    _code(
        "whatever fails becomes a dead letter at once",
        "eventing/consumer.py",
        "    left = [id for id, error in errors.items() if not isinstance(error, NeverSucceeds)]",
        "    errors = {id: NeverSucceeds(str(error)) for id, error in errors.items()}\n"
        "    left = []",
    ),
    _code(
        "an unreadable message is not told of beside others",
        "eventing/consumer.py",
        "errors |= consume(messages)",
        "errors = consume(messages)",
    ),
    _code(
        "a failed message comes again at once",
        "eventing/queues.py",
        "VisibilityTimeout=round(pause * random.uniform(0.75, 1))",
        "VisibilityTimeout=0",
    ),
    _code(
        "what can never succeed is tried again for good",
        "eventing/consumer.py",
        "    left = [id for id, error in errors.items() if not isinstance(error, NeverSucceeds)]",
        "    errors = {id: ValueError(str(error)) for id, error in errors.items()}\n"
        "    left = list(errors)",
        harmless="after 200 receives the queue sets it aside by itself, days later",
    ),
    _code(
        "a batch goes on as if keys left unread were not there",
        "eventing/dynamodb.py",
        '        asked = answer.get("UnprocessedKeys")\n',
        "        asked = None\n",
    ),
    _code(
        "messages that a queue did not take are forgotten",
        "eventing/sending.py",
        'for failed in answer.get("Failed", [])',
        "for failed in []",
    ),
    _code(
        "a queue that takes nothing is no error",
        "eventing/sending.py",
        "return dict.fromkeys(batch, error)",
        "return {}",
    ),
    _code(
        "what is redelivered and refused is taken for delivered",
        "eventing/delivering.py",
        "            raise NeverSucceeds(str(error)) from error\n        raise\n",
        "            raise NeverSucceeds(str(error)) from error\n",
    ),
    # Domains.
    _code(
        "whoever looks at an order gets an error",
        "orders/get_order.py",
        "    return handler",
        "    return None",
    ),
    _code(
        "an invoice's total leaves the tax out",
        "invoicing/numbering.py",
        "        tax=draft.tax,\n        total=draft.total,",
        "        tax=draft.tax,\n        total=draft.net,",
    ),
    _code(
        "a credit note credits the net alone",
        "invoicing/numbering.py",
        "        credit_note_number=number,\n        total=draft.total,",
        "        credit_note_number=number,\n        total=draft.net,",
    ),
    _code(
        "an event goes under the id of its cause",
        "invoicing/numbering.py",
        "correlation_id=cause.correlation_id",
        "correlation_id=cause.causation_id",
    ),
    _code(
        "a repeated order is not known by its key",
        "orders/store.py",
        "            unit.put(FIRST_REQUESTS, request.key, request)",
        "            pass",
    ),
    _code(
        "an idempotency key is forgotten after a second",
        "orders/store.py",
        "KEY_KEPT = timedelta(days=1)",
        "KEY_KEPT = timedelta(seconds=1)",
    ),
    _code(
        "an idempotency key is not the customer's own",
        "orders/place_order.py",
        'named = f"{command.customer_id}#{key}"',
        "named = key",
    ),
    _code(
        "an order that is shipped can be cancelled",
        "orders/order.py",
        "    if order.shipment_id is not None:",
        "    if order.status == 'NEVER':",
    ),
    _code(
        "a late event takes an order's status back",
        "orders/order.py",
        "status=max(order.status, status, key=LIFE.index)",
        "status=status",
    ),
    _code(
        "a late event takes a hold back",
        "orders/order.py",
        "    if revision <= order.hold_revision:\n        return order\n",
        "",
    ),
    _code(
        "a number is given to an order that has one",
        "invoicing/numbering.py",
        "if after.draft and not after.invoice_number:",
        "if after.draft and isinstance(request, Draft):",
    ),
    _code(
        "a cancellation that comes first is dropped",
        "invoicing/numbering.py",
        "        if after != before:",
        "        if after != before and after.draft:",
    ),
    _code(
        "the counters are not written with the invoices",
        "invoicing/store.py",
        "            unit.put(COUNTERS, jurisdiction, made.counters)",
        "            pass",
    ),
    _code(
        "the counters are written before the invoices",
        "invoicing/store.py",
        "            unit.put(COUNTERS, jurisdiction, made.counters)",
        "            table.transact(\n"
        "                lambda own: (own.get(COUNTERS, jurisdiction),\n"
        "                             own.put(COUNTERS, jurisdiction, made.counters))\n"
        "            )",
    ),
    _code(
        "a request that was not numbered is taken for done",
        "invoicing/number_invoice.py",
        "errors |= consume_together(group, partial(_number, table))",
        "consume_together(group, partial(_number, table))",
    ),
    _code(
        "a batch of several jurisdictions is numbered as one",
        "invoicing/number_invoice.py",
        "groups.setdefault(request.jurisdiction, {})",
        'groups.setdefault("", {})',
    ),
    _code(
        "the numbering queue knows a request by its message, not by its event",
        "invoicing/issue_invoice.py",
        '"MessageDeduplicationId": event.metadata.id,',
        '"MessageDeduplicationId": __import__("uuid").uuid4().hex,',
        harmless="numbering knows an order by its id: the queue's memory of five minutes only "
        "saves it work",
    ),
    Mutation(
        "a document is announced only when it is new",
        {
            "invoicing/render_invoice.py": [
                (
                    "        s3.put_object(",
                    "        try:\n"
                    "            s3.get_object(Bucket=bucket, Key=key)\n"
                    "            return\n"
                    "        except s3.exceptions.NoSuchKey:\n"
                    "            pass\n"
                    "        s3.put_object(",
                ),
                (
                    "        return errors | publish_all(",
                    "        stored = {id: one for id, one in stored.items() if one}\n"
                    "        return errors | publish_all(",
                ),
            ]
        },
        replaced('"s3:PutObject"', '"s3:*"'),
    ),
    Mutation(
        "a document is written after it is announced",
        {
            "invoicing/render_invoice.py": [
                (
                    "s3.put_object(Bucket=bucket, Key=key, Body=page.encode(), "
                    'ContentType="text/html")',
                    "pages[key] = page",
                ),
                ("stored, errors =", "pages.clear()\n        stored, errors ="),
                (
                    "return errors | publish_all(sns, settings.topic_arn, stored)",
                    "errors |= publish_all(sns, settings.topic_arn, stored)\n"
                    "        for key, page in pages.items():\n"
                    "            s3.put_object(Bucket=bucket, Key=key, Body=page.encode())\n"
                    "        return errors",
                ),
                ("bucket = settings.bucket_name", "bucket, pages = settings.bucket_name, {}"),
            ]
        },
    ),
    _code(
        "a hold is announced under the id of its ticket's event",
        "invoicing/store.py",
        "            data,\n            subject=told.order_id,",
        "            data,\n            id=event.metadata.id,\n            subject=told.order_id,",
    ),
    _code(
        "a ticket that is resolved opens again",
        "invoicing/hold.py",
        'if known in (status, "RESOLVED"):',
        "if known == status:",
    ),
    _code(
        "a shipment is dispatched again for each message",
        "fulfillment/shipment.py",
        "        return not stays and self.dispatched_at is None",
        "        return not stays",
    ),
    _code(
        "a shipment forgets a cancellation that comes before its order",
        "fulfillment/shipment.py",
        "case OrderCancelled() if shipment.dispatched_at is None:",
        "case OrderCancelled() if shipment.dispatched_at is None and shipment.plan:",
    ),
    _code(
        "a ticket holds no shipment",
        "fulfillment/shipment.py",
        "        stays = self.plan is None or self.is_cancelled or self.is_held",
        "        stays = self.plan is None or self.is_cancelled",
    ),
    _code(
        "a dispatch is asked for only when something is new",
        "fulfillment/store.py",
        "            unit.put(SHIPMENTS, order_id, after)\n"
        "        return after\n\n"
        "    return table.transact(followed)",
        "            unit.put(SHIPMENTS, order_id, after)\n"
        "            return after\n"
        "        return Shipment(order_id=order_id)\n\n"
        "    return table.transact(followed)",
    ),
    _code(
        "a due shipment that is not planned yet is forgotten",
        "fulfillment/store.py",
        "            raise ShipmentNotFound(order_id)",
        "            return None",
        harmless="the plan is stored before its dispatch is asked for",
    ),
    _code(
        "an event of the partner is translated as often as it comes",
        "support/store.py",
        "        if unit.get(TRANSLATED, id):\n            return None\n",
        "",
    ),
    _code(
        "a ticket is resolved as often as the partner says so",
        "support/ticket.py",
        "return None if ticket.resolved else _resolved(ticket)",
        "return _resolved(ticket)",
    ),
    _code(
        "of two lines with one product, one is counted",
        "insights/demand.py",
        "] += line.quantity",
        "] = line.quantity",
    ),
    _code(
        "what is counted twice is not known",
        "insights/store.py",
        "    if unit.get(COUNTED, part.id):\n        return 0\n",
        "    unit.get(COUNTED, part.id)\n",
    ),
    # Templates.
    Mutation(
        "a queue shows its messages before its function is done",
        template=setting(_QUEUE, ["VisibilityTimeout"], 5, of='"maxReceiveCount": 200'),
    ),
    Mutation(
        "a mapping takes no report of failures",
        template=setting(_MAPPING, ["FunctionResponseTypes"], None),
    ),
    Mutation(
        "a message is dead after its first failure",
        template=replaced('"maxReceiveCount": 200', '"maxReceiveCount": 1'),
    ),
    Mutation(
        "queues keep messages for half an hour",
        template=setting(_QUEUE, ["MessageRetentionPeriod"], 1800, of='"maxReceiveCount": 200'),
    ),
    Mutation(
        "rules have no place for what they give up",
        template=setting(_RULE, ["Targets", "0", "DeadLetterConfig"], None),
    ),
    Mutation(
        "subscriptions have no place for what they give up",
        template=setting(_SUBSCRIPTION, ["RedrivePolicy"], None),
    ),
    Mutation(
        "nothing redelivers what rules and topics gave up",
        template=setting(_MAPPING, ["Enabled"], False, of="RedeliveryFunction"),
    ),
    Mutation(
        "rules do not try again",
        template=setting(_RULE, ["Targets", "0", "RetryPolicy"], {"MaximumRetryAttempts": 0}),
        harmless="what they give up is redelivered",
    ),
    Mutation(
        "the sweepers are off",
        template=setting(_RULE, ["State"], "DISABLED", of="OutboxSweep"),
    ),
    Mutation(
        "the publishers are off",
        template=setting(_MAPPING, ["Enabled"], False, of="OutboxTable"),
        harmless="the sweepers publish all, three minutes later, and alarms ring for that",
    ),
    Mutation(
        "a bus lets nobody in",
        template=without("AWS::Events::EventBusPolicy", of="OrderPlaced"),
    ),
    Mutation(
        "a queue lets the topic no longer in",
        template=without("AWS::SQS::QueuePolicy", of="euordersQueue"),
        harmless="what the topic gives up is redelivered, in a role that needs no such policy",
    ),
    Mutation(
        "functions may not write to their tables",
        template=replaced('"dynamodb:PutItem"', '"dynamodb:PutNothing"'),
    ),
    Mutation(
        "a rule does not carry cancellations",
        template=replaced('["OrderPlaced", "OrderCancelled"]', '["OrderPlaced"]'),
    ),
    Mutation(
        "a filter policy leaves a location out",
        template=replaced('"location": ["eu-west", "eu-east"]', '"location": ["eu-west"]'),
    ),
    Mutation(
        "the audit log hears nothing",
        template=setting(_RULE, ["State"], "DISABLED", of="-audit"),
    ),
    Mutation(
        "the lake hears nothing",
        template=setting(_RULE, ["State"], "DISABLED", of="insights-to-audit"),
    ),
    Mutation("the archives of two regions are swapped", template=_swapped("Archive")),
    Mutation(
        "the outbox's stream is not read again",
        template=setting(_MAPPING, ["MaximumRetryAttempts"], 0, of="OutboxTable"),
    ),
    Mutation(
        "nothing is forgotten at its time",
        template=setting("AWS::DynamoDB::Table", ["TimeToLiveSpecification", "Enabled"], False),
    ),
    Mutation(
        "the outbox's stream shows keys alone",
        template=setting(
            "AWS::DynamoDB::Table",
            ["StreamSpecification", "StreamViewType"],
            "KEYS_ONLY",
            of="StreamSpecification",
        ),
        harmless="the publishers fail, and the sweepers publish all; alarms ring for that",
    ),
    Mutation(
        "everybody gets every ticket",
        template=replaced('"department": ["billing"]', '"department": [{"exists": true}]'),
    ),
    Mutation(
        "numbering is no FIFO queue any more in what it keeps apart",
        {
            "invoicing/issue_invoice.py": [
                ('"MessageGroupId": request.jurisdiction', '"MessageGroupId": request.order_id')
            ]
        },
        harmless="the condition on the counters keeps writers apart, only with more retries",
    ),
    # What can never be processed.
    Mutation(
        "a consumer's queue gives up nothing",
        template=setting(_QUEUE, ["RedrivePolicy"], None, of='"QueueName": "shipment-orders"'),
    ),
    Mutation(
        "a consumer's dead letters go to another's place",
        template=_of_another("shipment-orders", "shipment-tickets"),
    ),
    Mutation(
        "a queue that keeps order gives up nothing",
        template=setting(_QUEUE, ["RedrivePolicy"], None, of="invoice-numbering.fifo"),
    ),
    Mutation(
        "a rule's undelivered events are given up to nowhere",
        template=setting(_QUEUE, ["RedrivePolicy"], None, of='-undelivered"'),
    ),
    Mutation(
        "dead letters are forgotten after a day",
        template=replaced('"MessageRetentionPeriod": 1209600', '"MessageRetentionPeriod": 86400'),
    ),
    Mutation(
        "a stream's reader gives up to nowhere",
        template=setting(_MAPPING, ["DestinationConfig"], None, of="ProjectDemand"),
    ),
    # Alarms.
    Mutation(
        "nobody is told of dead letters",
        template=without(_ALARM, of="NotEmpty"),
    ),
    Mutation(
        "nobody is told of one consumer's dead letters",
        template=without(_ALARM, of='"partner-tickets-dead-letters holds'),
    ),
    Mutation(
        "ten dead letters are too few to tell of",
        template=setting(_ALARM, ["Threshold"], 10, of="ApproximateNumberOfMessagesVisible"),
    ),
    Mutation(
        "the alarm on one place watches another",
        template=_watching_another("ApproximateNumberOfMessagesVisible"),
    ),
    Mutation(
        "alarms tell nobody",
        template=setting(_ALARM, ["ActionsEnabled"], False),
    ),
    Mutation(
        "topics of alarms let CloudWatch not in",
        template=replaced(
            '"Principal": {"Service": "cloudwatch.amazonaws.com"}',
            '"Principal": {"Service": "events.amazonaws.com"}',
        ),
    ),
    Mutation(
        "old messages are told of after a day",
        template=setting(_ALARM, ["Threshold"], 86_400, of="ApproximateAgeOfOldestMessage"),
    ),
    Mutation(
        "nobody is told of what a consumer fails on",
        template=without(_ALARM, of="FailingAge"),
    ),
    Mutation(
        "a function has to fail in each minute for somebody to be told",
        template=setting(_ALARM, ["DatapointsToAlarm"], 30, of='"EvaluationPeriods": 30'),
    ),
    _code(
        "an order that is invoiced is awaited still",
        "invoicing/numbering.py",
        "issued_at=at, awaited_since=None",
        "issued_at=at",
    ),
    _code(
        "a sweeper says nothing of an outbox that is empty",
        "eventing/sweeper.py",
        "        metrics.add_metric(",
        "        if items:\n            metrics.add_metric(",
    ),
    Mutation(
        "an outbox that is empty is told of",
        template=setting(_ALARM, ["Threshold"], -1, of="OutboxAge"),
    ),
    Mutation(
        "nobody is told of a reader that is behind its stream",
        template=without(_ALARM, of="IteratorAge"),
        harmless="what holds a reader up makes its function fail, which is told of; a mapping that "
        "somebody turned off by hand is excused, as no metric of Lambda's hears it",
    ),
    Mutation(
        "nobody is told of what is not published",
        template=without(_ALARM, of="OutboxAge"),
        harmless="what keeps events in an outbox makes its publisher or its sweeper fail, and that "
        "is told of",
    ),
)
