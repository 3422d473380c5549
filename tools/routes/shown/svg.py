"""The routes as a drawing: accounts as boxes, hops with filter and dead-letter place."""

from dataclasses import dataclass
from html import escape

import networkx as nx

from routes.journeys.graph import Routes
from routes.network.model import Place
from routes.shown.picture import Line, account_label, lines, places_of

_WIDTH, _HEIGHT = 170, 40
_GAP_X, _GAP_Y = 230, 34
_MARGIN, _TITLE = 24, 30
_LONGEST_LABEL = 38

_COLOURS = {
    "bucket": "#dcecd8",
    "bus": "#e6ddf5",
    "function": "#fbe3cc",
    "queue": "#f9dbe5",
    "table": "#d7e6f8",
    "topic": "#f9d5d3",
}
_STYLE = (
    "text{font:12px sans-serif;fill:#222}.kind{font-size:10px;fill:#555}"
    ".label{font-size:10px;fill:#333}.letters{font-size:9px;fill:#a33}"
    ".account{fill:#fafafa;stroke:#999;stroke-dasharray:5 3}.title{font-weight:bold}"
    "path{fill:none;stroke:#555;stroke-width:1.2}path.code{stroke-dasharray:4 3;stroke:#999}"
)


@dataclass
class _Drawing:
    at: dict[Place, tuple[int, int]]
    boxes: list[tuple[str, int, int, int]]
    width: int
    height: int


def svg(routes: Routes) -> str:
    """Returns the drawing as an SVG document; a red cross marks a hop's dead-letter place."""
    found = lines(routes)
    drawing = _laid_out(found)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawing.width}"'
        f' height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}">',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8"',
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8" style="fill:#555"/></marker></defs>',
    ]
    for title, y, width, height in drawing.boxes:
        parts.append(
            f'<rect class="account" x="{_MARGIN // 2}" y="{y}" width="{width}" height="{height}"'
            f' rx="8"/><text class="title" x="{_MARGIN}" y="{y + 20}">{escape(title)}</text>'
        )
    parts += [_arrow(line, drawing) for line in found]
    parts += [_node(place, *position) for place, position in drawing.at.items()]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _laid_out(found: list[Line]) -> _Drawing:
    """Columns by distance from where events begin, one band of rows per account."""
    column = _columns(found)
    at: dict[Place, tuple[int, int]] = {}
    boxes = []
    width = (max(column.values(), default=0)) * (_WIDTH + _GAP_X) + _WIDTH + 2 * _MARGIN
    y = _MARGIN
    for account, members in places_of(found).items():
        rows: dict[int, int] = {}
        for place in members:
            row = rows.get(column[place], 0)
            rows[column[place]] = row + 1
            x = _MARGIN + column[place] * (_WIDTH + _GAP_X)
            at[place] = (x, y + _TITLE + row * (_HEIGHT + _GAP_Y))
        height = _TITLE + max(rows.values()) * (_HEIGHT + _GAP_Y)
        boxes.append((account_label(account, members), y, width - _MARGIN, height))
        y += height + _MARGIN
    return _Drawing(at, boxes, width, y)


def _columns(found: list[Line]) -> dict[Place, int]:
    """Longest way from a beginning, without the lines that lead back to where events came from."""
    network: nx.DiGraph[Place] = nx.DiGraph()
    for line in found:
        network.add_nodes_from((line.source, line.target))
        if line.source is line.target:
            continue
        network.add_edge(line.source, line.target)
        if nx.has_path(network, line.target, line.source):
            network.remove_edge(line.source, line.target)
    generations = nx.topological_generations(network)
    return {place: index for index, members in enumerate(generations) for place in members}


def _node(place: Place, x: int, y: int) -> str:
    colour = _COLOURS.get(place.kind, "#eee")
    return (
        f'<g><title>{escape(place.arn)}</title><rect x="{x}" y="{y}" width="{_WIDTH}"'
        f' height="{_HEIGHT}" rx="5" fill="{colour}" stroke="#777"/>'
        f'<text class="kind" x="{x + 8}" y="{y + 14}">{escape(place.kind)}</text>'
        f'<text x="{x + 8}" y="{y + 31}">{escape(_short(place.name, 24))}</text></g>'
    )


def _arrow(line: Line, drawing: _Drawing) -> str:
    (x1, y1), (x2, y2) = drawing.at[line.source], drawing.at[line.target]
    if x2 > x1:
        y1, y2 = y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
        x, y, anchor = x2 - 10, y2 - 5, "end"
        curve = f"M{x1 + _WIDTH} {y1}C{x1 + _WIDTH + 70} {y1} {x2 - 70} {y2} {x2} {y2}"
    else:
        # Back to where events came from: below the boxes, clear of the lines that go onward.
        y1, y2 = y1 + _HEIGHT, y2 + _HEIGHT
        x, y, anchor = x2 + _WIDTH // 2 + 10, y2 + 12, "start"
        x1, x2 = x1 + _WIDTH // 2, x2 + _WIDTH // 2
        curve = f"M{x1} {y1}C{x1} {y1 + 50} {x2} {y2 + 50} {x2} {y2}"
    kind = ' class="code"' if line.dashed else ""
    text = f'<path{kind} d="{curve}" marker-end="url(#arrow)"/>'
    if line.label:
        label = escape(_short(line.label, _LONGEST_LABEL))
        text += f'<text class="label" text-anchor="{anchor}" x="{x}" y="{y}">'
        text += f"<title>{escape(line.label)}</title>{label}</text>"
    if line.dead_letter:
        letters = escape(_short(line.dead_letter, _LONGEST_LABEL))
        text += f'<text class="letters" text-anchor="{anchor}" x="{x}" y="{y + 16}">✕ {letters}'
        text += "</text>"
    return text


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
