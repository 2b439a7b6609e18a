"""Readers: files as States send them, to answers and questionnaires."""

from service.intake.fields import FIELDS
from service.intake.kinds import SUFFIXES
from service.intake.questionnaire import Questionnaire, read_questionnaires
from service.intake.reading import read_answers

__all__ = ["FIELDS", "SUFFIXES", "Questionnaire", "read_answers", "read_questionnaires"]
