"""The oracle against examples worked by hand; times in the pictures are seconds."""

from tests.oracle import Oracle
from tests.oracle.told import S, moves, reading, told

from wardline.model.commands import Command

# Windows
#
#   t      58    61           69    70        59
#          a     b            c     d         e
#   a      58    61           69    70        70
#   window 0 |---- due 70 --------->|emitted  |late: emitted again, revision 1


def test_a_window_is_due_ten_seconds_after_its_end():
    oracle = told((58, 97), (61, 96), (69, 95))
    assert oracle.findings()["windows"] == {}
    oracle.reading(reading(70, {"spo2": 94}))
    assert oracle.findings()["windows"] == {("p", "spo2", 0): (1, 97_000, 97_000, 97_000, 0)}


def test_a_late_value_corrects_its_window():
    oracle = told((58, 97), (61, 96), (69, 95), (70, 94), (59, 90))
    assert oracle.findings()["windows"] == {("p", "spo2", 0): (2, 90_000, 97_000, 187_000, 1)}
    assert oracle.answers[-1].late
    assert oracle.answers[-1].a == 70 * S


def test_a_value_behind_the_others_whose_window_is_not_due_is_not_late():
    oracle = told((58, 97), (69, 95), (59, 90), (70, 94))
    assert oracle.findings()["windows"] == {("p", "spo2", 0): (2, 90_000, 97_000, 187_000, 0)}


def test_windows_before_the_epoch_start_at_whole_minutes_too():
    oracle = told((-61, 95), (-60, 96), (-1, 97))
    oracle.tick(10 * S)
    assert oracle.findings()["windows"] == {
        ("p", "spo2", -60 * S): (2, 96_000, 97_000, 193_000, 0),
        ("p", "spo2", -120 * S): (1, 95_000, 95_000, 95_000, 0),
    }


# Limit rules: SpO2 < 90, delay 10 s, hysteresis 1, clear 5 s
#
#   t      0    4    9    12   20        30   36
#   value  95   88   87   91   86        92   93
#   state  -    pend      norm pend      act  (35 normal)
#                                        clearing


def test_spo2_goes_through_its_states_as_the_design_says():
    oracle = told((0, 95), (4, 88), (9, 87), (12, 91), (20, 86), (30, 92), (36, 93))
    assert moves(oracle) == [
        (4, "spo2_low", "pending"),
        (12, "spo2_low", "normal"),
        (20, "spo2_low", "pending"),
        (30, "spo2_low", "active"),
        (30, "spo2_low", "clearing"),
        (35, "spo2_low", "normal"),
    ]
    rows = oracle.findings()["transitions"]
    assert [row[6:] for row in rows] == [
        (88_000, 90_000, None),
        (91_000, 90_000, None),
        (86_000, 90_000, None),
        (86_000, 90_000, 30 * S),
        (92_000, 90_000, 30 * S),
        (92_000, 90_000, 30 * S),
    ]


def test_the_limit_itself_is_no_breach_and_less_than_the_hysteresis_clears_nothing():
    assert moves(told((0, 90))) == []
    oracle = told((0, 89), (10, 90), (11, 90.999), (12, 91))
    assert moves(oracle, "spo2_low") == [
        (0, "spo2_low", "pending"),
        (10, "spo2_low", "active"),
        (12, "spo2_low", "clearing"),
    ]


def test_clearing_falls_back_to_active_with_the_same_onset():
    oracle = told((0, 89), (11, 92), (14, 90.5), (15, 92))
    oracle.tick(20 * S)
    assert moves(oracle, "spo2_low")[2:] == [
        (11, "spo2_low", "clearing"),
        (14, "spo2_low", "active"),
        (15, "spo2_low", "clearing"),
        (20, "spo2_low", "normal"),
    ]
    assert {row[-1] for row in oracle.findings()["transitions"][1:]} == {10 * S}


