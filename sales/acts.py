"""The acts a person can do on a handover: what they enter, what it does, what is said afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from leads.kinds import VERDICT_KINDS, Kind
from sales import services
from sales.forms import (
    AcceptForm,
    ContactForm,
    EmptyForm,
    LoseForm,
    NoteForm,
    RecycleForm,
    RejectForm,
    UndoForm,
    WinForm,
)
from sales.models import ContactAttempt, Handover
from sales.words import said


@dataclass(frozen=True)
class Act:
    """``leaves`` means that the handover leaves the list it was in; ``undoable`` that Z takes it back."""

    form: type[forms.Form]
    service: Callable[..., Any]
    words: Callable[[Handover, dict[str, Any]], str]
    leaves: bool = False
    undoable: bool = False


def _accepted(handover: Handover, entered: dict[str, Any]) -> str:
    value = entered.get("value_key")
    return f"Value noted: {handover.lead.name}, {value} of 3." if value else f"Accepted: {handover.lead.name}."


def _contacted(handover: Handover, entered: dict[str, Any]) -> str:
    return f"Contact logged: {ContactAttempt.Result(entered['result']).label.lower()}."


def _said(handover: Handover, entered: dict[str, Any]) -> str:
    return said(handover)


ACTS: dict[str, Act] = {
    "claim": Act(EmptyForm, services.claim, lambda h, _: f"{h.lead.name} is yours.", undoable=True),
    "accept": Act(AcceptForm, services.accept, _accepted, leaves=True, undoable=True),
    "reject": Act(RejectForm, services.reject, _said, leaves=True, undoable=True),
    "contact": Act(ContactForm, services.log_contact, _contacted),
    "won": Act(WinForm, services.win, _said, leaves=True, undoable=True),
    "lost": Act(LoseForm, services.lose, _said, leaves=True, undoable=True),
    "recycle": Act(RecycleForm, services.recycle, _said, leaves=True, undoable=True),
    "note": Act(NoteForm, services.add_note, lambda h, _: "Note added."),
    "undo": Act(
        UndoForm, services.undo, lambda h, _: f"Undone: {h.lead.name} is {h.get_state_display().lower()} again."
    ),
}
UNDOABLE_KINDS = (Kind.HANDOVER_CLAIMED, Kind.HANDOVER_ACCEPTED, *VERDICT_KINDS)
