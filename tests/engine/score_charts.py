"""The charts once more, as literal tables: what the score tests judge the compiled scores by."""

from math import inf

NONE = None

# (upper end, points): the first row whose upper end is not below the value counts.
NEWS2 = {
    "respiratory_rate": [(8, 3), (11, 1), (20, 0), (24, 2), (inf, 3)],
    "spo2_scale_1": [(91, 3), (93, 2), (95, 1), (inf, 0)],
    "spo2_scale_2_air": [(83, 3), (85, 2), (87, 1), (inf, 0)],
    "spo2_scale_2_oxygen": [(83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), (inf, 3)],
    "systolic_bp": [(90, 3), (100, 2), (110, 1), (219, 0), (inf, 3)],
    "heart_rate": [(40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (inf, 3)],
    "temperature": [(35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), (inf, 2)],
}
MEWS = {
    "systolic_bp": [(70, 3), (80, 2), (100, 1), (199, 0), (inf, 2)],
    "heart_rate": [(40, 2), (50, 1), (100, 0), (110, 1), (129, 2), (inf, 3)],
    "respiratory_rate": [(8, 2), (14, 0), (20, 1), (29, 2), (inf, 3)],
    "temperature": [(34.9, 2), (38.4, 0), (inf, 2)],
}


def points(chart, value):
    """Points of a value already rounded to the chart's resolution."""
    return next(score for upper, score in chart if value <= upper)


def spo2_points(percent, scale, oxygen):
    """NEWS2 points for SpO2; None when scale 2 needs to know about oxygen and nobody does."""
    if scale == 1:
        return points(NEWS2["spo2_scale_1"], percent)
    if oxygen is None:
        return None if percent >= 93 else points(NEWS2["spo2_scale_2_oxygen"], percent)
    name = "spo2_scale_2_oxygen" if oxygen else "spo2_scale_2_air"
    return points(NEWS2[name], percent)


def risk(total, worst):
    """The NEWS2 band of a complete total."""
    if total >= 7:
        return "high"
    if total >= 5:
        return "medium"
    return "low-medium" if worst == 3 else "low"
