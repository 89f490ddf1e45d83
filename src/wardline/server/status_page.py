"""GET /status: a plain page that says honestly what the server sees; no script, reloads itself."""

from html import escape
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

from wardline.model.pictures import ConditionPicture, PatientPicture, VitalPicture
from wardline.model.policy import PRIORITY_NAMES
from wardline.model.vitals import VITAL_INDEX, VITALS
from wardline.pipeline.ports import Host
from wardline.server.context import Served
from wardline.server.latest import age_s
from wardline.server.messages import rfc3339

PATIENTS_MAX = 200
"""Patients shown on the page; how many more there are is said below them."""

SHOWN_STATES = ("active", "clearing", "unknown")
STANCE = (
    "Wardline is a secondary display and research tool, not a medical device."
    " The bedside monitor stays the primary source of alarms."
)

router = APIRouter()


@router.get("/status", include_in_schema=False)
def get_status_page(served: Served) -> Response:
    """The status page."""
    return status_response(served.host)


def status_response(host: Host, notice: str = "") -> Response:
    """The status page, with one line of notice above it."""
    now, pictures = host.pictures()
    text = page(now, pictures, host, notice)
    return Response(text.encode("utf-8", "replace"), media_type="text/html; charset=utf-8")


@router.get("/static/status.css", include_in_schema=False)
def get_status_css() -> Response:
    """The look of the status page."""
    css = files("wardline.server").joinpath("static", "status.css").read_bytes()
    return Response(css, headers={"Cache-Control": "no-cache"}, media_type="text/css")


def page(now: int, pictures: list[PatientPicture], host: Host, notice: str = "") -> str:
    """The whole page. Everything that came from outside is escaped."""
    problems = host.problems()
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>Wardline: {_patients(len(pictures))}, {_readiness(problems)}</title>
<link rel="stylesheet" href="/static/status.css">
</head>
<body>
<header>
<h1>Wardline</h1>
<nav><a href="/">Console</a> <a href="/api/v1/vitals/latest">Latest values</a>
<a href="/openapi.json">API description</a>
<a href="/metrics">Metrics</a> <a href="/readyz">Readiness</a></nav>
</header>
<p class="stance">{escape(STANCE)}</p>
{_notice(notice)}
<main>
{_facts(now, pictures, problems, host)}
{_problems(problems)}
<h2>Patients</h2>
{_table(now, pictures)}
</main>
<footer><p>As of {escape(rfc3339(now) or "")}. The page loads itself again every 5 seconds.
A struck-out value is stale: it is the last one known, not a present one.</p></footer>
</body>
</html>
"""


def _notice(text: str) -> str:
    return f'<p class="notice">{escape(text)}</p>' if text else ""


def _patients(count: int) -> str:
    return "1 patient" if count == 1 else f"{count} patients"


def _readiness(problems: list[str]) -> str:
    return "not ready" if problems else "ready"


def _facts(now: int, pictures: list[PatientPicture], problems: list[str], host: Host) -> str:
    last = max((p.last_reading_at for p in pictures if p.last_reading_at is not None), default=None)
    alarms = sum(1 for p in pictures for c in p.conditions if c.state == "active")
    state = _readiness(problems)
    facts = (
        ("State", state, state.replace(" ", "-")),
        ("Patients", str(len(pictures)), ""),
        ("Last reading", _ago(age_s(now, last)), ""),
        ("Active alarms", str(alarms), ""),
        ("Store", store_name(host), ""),
    )
    cards = "\n".join(
        f'<div><dt>{escape(name)}</dt><dd class="{look}">{escape(text)}</dd></div>'
        for name, text, look in facts
    )
    return f'<dl class="facts">\n{cards}\n</dl>'


def store_name(host: Host) -> str:
    """What kind of store it is; never its address, which may hold a password."""
    return host.store.kind


def _problems(problems: list[str]) -> str:
    if not problems:
        return ""
    items = "".join(f"<li>{escape(problem)}</li>" for problem in problems)
    return f'<h2>Why it is not ready</h2>\n<ul class="problems">{items}</ul>'


def _table(now: int, pictures: list[PatientPicture]) -> str:
    if not pictures:
        return "<p>No patient yet: nothing has been received.</p>"
    names = "".join(
        f'<th scope="col"><abbr title="{escape(v.title)}">{escape(v.short)}</abbr>'
        f"<small>{escape(v.unit)}</small></th>"
        for v in VITALS
    )
    rows = "\n".join(_row(now, picture) for picture in pictures[:PATIENTS_MAX])
    more = len(pictures) - PATIENTS_MAX
    rest = f"<p>{_patients(more)} more are not shown here.</p>" if more > 0 else ""
    return (
        f'<div class="scroll"><table>\n<thead><tr><th scope="col">Patient</th>'
        f'<th scope="col">Conditions</th>{names}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>{rest}"
    )


def _row(now: int, picture: PatientPicture) -> str:
    patient = picture.patient
    place = " · ".join(word for word in (patient.ward, patient.bed) if word)
    seen = _ago(age_s(now, picture.last_reading_at))
    cells = "".join(_value(now, vital) for vital in picture.vitals)
    shown = [c for c in picture.conditions if c.state in SHOWN_STATES]
    shown.sort(key=lambda c: PRIORITY_NAMES.index(c.priority), reverse=True)
    conditions = "".join(_condition(c) for c in shown)
    return (
        f'<tr><th scope="row"><bdi>{escape(patient.patient_id)}</bdi>'
        f"<small><bdi>{escape(place)}</bdi></small><small>{escape(seen)}</small></th>"
        f'<td class="conditions">{conditions}</td>{cells}</tr>'
    )


def _value(now: int, vital: VitalPicture) -> str:
    if vital.value is None:
        return f'<td class="value missing">&ndash;<small>{escape(vital.state)}</small></td>'
    decimals = VITALS[VITAL_INDEX[vital.vital]].decimals
    age = _ago(age_s(now, vital.observed_at, vital.arrived_at))
    return (
        f'<td class="value {escape(vital.state)}"><b>{vital.value / 1000:.{decimals}f}</b>'
        f"<small>{escape(vital.state)}, {escape(age)}</small></td>"
    )


def _condition(condition: ConditionPicture) -> str:
    text = condition.rule.replace("_", " ")
    state = "" if condition.state == "active" else f" ({condition.state})"
    return (
        f'<span class="alarm {escape(condition.priority)}">{escape(text + state)}</span>'
        f"<small>{escape(condition.reason)}</small>"
    )


def _ago(seconds: float | None) -> str:
    """An age in the largest unit that still says something."""
    if seconds is None:
        return "never"
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return f"{int(seconds)} s ago"
