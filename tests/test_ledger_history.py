"""Every cell of the report against a plain count, by what had happened and by what had been typed.

The reference keeps its own account of where each petition was counted when, reads the steps typed
by a day, counts them day by day as a clerk with the paper would, and knows nothing of the ledger.
"""

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.errors import TrackerError
from tracker.dialogues.lifecycle import Stage
from tracker.ledger.rules import end_of_day
from tracker.ledger.service import follow_places
from tracker.petitions.lifecycle import ENDED, MOVES, OPEN, Channel, Ground, Kind, Level
from tracker.petitions.queries import (
    PetitionFilter,
    facts,
    ledger_mismatches,
    petition_count_shown,
    petition_export_rows,
    steps_of,
)
from tracker.petitions.rules import PAUSED, effective
from tracker.petitions.service import (
    Amendment,
    MoveRequest,
    amend_petition,
    correct_step,
    move_petition,
)
from tracker.places.queries import scope_ids
from tracker.places.rules import PlaceKind
from tracker.reports.queries import place_tree, resolution_report
from tracker.reports.queries.cells import cell_of
from tracker.reports.rules import FLOWS, NUMBERS, Cut, Line, Period

START = date(2026, 1, 5)
NUMBER = st.integers(0, 999)
ACTS = ("log", "log", "move", "move", "move", "move", "correct", "amend", "amend", "merge")
acts = st.tuples(st.sampled_from(ACTS), st.integers(0, 25), NUMBER, NUMBER, NUMBER, NUMBER)


