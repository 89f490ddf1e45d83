"""What the charted words of MIMIC-III mean to Wardline. One line, one reason.

Texts are compared in lower case with single spaces.
"""

from enum import IntEnum

from wardline.model.vitals import ARTERIAL, CONSCIOUSNESS, CUFF, UNSTATED, Vital

SOURCES = {UNSTATED: "", CUFF: "nibp", ARTERIAL: "abp"}
"""Cuff and arterial pressure of one moment are readings of their own."""


class Field(IntEnum):
    """What a row may state: the vital signs (0 to 7), and the context."""

    FIO2 = 8
    CONSCIOUSNESS = 9
    O2_FLOW = 10
    O2_DEVICE = 11


PARAMS: dict[str, tuple[int, int]] = {
    "hr": (Vital.HEART_RATE, UNSTATED),
    "resp": (Vital.RESPIRATORY_RATE, UNSTATED),
    "spo2": (Vital.SPO2, UNSTATED),
    "nibp_sys": (Vital.SYSTOLIC_BP, CUFF),
    "nibp_dia": (Vital.DIASTOLIC_BP, CUFF),
    "nibp_mean": (Vital.MEAN_BP, CUFF),
    "abp_sys": (Vital.SYSTOLIC_BP, ARTERIAL),
    "abp_dia": (Vital.DIASTOLIC_BP, ARTERIAL),
    "abp_mean": (Vital.MEAN_BP, ARTERIAL),
    "temp_c": (Vital.TEMPERATURE, UNSTATED),
    "temp_f": (Vital.TEMPERATURE, UNSTATED),
    "fio2": (Field.FIO2, UNSTATED),
    "consciousness": (Field.CONSCIOUSNESS, UNSTATED),
    "o2_flow": (Field.O2_FLOW, UNSTATED),
    "o2_device": (Field.O2_DEVICE, UNSTATED),
}
"""param -> (field, pressure method). Other params (gcs_*, riker_sas, orientation, mental_status,
alarm limits) have no field in Wardline and are ignored."""

FAHRENHEIT = "temp_f"

_LETTERS = {
    "alert": "A",  # awake and responding by itself
    "confused": "C",  # whether it is new is not charted; RCP 2017: if unclear, treat it as new
    "lethargic": "V",  # drowsy, wakes when spoken to, drifts off again: not alert without a voice
    "arouse to voice": "V",  # the definition of V
    "sedated": "V",  # as Riker's scale, charted beside it, words it: "awakens to verbal stimuli or
    # gentle shaking but drifts off again" (Riker 1999, Crit Care Med 27:1325); deeper is charted so
    "arouse to stimulation": "P",  # a voice was not enough; touch stands between V and P, P is safe
    "arouse to stimul": "P",  # the same entry, cut off by the older charting system
    "arouse to pain": "P",  # the definition of P
    "unresponsive": "U",  # the definition of U
    "awake/unresponsive": "U",  # open eyes without any response are no alertness
    # Not here, so ignored: "sleeping" and "dozing intermit" (natural sleep was not interrupted, the
    # response is unknown), "paralytic med" (a paralysed patient cannot show a response).
}
LETTERS = {text: CONSCIOUSNESS.index(letter) for text, letter in _LETTERS.items()}


class Oxygen(IntEnum):
    """What a row says about supplemental oxygen; of several in one moment the greatest counts."""

    NO_OXYGEN = 1
    """No device, or no flow."""
    AIRWAY = 2
    """A tube in the airway: patients with one get oxygen unless the gas is known to be air."""
    AIR = 3
    """The inspired gas is room air (FiO2 0.21)."""
    OXYGEN = 4
    """Oxygen flows, the gas holds more than air does, or a device that gives oxygen is on."""


DEVICES = {
    "none": Oxygen.NO_OXYGEN,  # the charting systems' word for room air
    "endotracheal tube": Oxygen.AIRWAY,
    "tracheostomy tube": Oxygen.AIRWAY,
    "nasal cannula": Oxygen.OXYGEN,
    "trach mask": Oxygen.OXYGEN,  # humidified oxygen in front of a tracheostomy
    "face tent": Oxygen.OXYGEN,
    "aerosol-cool": Oxygen.OXYGEN,  # oxygen through a nebuliser
    "high flow neb": Oxygen.OXYGEN,
    "hi flow neb": Oxygen.OXYGEN,
    "t-piece": Oxygen.OXYGEN,
    "non-rebreather": Oxygen.OXYGEN,
    "medium conc mask": Oxygen.OXYGEN,
    "venti mask": Oxygen.OXYGEN,
    "bipap mask": Oxygen.OXYGEN,  # charted as an oxygen device
    # Not here, so ignored: "other", "other/remarks" (what it was is not in the table).
}
