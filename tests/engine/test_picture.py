"""Pictures are drawn together; each is what it would be alone."""

import pytest

from wardline.engine.engine import Engine
from wardline.engine.picture import picture, pictures, pictures_of
from wardline.simulator.feed import decoded
from wardline.simulator.ward import Ward

START, MINUTES = 1_760_000_000_000, 20
NOW = START + MINUTES * 60_000


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Twelve simulated patients, some with alarms, who are no longer measured at the end."""
    ward, made = Ward(12, 42, START), Engine()
    for command in ward.roster():
        made.apply(command)
    for piece in ward.pieces(START, NOW):
        made.process(decoded(piece).batch)
    made.tick(NOW + 120_000)
    return made


def test_a_patient_among_others_is_drawn_as_alone(engine: Engine):
    together = pictures(engine, NOW)
    assert len(together) == 12
    assert any(one.conditions for one in together)
    codes = [engine.patients.find(one.patient.patient_id) for one in together]
    assert [picture(engine, code, NOW) for code in codes if code is not None] == together


def test_pictures_come_in_the_order_they_were_asked_for(engine: Engine):
    drawn = pictures_of(engine, [7, 2, 7], NOW)
    assert drawn == [picture(engine, code, NOW) for code in (7, 2, 7)]


def test_nobody_is_drawn_where_nobody_was_asked_for(engine: Engine):
    assert pictures_of(engine, [], NOW) == []
