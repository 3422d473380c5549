"""Writes the files of a domain from `templates`.

What varies in a path or a text is named there as `string.Template` takes it: `$module`.
"""

from pathlib import Path
from string import Template

from scaffold.request import InvalidRequest, Request
from stacks.names import construct_id

ROOT = Path(__file__).parents[1]
TEMPLATES = Path(__file__).parent / "templates"
ENDING = ".template"


def write(request: Request) -> list[Path]:
    """Writes every file; returns their paths below the root. InvalidRequest, before anything is
    written, if one is there already, or a folder that hides a module.
    """
    values = _values(request)
    made = {}
    for template in sorted(TEMPLATES.rglob(f"*{ENDING}")):
        named = str(template.relative_to(TEMPLATES)).removesuffix(ENDING)
        made[Path(Template(named).substitute(values))] = template.read_text()
    for path in made:
        for taken in (path, path.with_suffix("")):
            if (ROOT / taken).exists():
                expected = f"a name for which {taken} is not there yet"
                raise InvalidRequest("NAME", request.name, expected)
    for path, text in made.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(Template(text).substitute(values))
    return list(made)


def _values(request: Request) -> dict[str, str]:
    """What stands for each name in the templates."""
    return {
        "domain": request.name,
        "module": request.module,
        "Class": construct_id(request.name),
        "source": request.source,
        "account": request.account,
        "Event": request.publishes,
        "Observed": request.observes[0][1],
    }
