"""Puts what is posted on the bus, as an event."""

import os

import boto3

events = boto3.client("events")


def handler(event, _context):
    entry = {
        "EventBusName": os.environ["BUS"],
        "Source": "shop.example",
        "DetailType": "ThingHappened",
        "Detail": event["body"],
    }
    answer = events.put_events(Entries=[entry])
    return {"statusCode": 500 if answer["FailedEntryCount"] else 202}
