"""The routes as a Mermaid flowchart, for a README."""

from routes.journeys.graph import Routes
from routes.network.model import Place
from routes.shown.picture import account_label, lines, places_of

_SHAPES = {
    "bucket": ("[(", ")]"),
    "bus": ("{{", "}}"),
    "function": ("([", "])"),
    "queue": ("[/", "/]"),
    "table": ("[(", ")]"),
    "topic": (">", "]"),
}


def mermaid(routes: Routes) -> str:
    """Returns the flowchart: accounts as boxes, hops labelled with their filter."""
    found = lines(routes)
    by_account = places_of(found)
    names = {
        place: f"n{index}"
        for index, place in enumerate(each for members in by_account.values() for each in members)
    }
    text = ["flowchart LR"]
    for index, (account, members) in enumerate(by_account.items()):
        text.append(f'  subgraph a{index}["{_quoted(account_label(account, members))}"]')
        text += [f"    {names[place]}{_shaped(place)}" for place in members]
        text.append("  end")
    for line in found:
        arrow = "-.->" if line.dashed else "-->"
        label = f'|"{_quoted(line.label)}"|' if line.label else ""
        text.append(f"  {names[line.source]} {arrow}{label} {names[line.target]}")
    return "\n".join(text) + "\n"


def _shaped(place: Place) -> str:
    left, right = _SHAPES.get(place.kind, ("[", "]"))
    return f'{left}"{_quoted(f"{place.kind} {place.name}")}"{right}'


def _quoted(text: str) -> str:
    return text.replace("#", "#35;").replace('"', "#quot;")
