"""Channels in which people read what a topic says."""

from collections.abc import Iterator

from routes.network.model import Hop
from routes.network.movers.base import Reader
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import texts


def _channel(channel: Resource, places: Places) -> Iterator[Hop]:
    """The chat channel shows what its topics say."""
    for topic in texts("SnsTopicArns", channel.get("SnsTopicArns")):
        name = str(channel.get("ConfigurationName") or channel.logical_id)
        yield Hop(
            "channel",
            places.at(topic, channel.stack),
            places.endpoint("chat", name),
            channel,
            settings=channel.properties,
        )


READERS: dict[str, Reader] = {
    "AWS::Chatbot::MicrosoftTeamsChannelConfiguration": _channel,
    "AWS::Chatbot::SlackChannelConfiguration": _channel,
}
