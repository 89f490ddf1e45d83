"""Patients, their stays and settings, and episodes of alarm."""

from tests.contracts.building import START, Ward, all_rows, found

from wardline.model.commands import ADMIT, DISCHARGE, SETTINGS, TRANSFER
from wardline.model.patients import Patient
from wardline.model.policy import ConditionState as State
from wardline.pipeline.ports import Query, Store


def test_an_admission_is_a_stay_until_discharge(store: Store, ward: Ward):
    store.commit(ward.commit(ward.command("a", START, ADMIT, admission_id="7", ward="W", bed="1")))
    assert store.patients() == [Patient("a", "W", "1", "7")]
    store.commit(ward.commit(ward.command("a", START + 5, TRANSFER, ward="ICU", bed="2")))
    assert store.patients() == [Patient("a", "ICU", "2", "7")]
    store.commit(ward.commit(ward.command("a", START + 9, DISCHARGE)))
    assert store.patients() == [Patient("a")]
    assert all_rows(store, Query("stays")) == [("a", "7", "ICU", "2", START, START + 9)]


def test_a_second_admission_ends_the_stay_before(store: Store, ward: Ward):
    for at, number in ((START, "1"), (START + 5, "2")):
        command = ward.command("a", at, ADMIT, admission_id=number, ward="W", bed=number)
        store.commit(ward.commit(command))
    assert [row[1:] for row in all_rows(store, Query("stays"))] == [
        ("1", "W", "1", START, START + 5),
        ("2", "W", "2", START + 5, None),
    ]


def test_a_transfer_of_somebody_never_admitted_shows_the_bed(store: Store, ward: Ward):
    store.commit(ward.commit(ward.command("a", START, TRANSFER, ward="W", bed="4")))
    assert store.patients() == [Patient("a", "W", "4")]


def test_a_repeated_command_opens_no_second_stay(store: Store, ward: Ward):
    commit = ward.commit(ward.command("a", START, ADMIT, admission_id="1", ward="W", bed="1"))
    store.commit(commit)
    store.commit(commit)
    assert len(all_rows(store, Query("stays"))) == len(all_rows(store, Query("commands"))) == 1


def test_settings_add_up_rule_by_rule(store: Store, ward: Ward):
    first = {"profile": "adult", "limits": {"spo2_low": {"limit": 85}, "no": None}, "age": 40}
    second = {"limits": {"heart_rate_high": {"limit": 130}}, "spo2_scale": 2}
    store.commit(ward.commit(ward.command("a", START, SETTINGS, **first)))
    store.commit(ward.commit(ward.command("a", START + 1, SETTINGS, **second)))
    (patient,) = store.patients()
    assert patient.age == 40
    assert patient.settings == {
        "profile": "adult",
        "limits": {"spo2_low": {"limit": 85}, "heart_rate_high": {"limit": 130}},
        "age": 40,
        "spo2_scale": 2,
    }


def test_the_last_word_about_a_patient_counts(store: Store, ward: Ward):
    said = {"patient": "a", "age": 70, "gender": "F", "condition": "COPD", "spo2": 1}
    store.commit(ward.commit(ward.work({**said, "t": START})))
    store.commit(
        ward.commit(
            ward.work(
                {**said, "t": START + 1, "condition": "Sepsis"},
                {"patient": "a", "t": START + 2, "spo2": 1},
            ),
            ward.command("a", START + 3, SETTINGS, age=71),
        )
    )
    assert store.patients()[0].age == 71
    store.commit(ward.commit(ward.work({**said, "t": START + 4, "condition": "Sepsis"})))
    (patient,) = store.patients()
    assert (patient.age, patient.gender, patient.condition) == (70, "F", "Sepsis")


def test_the_arrival_line_moves_with_readings_and_commands_and_never_back(store: Store, ward: Ward):
    store.commit(ward.commit(ward.work({"patient": "a", "t": START, "spo2": 1})))
    store.commit(ward.commit(ward.command("a", START + 9, DISCHARGE)))
    assert store.arrival_lines() == {"a": START + 9}
    store.commit(ward.commit(ward.work({"patient": "a", "t": START + 4, "spo2": 1})))
    assert store.arrival_lines() == {"a": START + 9}


def test_commands_keep_actor_and_content(store: Store, ward: Ward):
    store.commit(ward.commit(ward.command("a", START, ADMIT, ward="Zürich", bed=None)))
    assert all_rows(store, Query("commands")) == [
        ("a", 1, START, "nurse", "admit", '{"bed":null,"ward":"Zürich"}')
    ]
    (restored,) = store.work_after(0)
    assert restored == Ward().command("a", START, ADMIT, ward="Zürich", bed=None)


def test_an_episode_runs_from_active_to_normal(store: Store, ward: Ward):
    first, second = START + 10, START + 60
    states = [
        (START, State.PENDING, {}),
        (first, State.ACTIVE, {"onset": first, "value": 87_000}),
        (first + 1, State.CLEARING, {"onset": first}),
        (first + 2, State.ACTIVE, {"onset": first, "value": 80_000}),
        (first + 3, State.CLEARING, {"onset": first}),
        (first + 8, State.NORMAL, {"onset": first}),
        (second, State.ACTIVE, {"onset": second}),
        (second + 1, State.UNKNOWN, {"onset": second}),
    ]
    rows = [ward.transition("a", n + 1, at, s, **f) for n, (at, s, f) in enumerate(states)]
    store.commit(ward.commit(findings=found(transitions=rows)))
    ended, running = all_rows(store, Query("episodes"))
    assert ended[:8] == (
        "a", "spo2_low", first, first + 8, "medium", "physiological", "spo2", 87_000
    )  # fmt: skip
    assert running[2:4] == (second, None)
    assert store.page(Query("episodes"), 1).rows == [running]
