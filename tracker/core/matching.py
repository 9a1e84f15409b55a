"""Finding rows by tokens: what a row is found by, and what must occur; alike on both engines."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import TSVECTOR

from tracker.core.text import fold

LONGEST_TOKEN = 40
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Give the words of a text as search compares them: folded, without signs, in their order."""
    return [word for chunk in text.split() for word in _words_in(chunk)]


@lru_cache(maxsize=20_000)
def _words_in(chunk: str) -> tuple[str, ...]:
    """Give the words of what stands between two spaces; a language has few such."""
    return tuple(word[:LONGEST_TOKEN] for word in _WORD.findall(fold(chunk)))


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that is asked: one of these tokens must occur, or none of them may."""

    any_of: tuple[str, ...]
    is_denied: bool = False


def one_of(*tokens: str) -> Clause:
    """Ask that one of these occurs."""
    return Clause(tokens)


def none_of(*tokens: str) -> Clause:
    """Ask that none of these occurs."""
    return Clause(tokens, is_denied=True)


class Tokens(TypeDecorator[str]):
    """The tokens of a row, sorted, with a space between: an indexed set where there is one."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the type that the engine finds tokens in."""
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Read what was written, whatever the engine puts around it."""
        return value and written(value.replace("'", "").split())


def written(tokens: Iterable[str]) -> str:
    """Write a set of tokens as a row keeps it."""
    return " ".join(sorted(set(tokens)))


def for_sqlite(clauses: Sequence[Clause]) -> str:
    """Write clauses as FTS5 reads them; the first must be one that asks for something."""
    asked = " AND ".join(_group(c, '"', " OR ") for c in clauses if not c.is_denied)
    denied = "".join(" NOT " + _group(c, '"', " OR ") for c in clauses if c.is_denied)
    return f"({asked}){denied}"


def for_postgresql(clauses: Sequence[Clause]) -> str:
    """Write clauses as a tsquery."""
    return " & ".join(("!" if c.is_denied else "") + _group(c, "'", " | ") for c in clauses)


def _group(clause: Clause, quote: str, between: str) -> str:
    return "(" + between.join(f"{quote}{token}{quote}" for token in clause.any_of) + ")"
