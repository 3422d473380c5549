"""What tells a failure that passes from one that does not."""


class NeverSucceeds(ValueError):
    """A message that fails however often it is tried: unreadable, or in contradiction to what is
    known. It becomes a dead letter at once. Whatever else a handler raises is tried again.
    """
