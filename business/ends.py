"""What may wait here for ever, and nothing is lost."""

ENDS = ("us-archive", "eu-archive")
"""Queues that nobody here reads: what comes there has arrived."""

SCHEDULED = '"Scheduled Event"'
"""What a run of a schedule says of itself: the next does what one that is lost would have."""
