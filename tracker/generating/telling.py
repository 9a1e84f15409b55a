"""What is said in a generated petition, and by whom: put together from invented sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tracker.petitions.lifecycle import Petitioner

SELDOM = 0.001
TWO_DETAILS = 0.4
GROUP_SHARE, UNNAMED_SHARE = 0.18, 0.14
TELEPHONE_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who raised a petition; the name is drawn, the number belongs to nobody."""

    petitioner: Petitioner
    name: str
    phone: str
    people: int


def told(random: Random, words: Mapping[str, Any], text: str, village: str) -> str:
    """Put a petition's text into words of about three hundred characters."""
    texts = words["texts"]
    parts = [
        random.choice(texts["openings"]),
        text,
        random.choice(texts["details"]),
        random.choice(texts["closings"]),
    ]
    if random.random() < TWO_DETAILS:
        parts.insert(3, random.choice(texts["details"]))
    if random.random() < SELDOM:
        parts.insert(3, texts["seldom"])
    said = " ".join(parts).replace("{thon}", village)
    while "{so}" in said:
        said = said.replace("{so}", str(random.randint(3, 48)), 1)
    return said


def citizen(random: Random, blocks: Mapping[str, Any]) -> Citizen:
    """Draw who raised a petition."""
    drawn = random.random()
    if drawn < UNNAMED_SHARE:
        return Citizen(Petitioner.UNNAMED, "", "", 1)
    name = name_of(random, blocks)
    phone = ""
    if random.random() < TELEPHONE_SHARE:
        phone = f"{blocks['phone_start']}{random.randrange(1000):03d}"
    if drawn < UNNAMED_SHARE + GROUP_SHARE:
        return Citizen(Petitioner.GROUP, name, phone, random.randint(2, 60))
    return Citizen(Petitioner.PERSON, name, phone, 1)


def name_of(random: Random, blocks: Mapping[str, Any]) -> str:
    """Draw a name from the three lists."""
    names = blocks["names"]
    return " ".join(random.choice(names[part]) for part in ("family", "middle", "given"))
