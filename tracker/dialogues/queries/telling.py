"""What is left out of a dialogue's texts by features that know who raised something at it."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from sqlalchemy.orm import Session

from tracker.accounts.models import User

Teller = Callable[[str], str]
Tellers = Callable[[Session, User | None, Sequence[int]], Mapping[int, Teller]]

tellers: list[Tellers] = []
"""Each gives, by dialogue, how its texts read for someone; for nobody, as they may be handed out.

A feature to the right of this one, which must not be imported here, puts its own in this list.
"""


def tellers_of(
    session: Session, reader: User | None, dialogue_ids: Sequence[int]
) -> dict[int, Teller]:
    """Give how the texts of each dialogue read for someone."""
    found = [each(session, reader, dialogue_ids) for each in tellers]
    return {key: _in_turn([by[key] for by in found if key in by]) for key in dialogue_ids}


def _in_turn(told: Sequence[Teller]) -> Teller:
    return lambda text: reduce(lambda said, tell: tell(said), told, text)
