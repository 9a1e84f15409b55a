"""The invented province: its communes, what they were before, their villages, who keeps them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from random import Random
from typing import Any

MERGED_ON = date(2025, 7, 1)
LAST_DAY_BEFORE = date(2025, 6, 30)
VILLAGES = 8
FORMER = 2
MOST_COMMUNES = 800
ROOT, PROVINCE = "toan-he-thong", "tinh-hu-cau"


@dataclass(frozen=True, slots=True)
class Village:
    """A village, as petitions need it."""

    id: int
    said: str


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today: its own place, those it was made of, its villages, its two keepers."""

    id: int
    former_ids: tuple[int, ...]
    villages: tuple[Village, ...]
    staff_id: int
    leader_id: int

    def on(self, day: date, random: Random) -> int:
        """Give the place of a record that is of no village, by its name on that day."""
        return self.id if day >= MERGED_ON else random.choice(self.former_ids)


def commune_key(number: int) -> str:
    """Name a commune for the machine."""
    return f"xa-hu-cau-{number:03d}"


def place_rows(communes: int, words: Mapping[str, Any], source: str) -> Iterator[dict[str, Any]]:
    """Give the places in the form of the seeds' files."""
    units = words["units"]
    names = [" ".join(pair) for pair in product(units["first"], units["second"])]
    Random(1).shuffle(names)  # so that neighbours differ; the same names for every seed
    known = {"fictional": True, "source": source}
    yield {
        "key": PROVINCE,
        "name": units["province"],
        "kind": "province",
        "parent": ROOT,
    } | known
    for number, name in enumerate(names[:communes], 1):
        key = commune_key(number)
        yield {
            "key": key,
            "name": units["commune"].replace("{ten}", name),
            "kind": "commune",
            "parent": PROVINCE,
            "valid_from": MERGED_ON,
        } | known
        for part, second in zip(range(1, FORMER + 1), ("Thượng", "Hạ"), strict=True):
            yield {
                "key": f"{key}-cu-{part}",
                "name": units["former"].replace("{ten}", f"{name} {second}"),
                "kind": "commune",
                "parent": PROVINCE,
                "successor": key,
                "valid_to": LAST_DAY_BEFORE,
            } | known
        for part, village in enumerate(_villages(number, units), 1):
            yield {
                "key": f"{key}-thon-{part}",
                "name": units["village"].replace("{ten}", village),
                "kind": "village",
                "parent": key,
            } | known


def communes_from(
    ids: Mapping[str, int],
    keepers: Mapping[int, tuple[int, int]],
    number: int,
    words: Mapping[str, Any],
) -> list[Commune]:
    """Give the communes of a register that holds these places and people."""
    said = words["units"]["village_said"]
    return [
        Commune(
            id=ids[commune_key(at)],
            former_ids=tuple(ids[f"{commune_key(at)}-cu-{part}"] for part in range(1, FORMER + 1)),
            villages=tuple(
                Village(ids[f"{commune_key(at)}-thon-{part}"], said.replace("{ten}", name))
                for part, name in enumerate(_villages(at, words["units"]), 1)
            ),
            staff_id=keepers[at][0],
            leader_id=keepers[at][1],
        )
        for at in range(1, number + 1)
    ]


def _villages(number: int, units: Mapping[str, Any]) -> list[str]:
    names = list(units["villages"])
    Random(number).shuffle(names)
    return names[:VILLAGES]
