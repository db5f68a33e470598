"""What pages, panels and the API read of sequences."""

from nurturing.selectors.people import LeadPanel, enrollment_list, lead_panel
from nurturing.selectors.sequences import SequenceRow, StepNumbers, sequence_list, sequence_row, step_numbers

__all__ = [
    "LeadPanel",
    "SequenceRow",
    "StepNumbers",
    "enrollment_list",
    "lead_panel",
    "sequence_list",
    "sequence_row",
    "step_numbers",
]
