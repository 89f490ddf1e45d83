"""Batches for engine tests, said in few words."""

from wardline.model.names import Dictionaries
from wardline.model.readings import ReadingBatch, empty_columns
from wardline.model.vitals import VITAL_INDEX


def batch(*readings, patient="PT-001", source="monitor"):
    """Readings (second, {vital: value}) of one patient on the event clock, in plain units."""
    names = Dictionaries()
    columns = empty_columns(len(readings))
    columns["patient"][:] = names.patients.code(patient)
    columns["source"][:] = names.sources.code(source)
    for row, (second, vitals) in enumerate(readings):
        columns["observed_at"][row] = columns["received_at"][row] = second * 1000
        for vital, value in vitals.items():
            columns["values"][row, VITAL_INDEX[vital]] = round(value * 1000)
    return ReadingBatch(names.patients, names.sources, names.labels, **columns)
