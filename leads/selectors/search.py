"""Finding leads by words: one trigram index over all that is searched (leads/sql/search_1.sql)."""

from django.db.models import F, Func, Q, QuerySet, TextField
from django.db.models.lookups import IContains

from leads.matching import email_key
from leads.models import Lead

MAX_WORDS = 6
SEARCHED = ("email", "first_name", "last_name", "company", "phone")


class SearchText(Func):
    """What is searched, in one text; written exactly as the index has it. No word spans two fields: it has no space."""

    arg_joiner = " || ' ' || "
    template = "(%(expressions)s)"
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__(*map(F, SEARCHED))


def mentioning(leads: QuerySet[Lead], text: str) -> QuerySet[Lead]:
    """Narrow ``leads`` to those whose name, address, company or phone has each of the first six words of ``text``.

    A whole address finds the lead that has it and no other: one row by its key, however many leads there are.
    """
    words = text.replace("\0", " ").split()[:MAX_WORDS]  # which no column can hold
    if len(words) == 1 and "@" in words[0]:
        owner = leads.filter(email_key=email_key(words[0]))
        if owner.exists():
            return owner
    wanted = Q()
    for word in words:
        wanted &= _having(word[:254])
    return leads.filter(wanted)


def _having(word: str) -> Q:
    """Look for an address by what stands before its @: the index finds few of those, and many of each mail provider."""
    before, at, _ = word.partition("@")
    if at and len(before) > 1:
        return Q(IContains(SearchText(), before + at)) & Q(email__icontains=word)
    return Q(IContains(SearchText(), word))
