"""Tells the story: each act with its progress bars, the line it ends with, and then the books."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from business import books, lake_books
from business.demo import acts
from local.system import System

ACTS = (
    ("A normal day", acts.a_normal_day),
    ("Invoicing and fulfillment are down", acts.all_others_are_down),
    ("Tickets of a partner", acts.tickets_of_a_partner),
    ("Duplicates and disorder", acts.duplicates_and_disorder),
    ("A poison message", acts.a_poison_message),
    ("A bad hour", acts.a_bad_hour),
    ("The audit", acts.the_audit),
)

WHERE_NEXT = """\
Where to go next:
  make up                    leaves this system running, to place orders with curl
  stacks/subscriptions.py    who gets what
  lambdas/                   what they do with it
  make audit                 asks about all events in SQL, while the system runs
  make help                  everything else"""


def tell(system: System, console: Console) -> bool:
    """Plays every act and reads the books; returns whether they balance.

    LocalRunError when an act waits in vain or gets something else than it expects.
    """
    for number, (title, act) in enumerate(ACTS, start=1):
        started = time.monotonic()
        with Progress(
            TextColumn("   {task.description:<18}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ) as progress:
            line = act(system, progress)
        took = time.monotonic() - started
        console.print(f"[bold]{number}. {title}[/bold] ({took:.1f} s)\n   {line}")
    console.print(f"[bold]{len(ACTS) + 1}. The books[/bold]")
    balanced = True
    for found in (books.audit(system), lake_books.audit(system)):
        balanced = balanced and found.balanced
        style = "green" if found.balanced else "red"
        console.print(f"   [{style}]{found}[/{style}]")
    console.print()
    if balanced:
        console.print(WHERE_NEXT)
    return balanced
