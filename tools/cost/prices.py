"""The price list: units, each with its price, where that is from and how sure it is."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FILE = Path(__file__).parent / "prices.toml"


class PriceError(Exception):
    """A unit that the list has no price of, or an entry that is not one."""


@dataclass(frozen=True)
class Price:
    """USD of one unit, the service it is on the bill of, and its source."""

    service: str
    usd: float
    verified: bool
    source: str


@dataclass(frozen=True)
class Prices:
    """The prices by unit, the region they are for and the day they were collected."""

    collected: date
    region: str
    units: dict[str, Price]

    def of(self, unit: str) -> Price:
        """Raises PriceError, naming the units there are, for one that has no price."""
        if unit not in self.units:
            raise PriceError(f"unit {unit!r} has no price, expected one of {', '.join(self.units)}")
        return self.units[unit]


def read(file: Path = FILE) -> Prices:
    """The list in a file. PriceError, naming the unit, for an entry that lacks something."""
    listed = tomllib.loads(file.read_text(encoding="utf-8"))
    units = {}
    for name, entry in listed["unit"].items():
        try:
            usd = entry["price"] / entry["per"]
            units[name] = Price(entry["service"], usd, entry["verified"], entry["source"])
        except (KeyError, TypeError, ZeroDivisionError) as error:
            raise PriceError(
                f"{file.name}: unit.{name}: expected service, price, per (not 0), verified and "
                f"source: {error!r}"
            ) from None
    return Prices(listed["collected"], listed["region"], units)
