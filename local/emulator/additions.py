"""Which additions there are, in the order in which they are put in place."""

ADDITIONS = ()


def install() -> None:
    """Puts every addition in place; must come before the first request."""
    for addition in ADDITIONS:
        addition.install()
