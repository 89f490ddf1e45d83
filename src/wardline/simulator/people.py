"""Made-up names and places for simulated admissions. Nobody here exists."""

MALE_NAMES = ("Aldo", "Bram", "Cyril", "Dario", "Emrys", "Fitz", "Goran", "Hollis", "Ivo", "Joss")
FEMALE_NAMES = ("Alva", "Brea", "Calla", "Dalia", "Edda", "Fenna", "Gilda", "Hedda", "Isla", "Juno")
OTHER_NAMES = ("Ari", "Bay", "Cove", "Dell", "Ellis", "Fable", "Gray", "Harper", "Indigo", "Jules")
FAMILY_NAMES = (
    "Ashgrove", "Birchall", "Calloway", "Dunmore", "Eastlake", "Fairweather", "Greystone",
    "Hartwood", "Inglenook", "Juniper", "Kestrel", "Larkfield", "Moorland", "Northcote",
    "Oakhurst", "Pemberley", "Quillfeather", "Ravenscroft", "Silverton", "Thornbury",
)  # fmt: skip
GIVEN_NAMES = {"Male": MALE_NAMES, "Female": FEMALE_NAMES, "Other": OTHER_NAMES}

GENDERS = ("Male", "Female", "Other")
GENDER_SHARES = (0.49, 0.98)
"""Male below the first, female below the second."""

DEPARTMENTS = (
    "Emergency", "ICU", "Cardiology", "Neurology", "Oncology", "Orthopedics", "Pediatrics",
    "General Medicine",
)  # fmt: skip
DIAGNOSES = (
    "Hypertension", "Diabetes", "COPD", "Asthma", "Pneumonia", "Heart Failure", "Stroke",
    "Sepsis", "Fracture", "Kidney Disease",
)  # fmt: skip
ADMISSION_TYPES = ("Emergency", "Elective", "Urgent", "Observation")
STATUSES = ("Admitted", "In Treatment", "Under Observation", "Discharged")
INSURERS = ("Northshield", "Commonwell", "Public Plan", "Meridian Mutual", "Self-pay")
PHYSICIANS = tuple(f"Dr. {name}" for name in FAMILY_NAMES[::2])
BUILDINGS = ("East", "West", "North", "South")
