"""The charts as printed: for each band the points, the lowest and the highest value in it.

Values are in the chart's resolution: integers, and tenths of a degree for temperature.
NEWS2: Royal College of Physicians 2017. MEWS: Subbe 2001. None = open end.
"""

NEWS2 = {
    "respiratory_rate": [(3, None, 8), (1, 9, 11), (0, 12, 20), (2, 21, 24), (3, 25, None)],
    "spo2_scale_1": [(3, None, 91), (2, 92, 93), (1, 94, 95), (0, 96, None)],
    "spo2_scale_2_on_air": [(3, None, 83), (2, 84, 85), (1, 86, 87), (0, 88, None)],
    "spo2_scale_2_on_oxygen": [
        (3, None, 83), (2, 84, 85), (1, 86, 87), (0, 88, 92),
        (1, 93, 94), (2, 95, 96), (3, 97, None),
    ],
    "systolic_bp": [(3, None, 90), (2, 91, 100), (1, 101, 110), (0, 111, 219), (3, 220, None)],
    "heart_rate": [
        (3, None, 40), (1, 41, 50), (0, 51, 90), (1, 91, 110), (2, 111, 130), (3, 131, None),
    ],
    "temperature": [
        (3, None, 350), (1, 351, 360), (0, 361, 380), (1, 381, 390), (2, 391, None),
    ],
}  # fmt: skip
NEWS2_CONSCIOUSNESS = {"A": 0, "C": 3, "V": 3, "P": 3, "U": 3}
NEWS2_OXYGEN = {False: 0, True: 2}

MEWS = {
    "systolic_bp": [(3, None, 70), (2, 71, 80), (1, 81, 100), (0, 101, 199), (2, 200, None)],
    "heart_rate": [
        (2, None, 40), (1, 41, 50), (0, 51, 100), (1, 101, 110), (2, 111, 129), (3, 130, None),
    ],
    "respiratory_rate": [(2, None, 8), (0, 9, 14), (1, 15, 20), (2, 21, 29), (3, 30, None)],
    "temperature": [(2, None, 349), (0, 350, 384), (2, 385, None)],
}  # fmt: skip
MEWS_CONSCIOUSNESS = {"A": 0, "C": 1, "V": 1, "P": 2, "U": 3}


def half_away(numerator: int, denominator: int) -> int:
    """Nearest integer to a fraction of numbers that are not negative; a half goes up."""
    return (2 * numerator + denominator) // (2 * denominator)


def charted(name: str, value: int) -> int:
    """A value in the chart's resolution, from thousandths."""
    return half_away(value, 100 if name == "temperature" else 1000)


def points(bands: list, number: int) -> int:
    """The points of the one band a number falls into."""
    found = [
        worth
        for worth, low, high in bands
        if (low is None or number >= low) and (high is None or number <= high)
    ]
    assert len(found) == 1, (bands, number)
    return found[0]
