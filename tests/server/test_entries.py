import pytest
from pydantic import ValidationError

from wardline.engine.policies import merged_settings, policy_of
from wardline.model.policy import PROFILES, RULE_NAMES
from wardline.model.vitals import VITALS
from wardline.server.entries import SettingsEntry, check_settings, limits_in_force
from wardline.server.errors import RefusedError


def entered(**fields):
    return SettingsEntry.model_validate({"actor": "K"} | fields)


def refusal(before=None, **fields):
    with pytest.raises(RefusedError) as caught:
        check_settings(entered(**fields), before)
    assert caught.value.status == 422
    return caught.value


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_can_be_set_and_keeps_its_own_limits_apart(profile):
    check_settings(entered(profile=profile), None)


@pytest.mark.parametrize("profile", ["", "Adult", "neonate", None])
def test_an_unknown_profile_is_refused_with_those_there_are(profile):
    refused = refusal(profile=profile)
    assert refused.field == "profile"
    assert "adult" in refused.error


@pytest.mark.parametrize("rule", RULE_NAMES)
def test_every_limit_can_be_switched_off_set_and_given_back(rule):
    for change in ({"limit": None}, None, {"delay_s": 20, "clear_s": 0, "priority": "high"}):
        check_settings(entered(limits={rule: change}), None)


@pytest.mark.parametrize("rule", RULE_NAMES)
def test_a_limit_must_lie_where_its_vital_sign_can_be(rule):
    vital = VITALS[{r.name: r for r in PROFILES["adult"].rules}[rule].vital]
    for limit in (vital.hard_low - 0.1, vital.hard_high + 0.1):
        refused = refusal(limits={rule: {"limit": limit}})
        assert refused.field == f"limits.{rule}.limit"
        assert vital.unit in refused.error


@pytest.mark.parametrize(
    ("limits", "field"), [
        ({"heart_rate": {"limit": 50}}, "limits.heart_rate"),
        ({"heart_rate_low": {}}, "limits.heart_rate_low"),
        (None, "limits"),
    ],
)  # fmt: skip
def test_limits_that_say_nothing_or_name_no_rule_are_refused(limits, field):
    assert refusal(limits=limits).field == field


@pytest.mark.parametrize(
    "fields", [
        {}, {"spo2_scale": 3}, {"spo2_scale": "1"}, {"spo2_scale": True}, {"age": -1}, {"age": 131},
        {"age": 40.5}, {"pregnant": "no"}, {"pregnant": 2}, {"pregnant": None}, {"colour": "red"},
        {"limits": {"spo2_low": {"limit": "90"}}}, {"limits": {"spo2_low": {"delay_s": -1}}},
        {"limits": {"spo2_low": {"delay_s": 601}}}, {"limits": {"spo2_low": {"delay_s": None}}},
        {"limits": {"spo2_low": {"priority": "urgent"}}}, {"limits": {"spo2_low": {"delay": 5}}},
        {"limits": {"spo2_low": {"limit": float("nan")}}},
        {"limits": {"spo2_low": {"limit": True}}},
        {"limits": {"spo2_low": {"limit": float("inf")}}}, {"limits": {"spo2_low": 88}},
    ],
)  # fmt: skip
def test_a_field_of_the_wrong_kind_or_range_is_refused(fields):
    with pytest.raises(ValidationError):
        entered(**fields)


@pytest.mark.parametrize("age", [0, 130, None])
def test_an_age_may_be_set_and_taken_back(age):
    assert entered(age=age).content() == {"age": age}


@pytest.mark.parametrize(
    ("low", "high", "is_apart"),
    [(60, 62, True), (60, 61.9, False), (100, 100, False), (130, 120, False)],
)
def test_a_low_limit_stays_two_below_the_high_one(low, high, is_apart):
    limits = {"heart_rate_low": {"limit": low}, "heart_rate_high": {"limit": high}}
    if is_apart:
        check_settings(entered(limits=limits), None)
    else:
        assert refusal(limits=limits).field == "limits.heart_rate_low.limit"


def test_temperature_limits_stay_one_degree_apart():
    apart = {"temperature_low": {"limit": 36.5}, "temperature_high": {"limit": 37.5}}
    check_settings(entered(limits=apart), None)
    close = {"temperature_low": {"limit": 37.0}, "temperature_high": {"limit": 37.5}}
    assert "at least 1 below" in refusal(limits=close).error


def test_one_limit_alone_is_compared_with_the_one_in_force():
    assert refusal(limits={"heart_rate_low": {"limit": 119}}).field == "limits.heart_rate_low.limit"
    assert (
        refusal(limits={"heart_rate_high": {"limit": 51}}).field == "limits.heart_rate_high.limit"
    )
    before = {"limits": {"heart_rate_high": {"limit": 140}}}
    check_settings(entered(limits={"heart_rate_low": {"limit": 119}}), before)


def test_a_limit_switched_off_is_compared_with_nothing():
    before = {"limits": {"heart_rate_high": {"limit": None}}}
    check_settings(entered(limits={"heart_rate_low": {"limit": 200}}), before)


def test_a_changed_profile_is_compared_with_the_limits_kept():
    before = {"limits": {"respiratory_rate_low": {"limit": 29}}, "profile": "adult"}
    assert refusal(before, profile="system_a").field == "limits.respiratory_rate_high.limit"


def test_old_settings_that_are_not_touched_stand_in_the_way_of_nothing():
    before = {"limits": {"heart_rate_low": {"limit": 119}}}
    check_settings(entered(age=70), before)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_limits_compared_are_those_that_the_engine_will_judge_by(profile):
    before = {
        "profile": profile,
        "limits": {"spo2_low": {"limit": 85}, "heart_rate_low": {"limit": None}},
    }
    content = entered(limits={"spo2_low": {"delay_s": 30}, "heart_rate_low": None}).content()
    judged = {rule.name: rule.limit for rule in policy_of(merged_settings(before, content)).rules}
    assert limits_in_force(before, content) == judged
