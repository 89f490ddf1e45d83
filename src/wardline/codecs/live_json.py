"""The live feed's JSON (docs/reference/live.md): pieces of a patient, and whole messages.

A piece is the JSON text of some members, so that a message to many viewers is put together from
pieces that were encoded once.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from wardline.codecs.tables import json_lines, shortest, timestamps
from wardline.model.pictures import (
    ConditionPicture,
    InputPicture,
    PatientPicture,
    ScorePicture,
    VitalPicture,
)
from wardline.model.tables import TABLES, Column, Table

VITAL, INPUT, SCORE = "vital:", "input:", "score:"
"""Pieces whose name begins so stand inside `vitals`, `inputs` and `scores`; others stand alone."""

Pieces = dict[str, str]
Place = tuple[str, str]
"""(ward, bed)."""


def _live_table(name: str, renamed: Mapping[str, str]) -> Table:
    table = TABLES[name]
    columns = (Column(renamed.get(c.name, c.name), c.kind) for c in table.columns)
    return Table(name, tuple(columns), table.time)


FOUND: dict[str, Table] = {
    "transition": _live_table("transitions", {"seq": "patient_seq"}),
    "score": _live_table("scores", {}),
    "window": _live_table("windows", {}),
    "anomaly": _live_table("anomalies", {}),
}
"""The messages that are rows of a table, by type. `seq` is the feed's own there."""


def found_bodies(kind: str, rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """One JSON object per row, without its opening brace."""
    return [line[1:] for line in json_lines(FOUND[kind], rows)]


def found_message(kind: str, seq: int, body: str) -> str:
    """One found row as a message."""
    return f'{{"type":"{kind}","seq":{seq},{body}'


def replayed_message(message: str) -> str:
    """A message of a found row, sent again."""
    return '{"replayed":true,' + message[1:]


def changed_pieces(before: PatientPicture | None, now: PatientPicture) -> Pieces:
    """The pieces of a patient that differ from an earlier picture; all of them if there is none."""
    pieces: Pieces = {}
    for name, view, encode in _PARTS:
        new = view(now)
        if before is None or view(before) != new:
            pieces[name] = encode(new)
    _changed_vitals(before, now, pieces)
    _changed_inputs(before, now, pieces)
    _changed_scores(before, now, pieces)
    return pieces


def _changed_vitals(before: PatientPicture | None, now: PatientPicture, pieces: Pieces) -> None:
    known = () if before is None else before.vitals
    for place, vital in enumerate(now.vitals):
        if before is None or known[place] != vital:
            pieces[VITAL + vital.vital] = _vital(vital)


def _changed_inputs(before: PatientPicture | None, now: PatientPicture, pieces: Pieces) -> None:
    known = {} if before is None else {entry.name: entry for entry in before.inputs}
    for entry in now.inputs:
        if known.pop(entry.name, None) != entry:
            pieces[INPUT + entry.name] = _input(entry)
    for name in known:
        pieces[INPUT + name] = _gone(INPUT + name)


def _changed_scores(before: PatientPicture | None, now: PatientPicture, pieces: Pieces) -> None:
    known = {} if before is None else {score.name: score for score in before.scores}
    for score in now.scores:
        if known.pop(score.name, None) != score:
            pieces[SCORE + score.name] = _score(score)
    for name in known:
        pieces[SCORE + name] = _gone(SCORE + name)


@lru_cache(maxsize=256)
def _gone(name: str) -> str:
    """The piece that says that an input or a score is no more. There are some tens of names."""
    kind, separator, plain = name.partition(":")
    if kind + separator == INPUT:
        return f'"{plain}":null'
    return _score(ScorePicture(plain, None, None, False, None, "{}"))


def _is_gone(name: str, piece: str) -> bool:
    return name.startswith((INPUT, SCORE)) and piece == _gone(name)


def trend_piece(end_ms: int, means: Mapping[str, Sequence[int | None]]) -> str:
    """The member `trend`: thousandths per minute by vital sign, oldest first."""
    rows = ",".join(f'"{name}":[{",".join(map(number, row))}]' for name, row in means.items())
    return f'"trend":{{"end":{end_ms},"means":{{{rows}}}}}'


def patient_text(patient_id: str, pieces: Mapping[str, str], *, is_whole: bool) -> str:
    """A patient, or what changed of one. A whole one has every member, and nothing that went."""
    if is_whole:
        pieces = {name: piece for name, piece in pieces.items() if not _is_gone(name, piece)}
    members = [f'"patient_id":{text(patient_id)}']
    members += [piece for name, piece in pieces.items() if ":" not in name]
    for prefix, member, (start, end) in (
        (VITAL, "vitals", "{}"),
        (INPUT, "inputs", "{}"),
        (SCORE, "scores", "[]"),
    ):
        inside = [piece for name, piece in pieces.items() if name.startswith(prefix)]
        if inside or is_whole:
            members.append(f'"{member}":{start}{",".join(inside)}{end}')
    return "{" + ",".join(members) + "}"


def patients_body(patients: Iterable[str], beds: Iterable[Place] | None) -> str:
    """What a `snapshot` or `values` message holds, from the texts of patients."""
    body = f'"patients":[{",".join(patients)}]'
    if beds is None:
        return body
    places = (f'{{"ward":{text(ward)},"bed":{text(bed)}}}' for ward, bed in beds)
    return f'{body},"beds":[{",".join(places)}]'


def patients_message(kind: str, seq: int, now_ms: int, body: str) -> str:
    """A `snapshot` or `values` message with a body of `patients_body`."""
    return f'{{"type":"{kind}","seq":{seq},"now":{time(now_ms)},{body}}}'


def admissions_message(seq: int, now_ms: int, summary: str) -> str:
    """The message that there are new admissions. `summary`: a JSON object."""
    return f'{{"type":"admissions","seq":{seq},"now":{time(now_ms)},"summary":{summary}}}'


def heartbeat_message(
    seq: int, now_ms: int, engine_at: int | None, problems: Sequence[str], figures: object
) -> str:
    """The message that says that all is well, or what is not. `figures`: plain JSON content."""
    rest = json.dumps({"problems": list(problems), "figures": figures}, separators=(",", ":"))
    engine = time(engine_at)
    return f'{{"type":"heartbeat","seq":{seq},"now":{time(now_ms)},"engine_at":{engine},{rest[1:]}'


def system_message(seq: int, now_ms: int, system: str) -> str:
    """The message with the data flow for operators. `system`: a JSON object."""
    return f'{{"type":"system","seq":{seq},"now":{time(now_ms)},"system":{system}}}'


def resumed_message(seq: int, *, complete: bool) -> str:
    """The end of the answer to `resume`."""
    return json.dumps({"type": "resumed", "seq": seq, "complete": complete}, separators=(",", ":"))


# -- members --------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def text(value: str | None) -> str:
    """A JSON text or null. Names come again and again; the cache forgets those used longest ago."""
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=4096)
def time(time_ms: int | None) -> str:
    """A quoted RFC 3339 time or null. Most members of a patient share a few times."""
    if time_ms is None:
        return "null"
    second, rest = divmod(time_ms, 1000)
    return f'"{_second(second)}.{rest:03d}Z"'


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    """A whole second without its point and zone; most times of a message share a few."""
    return timestamps([second * 1000], "")[0][: -len(".000Z")]