def test_a_stale_vital_sign_makes_its_alarm_unknown_and_a_value_within_makes_it_active_again():
    #   0 pending   10 active   15.001 stale, unknown   20 within: active   21 cleared: clearing
    oracle = told((0, 89), (20, 90), (21, 91))
    assert moves(oracle, "spo2_low", "spo2_stale") == [
        (0, "spo2_low", "pending"),
        (10, "spo2_low", "active"),
        (15.001, "spo2_stale", "active"),
        (15.001, "spo2_low", "unknown"),
        (20, "spo2_low", "active"),
        (20, "spo2_stale", "normal"),
        (21, "spo2_low", "clearing"),
    ]


def test_cuff_pressure_alarms_at_once_and_an_arterial_line_after_its_delay():
    cuff = told((0, 85), vital="systolic_bp")
    assert moves(cuff) == [(0, "systolic_bp_low", "active")]
    arterial = told((0, 85), (9, 85), vital="systolic_bp", bp_method="arterial")
    arterial.tick(10 * S)
    assert moves(arterial) == [(0, "systolic_bp_low", "pending"), (10, "systolic_bp_low", "active")]


# Keys and clocks


def test_the_same_again_is_a_duplicate_other_content_a_conflict_and_neither_moves_anything():
    oracle = told((0, 97))
    assert oracle.reading(reading(0, {"spo2": 97}, at=50, age=40)) == "duplicate"
    assert oracle.reading(reading(0, {"spo2": 96}, at=50)) == "conflict"
    assert oracle.reading(reading(0, {"spo2": 96}, at=3, source="other")) == "accepted"
    assert oracle.answers[-1].a == 3 * S
    assert oracle.answers[-1].arrival == 2


def test_more_than_five_minutes_ahead_is_the_future():
    oracle = Oracle()
    assert oracle.reading(reading(300.001, {"spo2": 97}, at=0)) == "future"
    assert oracle.reading(reading(300, {"spo2": 97}, at=0)) == "accepted"


def test_what_comes_behind_a_tick_takes_the_time_of_the_tick():
    oracle = told((0, 97))
    oracle.tick(10 * S)
    oracle.reading(reading(9, {"spo2": 97}))
    assert oracle.answers[-1].a == 10 * S


# Commands


def test_a_changed_limit_judges_the_held_value_and_a_rule_switched_off_ends():
    oracle = told((0, 92))
    oracle.command(limit_command(1, {"limit": 93, "delay_s": 0}))
    oracle.command(limit_command(2, {"limit": None}))
    oracle.command(limit_command(3, None))
    assert moves(oracle) == [(1, "spo2_low", "active"), (2, "spo2_low", "normal")]


def limit_command(second: int, own: dict | None) -> Command:
    return Command("p", second * S, "nurse", "settings", {"limits": {"spo2_low": own}})


def test_a_discharge_ends_everything_in_order_and_a_new_stay_starts_afresh():
    oracle = told((0, 85), (12, 78), (28, 40))
    oracle.tick(400 * S)
    oracle.command(Command("p", 400 * S, "nurse", "discharge", {}))
    assert moves(oracle)[-5:] == [
        (400, "spo2_low", "normal"),
        (400, "spo2_desaturation", "normal"),
        (400, "check_spo2", "normal"),
        (400, "spo2_stale", "normal"),
        (400, "no_signal", "normal"),
    ]
    count = len(moves(oracle))
    oracle.tick(4_000 * S)
    assert len(moves(oracle)) == count
    oracle.reading(reading(4_001, {"spo2": 97}, source="other"))
    assert len(moves(oracle)) == count


def test_commands_and_readings_share_one_count_of_arrivals():
    oracle = told((0, 97))
    assert oracle.command(Command("p", 5 * S, "nurse", "transfer", {"bed": "2"})) == (5 * S, 2)
    oracle.reading(reading(4, {"spo2": 97}))
    assert (oracle.answers[-1].a, oracle.answers[-1].arrival) == (5 * S, 3)
