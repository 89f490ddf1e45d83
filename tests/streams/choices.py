"""What the author of streams chooses from. Heavier choices stand there several times."""

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000

STARTS = (1_700_000_040_000, 946_684_800_000, 0, -125_000)

JUMPS = (
    *[SECOND] * 40, *[2 * SECOND] * 16, *[5 * SECOND] * 12, *[10 * SECOND] * 6,
    0, 0, 250, 999, 1_001, 3_000, 4_999, 5_001, 15_000, 15_001, 20_000, 30_000, 30_001,
    MINUTE, MINUTE, 70_000, 75_001, 2 * MINUTE, 10 * MINUTE, 10 * MINUTE + 1, 11 * MINUTE,
    30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 4 * HOUR + 1, 12 * HOUR, 24 * HOUR,
)  # fmt: skip

LAGS = (
    *[0] * 24, 1, 500, SECOND, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND,
    59_999, MINUTE, MINUTE, 60_001, 70_000, 90_000, 130_000, 5 * MINUTE, 6 * MINUTE, 10 * MINUTE,
    30 * MINUTE, 30 * MINUTE + 1, 31 * MINUTE, 2 * HOUR - 1, 2 * HOUR, 11 * HOUR, 12 * HOUR,
    12 * HOUR - 1, 30 * HOUR,
)  # fmt: skip
LEADS = (1, SECOND, 5 * SECOND, 6 * SECOND, MINUTE, 299_999, 300_000, 300_001, HOUR)

FIELDS = (
    *[("spo2",)] * 3, *[("heart_rate",)] * 3, ("pulse_rate",), ("respiratory_rate",),
    *[("heart_rate", "pulse_rate")] * 2, *[("heart_rate", "respiratory_rate", "spo2")] * 3,
    *[("systolic_bp", "diastolic_bp", "mean_bp")] * 3, ("systolic_bp",), ("mean_bp",),
    ("systolic_bp", "diastolic_bp"), *[("temperature",)] * 2, (), (),
    *[("heart_rate", "pulse_rate", "respiratory_rate", "spo2", "systolic_bp", "diastolic_bp",
       "mean_bp", "temperature")] * 3,
)  # fmt: skip

CALM = {
    "heart_rate": (75_000, 76_000, 74_000), "pulse_rate": (75_000, 77_000),
    "respiratory_rate": (14_000, 15_000), "spo2": (97_000, 96_000),
    "systolic_bp": (120_000, 118_000), "diastolic_bp": (75_000, 74_000),
    "mean_bp": (90_000, 89_000), "temperature": (36_800, 36_900),
}  # fmt: skip

EDGES = {
    "heart_rate": (
        39_000, 40_000, 40_500, 42_000, 49_000, 50_000, 50_499, 51_000, 52_000, 60_000, 90_500,
        91_000, 100_000, 101_000, 110_500, 118_000, 119_000, 120_000, 121_000, 130_000, 131_000,
        141_000, 148_000, 150_000, 151_000, 200_000,
    ),
    "pulse_rate": (40_000, 50_500, 60_000, 90_500, 110_500, 120_000, 130_500, 200_000),
    "respiratory_rate": (
        7_000, 8_000, 8_500, 9_000, 11_500, 12_000, 20_000, 20_500, 21_000, 22_000, 24_500, 29_000,
        30_000, 31_000, 40_000,
    ),
    "spo2": (
        79_000, 80_000, 81_000, 83_500, 86_000, 88_000, 89_000, 89_999, 90_000, 90_999, 91_000,
        92_000, 92_500, 93_000, 94_500, 95_000, 96_500, 97_000, 100_000,
    ),
    "systolic_bp": (
        69_000, 70_000, 72_000, 73_000, 85_000, 89_000, 90_000, 92_000, 93_000, 100_500, 110_500,
        140_001, 157_000, 158_000, 160_000, 161_000, 181_000, 199_500, 219_500, 220_000,
    ),
    "diastolic_bp": (49_000, 50_000, 52_000, 53_000, 87_000, 88_000, 90_000, 91_000),
    "mean_bp": (59_000, 60_000, 62_999, 63_000, 107_000, 110_000, 111_000, 90_049, 90_050),
    "temperature": (
        34_900, 35_000, 35_050, 35_900, 36_000, 36_199, 36_200, 36_500, 38_000, 38_049, 38_050,
        38_300, 38_400, 38_500, 38_600, 39_000, 39_050, 39_100, 40_000,
    ),
}  # fmt: skip

SUSPECTS = {
    "heart_rate": (19_000, 19_999, 251_000), "pulse_rate": (10_000, 250_001),
    "respiratory_rate": (0, 71_000), "spo2": (49_000, 1_000), "systolic_bp": (39_000, 281_000),
    "diastolic_bp": (14_000, 201_000), "mean_bp": (19_000, 251_000),
    "temperature": (29_900, 43_100),
}  # fmt: skip

SETTINGS = (
    {"limits": {"spo2_low": {"limit": 93}}},
    {"limits": {"spo2_low": {"limit": None}, "heart_rate_high": {"limit": None}}},
    {"limits": {"spo2_low": None, "heart_rate_high": None, "systolic_bp_low": None}},
    {"limits": {"heart_rate_high": {"limit": 100.5, "delay_s": 2.5, "clear_s": 0}}},
    {"limits": {"heart_rate_low": {"limit": 76, "delay_s": 0, "hysteresis": 0.5, "clear_s": 30}}},
    {"limits": {"systolic_bp_low": {"limit": 119, "arterial_delay_s": 0, "priority": "high"}}},
    {"limits": {"temperature_high": {"limit": 36.8, "hysteresis": 0.05, "delay_s": 3600}}},
    {"profile": "system_a"},
    {"profile": "adult"},
    {"profile": "adult", "limits": {"respiratory_rate_high": {"limit": 14.5}}},
    {"spo2_scale": 2},
    {"spo2_scale": 1},
    {"age": 12},
    {"age": 16, "pregnant": False},
    {"age": None},
    {"pregnant": True},
    {"pregnant": False},
    {},
)

PATIENTS = ("PT-001", "PT-002", "bett-ä", "患者-4")
SOURCES = (
    ("",),
    ("", "", "", "monitor"),
    ("monitor", "monitor", "chart", ""),
    ("monitor", "monitor", "m2", "m3", "m4", "m5", "", "chart"),
)
"""A stream has one of these sets; the last has more sources than an engine remembers."""
