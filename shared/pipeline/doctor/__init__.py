"""What could be wrong with an app, and what to do about each of it: for the operator, read-only."""

from shared.pipeline.doctor.examination import Place, examine
from shared.pipeline.doctor.symptoms import AREAS, Examination, Symptom

__all__ = ["AREAS", "Examination", "Place", "Symptom", "examine"]