@lru_cache(maxsize=16_384)
def number(thousandths: int | None) -> str:
    """A plain number or null."""
    return "null" if thousandths is None else shortest(thousandths)


def _pair(pair: tuple[int | None, int | None] | None) -> str:
    return "null" if pair is None else f"[{number(pair[0])},{number(pair[1])}]"


def _vital(vital: VitalPicture) -> str:
    return (
        f'"{vital.vital}":{{"value":{number(vital.value)},"state":"{vital.state}",'
        f'"observed_at":{time(vital.observed_at)},"arrived_at":{time(vital.arrived_at)},'
        f'"source":{text(vital.source)},"usual":{_pair(vital.usual)}}}'
    )


def _input(entry: InputPicture) -> str:
    given = entry.value
    value = json.dumps(given) if isinstance(given, (bool, str)) else number(given)
    return f'"{entry.name}":{{"value":{value},"at":{time(entry.at)}}}'


def _condition(condition: ConditionPicture) -> str:
    return (
        f'{{"rule":"{condition.rule}","state":"{condition.state}",'
        f'"priority":"{condition.priority}","kind":"{condition.kind}","vital":"{condition.vital}",'
        f'"value":{number(condition.value)},"limit":{number(condition.limit)},'
        f'"onset":{time(condition.onset)},"reason":{text(condition.reason)}}}'
    )


def _score(score: ScorePicture) -> str:
    complete = "true" if score.complete else "false"
    return (
        f'{{"name":"{score.name}","total":{number(score.total)},'
        f'"at_least":{number(score.at_least)},"complete":{complete},"risk":{text(score.risk)},'
        f'"parts":{score.parts}}}'
    )


def _about(about: tuple[Any, ...]) -> str:
    members = dict(zip(_ABOUT, about, strict=True))
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))[1:-1]


def _settings(settings: tuple[str, int, dict[str, tuple[int | None, int | None]]]) -> str:
    profile, scale, limits = settings
    ranges = ",".join(f'"{name}":{_pair(pair)}' for name, pair in limits.items())
    return f'"profile":{text(profile)},"spo2_scale":{scale},"limits":{{{ranges}}}'


_ABOUT = ("ward", "bed", "admission_id", "age", "gender", "condition")


def _array(member: str, encode: Callable[[Any], str]) -> Callable[[Iterable[Any]], str]:
    return lambda entries: f'"{member}":[{",".join(map(encode, entries))}]'


_PARTS: tuple[tuple[str, Callable[[PatientPicture], Any], Callable[[Any], str]], ...] = (
    ("about", attrgetter(*(f"patient.{name}" for name in _ABOUT)), _about),
    ("settings", attrgetter("profile", "spo2_scale", "limits"), _settings),
    ("read", attrgetter("last_reading_at"), lambda at: f'"last_reading_at":{time(at)}'),
    ("skew", attrgetter("clock_skew_s"), lambda skew: f'"clock_skew_s":{json.dumps(skew)}'),
    ("conditions", attrgetter("conditions"), _array("conditions", _condition)),
)