@dataclass
class World:
    """A province whose clock the test turns, and what the test itself knows of its petitions.

    `cells` keeps for each petition from when on it was counted where.
    """

    session: object
    make: object
    now: datetime = datetime(2026, 1, 5, 2, tzinfo=UTC)
    petitions: list = field(default_factory=list)
    cells: dict = field(default_factory=dict)

    def __post_init__(self):
        make = self.make
        self.province = make.place(kind=PlaceKind.PROVINCE)
        above = {"parent_id": self.province.id}
        self.commune, self.other, self.former = (make.place(**above) for _ in range(3))
        self.village = make.place(kind=PlaceKind.VILLAGE, parent_id=self.commune.id)
        self.far = make.place(kind=PlaceKind.VILLAGE, parent_id=self.former.id)
        self.places = [self.commune, self.other, self.former, self.village, self.far]
        self.categories = [make.category(), make.category()]
        self.departments = [None, make.department(), make.department()]
        self.dialogue = make.dialogue(place=self.commune, stage=Stage.HELD, held_on=START)

    @property
    def today(self):
        return clock.today()

    def act(self, name, days, *numbers):
        """Let days pass and do something; what the register refuses has not happened."""
        self.now += timedelta(days=days, minutes=1)
        try:
            getattr(self, f"_{name}")(*numbers)
        except TrackerError:
            self.session.rollback()

    def _log(self, a, b, c, d):
        day = self.today - timedelta(days=a % 40)
        department = self.departments[d % 3]
        petition = self.make.petition(
            place=self.places[b % 5],
            category=self.categories[c % 2],
            department_id=department and department.id,
            received_on=day,
            due_on=[None, day + timedelta(days=d % 30)][c % 3 > 0],
            kind=list(Kind)[a % 4],
            level=list(Level)[b % 5],
            channel=list(Channel)[c % 7],
            dialogue_id=[None, self.dialogue.id][d % 2],
        )
        self.petitions.append(petition)
        self._note(petition)

    def _move(self, a, b, c, d):
        petition = self.petitions[a % len(self.petitions)]
        moves = [move.name for move in MOVES.values() if petition.status in move.sources]
        last = steps_of(self.session, petition.id)[-1].happened_on or START
        back = timedelta(days=c % 10)
        department = self.departments[1 + d % 2]
        asked = MoveRequest(
            moves[b % len(moves)],
            happened_on=max(last, self.today - back),
            note="Theo biên bản",
            document_number="05/TB-UBND",
            department_id=department.id,
            due_on=self.today + timedelta(days=d % 25),
            plan_on=self.today + timedelta(days=c % 25),
            master_code=self.petitions[(a + 1) % len(self.petitions)].code,
            ground=Ground.UNCLEAR,
        )
        move_petition(self.session, None, petition, asked)
        self._note(petition)

    def _correct(self, a, *_):
        petition = self.petitions[a % len(self.petitions)]
        correct_step(self.session, None, petition, "Nhầm")
        self._note(petition)

    def _amend(self, a, b, c, d):
        petition = self.petitions[a % len(self.petitions)]
        department = self.departments[b % 3]
        known = c % 9 > 0
        asked = Amendment(
            place_id=self.places[d % 5].id,
            category_id=self.categories[c % 2].id,
            channel=list(Channel)[d % 7],
            kind=list(Kind)[b % 4],
            level=list(Level)[c % 5],
            content=petition.content,
            people=petition.people,
            petitioner=petition.petitioner,
            department_id=department and department.id,
            received_on=START + timedelta(days=b % 30) if known else None,
            date_precision=Precision.DAY if known else Precision.UNKNOWN,
            due_on=[None, petition.due_on, self.today + timedelta(days=5)][d % 3],
            reason="Nhầm",
        )
        amend_petition(self.session, None, petition, asked)
        self._note(petition)

    def _merge(self, *_):
        """Let the commune take over its neighbour, or give it back."""
        with transaction(self.session):
            is_apart = self.former.successor_id is None
            self.former.successor_id = self.commune.id if is_apart else None
            follow_places(self.session)

    def _note(self, petition):
        cell = {
            name: getattr(petition, name)
            for name in ("place_id", "category_id", "department_id", "kind", "level", "channel")
        }
        moment = steps_of(self.session, petition.id)[-1].recorded_at
        self.cells.setdefault(petition.id, []).append((moment, cell))

    def told_by(self, typed_by):
        """Give each petition's effective steps as they had been typed by a day, and its cell."""
        end = datetime.max.replace(tzinfo=UTC) if typed_by is None else end_of_day(typed_by)
        for petition in self.petitions:
            steps = steps_of(self.session, petition.id)
            typed = [step for step in steps if step.recorded_at < end]
            cells = [cell for moment, cell in self.cells[petition.id] if moment < end]
            if typed:
                yield effective(facts(typed)), cells[-1] | {"dialogue_id": petition.dialogue_id}


def _counted(histories, period):
    """Count a line anew from steps alone; what has no known day is in no period."""
    line = dict.fromkeys(("carried_over", *FLOWS, "outstanding", "late", "undated"), 0)
    for steps in histories:
        if any(step.happened_on is None for step in steps):
            continue
        was_open = False
        by_day = itertools.groupby(steps, key=lambda step: step.happened_on)
        for number, (day, of_day) in enumerate((day, list(steps)) for day, steps in by_day):
            opened = any(step.status in OPEN for step in of_day)
            if period.start <= day <= period.end:
                line["received"] += number == 0
                line["reopened"] += number > 0 and not was_open and opened
                if of_day[-1].status in ENDED and (was_open or opened or number == 0):
                    line[of_day[-1].status] += 1
            was_open = of_day[-1].status in OPEN
        before = [step for step in steps if step.happened_on < period.start]
        line["carried_over"] += bool(before) and before[-1].status in OPEN
        past = [step for step in steps if step.happened_on <= period.end]
        if past and past[-1].status in OPEN:
            line["outstanding"] += 1
            if past[-1].status not in PAUSED:
                due_on = past[-1].due_on
                line["undated"] += due_on is None
                line["late"] += due_on is not None and due_on < period.end
    return Line(**line)


