import numpy as np
import pytest
from tests.simulator.wards import START_MS, a_ward

from wardline.model.commands import ADMIT
from wardline.simulator.roster import make_roster, patient_id, ward_letters


@pytest.mark.parametrize("seed", [0, 1, 42])
def test_of_every_twenty_patients_14_are_stable_4_moderate_2_critical(seed):
    condition = make_roster(60, seed).condition
    for group in range(3):
        counts = np.bincount(condition[20 * group : 20 * group + 20]).tolist()
        assert counts == [14, 4, 2]


def test_ages_are_25_to_85_and_both_genders_occur():
    people = make_roster(2_000, 1)
    assert (people.age.min(), people.age.max()) == (25, 85)
    assert set(people.gender.tolist()) == {0, 1}


def test_a_patient_is_the_same_in_a_larger_ward():
    small, large = make_roster(20, 9), make_roster(500, 9)
    np.testing.assert_array_equal(small.age, large.age[:20])
    np.testing.assert_array_equal(small.condition, large.condition[:20])


def test_critical_patients_have_oxygen_and_stable_ones_none():
    people = make_roster(200, 3)
    assert people.has_oxygen[people.condition == 2].all()
    assert not people.has_oxygen[people.condition == 0].any()


def test_patients_are_named_as_system_a_names_them():
    assert [patient_id(n) for n in (0, 19, 20, 999)] == ["PT-001", "PT-020", "PT-021", "PT-1000"]


def test_everybody_is_admitted_to_an_own_bed_ten_to_a_ward():
    commands = a_ward(40).roster()
    assert [command.patient_id for command in commands] == [patient_id(n) for n in range(40)]
    assert {(c.command, c.at, c.actor) for c in commands} == {(ADMIT, START_MS, "simulator")}
    beds = {(c.content["ward"], c.content["bed"]) for c in commands}
    assert len(beds) == 40
    assert {ward for ward, _ in beds} == {"ICU-A", "ICU-B", "ICU-C", "ICU-D"}
    assert commands[10].content == {
        "admission_id": "SIM-42-011",
        "ward": "ICU-B",
        "bed": "B-01",
    }


def test_wards_have_letters_without_end():
    assert [ward_letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize("count", [0, -3, 10_001])
def test_a_count_out_of_bounds_is_refused(count):
    with pytest.raises(ValueError, match=f"patients must be 1 to 10000, not {count}"):
        a_ward(count)
