import re
from html.parser import HTMLParser

import pytest
from tests.server.records import reading
from tests.server.ward import NOW

from wardline.model.patients import Patient
from wardline.model.pictures import ConditionPicture
from wardline.server.status_page import PATIENTS_MAX

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def page_of(call):
    answer = call.get("/status")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    tags = Tags()
    tags.feed(answer.text)
    return tags


def test_a_page_without_patients_says_so(call):
    page = page_of(call)
    assert "nothing has been received" in page.text
    assert "Last reading" in page.text
    assert "never" in page.text


def test_the_page_says_what_it_is_and_is_not(call):
    assert "secondary display and research tool, not a medical device" in page_of(call).text


def test_the_page_shows_values_with_age_and_state(call):
    call.post("/api/v1/readings", [
        reading("PT-001", NOW - 65_000, temperature=37.25), reading("PT-001", NOW - 2000, spo2=97),
    ])  # fmt: skip
    answer = call.get("/status").text
    assert re.search(r'class="value live"><b>97</b><small>live, 2 s ago', answer)
    assert re.search(r'class="value stale"><b>37\.2</b><small>stale, 1 min ago', answer)
    assert answer.count("missing</small>") == 6


def test_conditions_are_shown_with_priority_and_reason_but_pending_ones_are_not(call, ward):
    ward.store.known["A"] = Patient("A", "ICU", "7")
    ward.conditions = tuple(
        ConditionPicture(rule, state, "high", "physiological", "spo2", 1, 1, NOW, "because")
        for rule, state in (("spo2_low", "active"), ("heart_rate_low", "pending"),
                            ("systolic_bp_low", "unknown"))
    )  # fmt: skip
    page = page_of(call)
    alarms = [attrs for tag, attrs in page.seen if "alarm" in attrs.get("class", "")]
    assert alarms == [{"class": "alarm high"}] * 2
    assert page.text.count("because") == 2
    assert "systolic bp low (unknown)" in page.text
    assert "heart rate low" not in page.text
    assert "ICU · 7" in page.text


def test_problems_of_the_host_are_listed(call, ward):
    ward.trouble = ["the store is <away>"]
    page = page_of(call)
    assert "not ready" in page.text
    assert "the store is <away>" in page.text


def test_the_page_has_no_script_and_nothing_inline_or_foreign(call, ward):
    ward.store.known["A"] = Patient("A")
    page = page_of(call)
    assert not [tag for tag, attrs in page.seen if tag in {"script", "style"} or "style" in attrs]
    addresses = [
        a.get("href") or a.get("src") for _, a in page.seen if a.get("href") or a.get("src")
    ]
    assert all(address.startswith("/") for address in addresses)
    assert {"/openapi.json", "/metrics"} <= set(addresses)
    assert ("meta", {"http-equiv": "refresh", "content": "5"}) in page.seen


@pytest.mark.parametrize("text", [HOSTILE, "\u202eevil", "&lt;b&gt;"])
def test_hostile_names_are_shown_as_text(call, ward, text):
    ward.store.known[text] = Patient(text, text, text)
    ward.conditions = (
        ConditionPicture("spo2_low", "active", "low", "physiological", "spo2", 1, 1, NOW, text),
    )
    page = page_of(call)
    assert page.text.count(text) == 4
    assert "script" not in {tag for tag, _ in page.seen}


def test_a_page_of_very_many_patients_is_cut_and_says_so(call, ward):
    for number in range(PATIENTS_MAX + 1):
        ward.store.known[f"P{number}"] = Patient(f"P{number}")
    page = page_of(call)
    assert "1 patient more are not shown" in page.text or "1 patient" in page.text
    assert sum(1 for tag, _ in page.seen if tag == "tr") == PATIENTS_MAX + 1


def test_the_name_of_the_store_never_holds_its_address(call):
    assert "memory" in page_of(call).text


def test_every_link_of_the_page_leads_somewhere(call):
    links = {a["href"] for tag, a in page_of(call).seen if tag in {"a", "link"}}
    assert {call.get(link).status_code for link in links} == {200}


def test_the_style_is_served_as_css_for_dark_and_light(call):
    answer = call.get("/static/status.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/static/", "/static/../app.py", "/static/%2e%2e/app.py", "/docs"]
)
def test_nothing_else_is_served_as_a_file(call, path):
    assert call.get(path).status_code == 404