def _wanted(world, unit, cut, period, typed_by):
    """Give the lines of a cut by their codes, as the reference counts them."""
    scope = scope_ids(world.session, unit.id)
    told = [(steps, cell) for steps, cell in world.told_by(typed_by) if cell["place_id"] in scope]
    codes = {
        Cut.CATEGORY: ("category_id", {row.id: row.code for row in world.categories}),
        Cut.DEPARTMENT: (
            "department_id",
            {None: ""} | {row.id: row.code for row in world.departments if row},
        ),
        Cut.KIND: ("kind", {kind: str(kind) for kind in Kind}),
        Cut.LEVEL: ("level", {level: str(level) for level in Level}),
        Cut.CHANNEL: ("channel", {channel: str(channel) for channel in Channel}),
        Cut.DIALOGUE: ("dialogue_id", {None: "", world.dialogue.id: world.dialogue.code}),
    }
    if not (period.start <= START <= period.end and world.commune.id in scope):
        told = [(steps, cell | {"dialogue_id": None}) for steps, cell in told]
    if cut is Cut.MONTH:
        every = [steps for steps, _ in told]
        return {f"{part.start:%Y-%m}": _counted(every, part) for part in period.months()}
    if cut is Cut.PLACE:
        below = {world.commune, world.other, world.former}
        if unit is not world.province:
            below = set()
        elif world.former.successor_id:
            below.remove(world.former)
        groups = {place.key: scope_ids(world.session, place.id) for place in below} or {
            place.key: {place.id} for place in [*world.places, world.province]
        }
        named = ((key, ids) for key, ids in groups.items())
        lines = {
            key: _counted([steps for steps, cell in told if cell["place_id"] in ids], period)
            for key, ids in named
        }
    else:
        name, names = codes[cut]
        lines = {
            code: _counted([steps for steps, cell in told if cell[name] == key], period)
            for key, code in names.items()
        }
    return {code: line for code, line in lines.items() if not line.is_empty}


@settings(
    max_examples=12,
    deadline=None,
    # Each example is a register's life: making one smaller would take longer than reading it.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(acts, min_size=4, max_size=24),
    st.lists(st.tuples(NUMBER, NUMBER, NUMBER, NUMBER), min_size=3, max_size=3),
)
def test_every_number_is_a_plain_count_by_what_happened_and_by_what_was_typed(
    session, make, monkeypatch, history, asked
):
    world = World(session, make)
    monkeypatch.setattr(clock, "now", lambda: world.now)
    world.act("log", 0, 3, 3, 1, 2)
    for act in history:
        world.act(*act)

    assert ledger_mismatches(session) == []
    whole = (world.today - START).days + 41
    for start, length, typed, chosen in asked:
        first = START - timedelta(days=40) + timedelta(days=start % whole)
        period = Period(first, min(world.today, first + timedelta(days=length % 120)))
        typed_by = [None, START + timedelta(days=typed % whole)][typed % 3 > 0]
        unit = [world.province, *world.places][chosen % 6]
        tree = place_tree(session, unit.id, scope_ids(session, unit.id))
        every = [steps for steps, cell in world.told_by(typed_by) if cell["place_id"] in tree.ids]
        total = _counted(every, period)
        for cut in Cut:
            report = resolution_report(session, tree, period, cut, typed_by)
            lines = {
                line.code: line.numbers
                for line in report.lines
                if not line.numbers.is_empty or cut is Cut.MONTH
            }
            assert lines == _wanted(world, unit, cut, period, typed_by), cut
            assert report.total == total
            assert report.is_balanced
        # Seen from the province, which no petition ever leaves.
        scope = scope_ids(session, world.province.id)
        for name in NUMBERS:
            cell = replace(cell_of(name, period), typed_by=typed_by)
            rows = PetitionFilter(place_id=unit.id, cell=cell)
            number = getattr(total, name)
            assert len(list(petition_export_rows(session, scope, rows))) == number, name
            assert petition_count_shown(session, scope, rows) == number
