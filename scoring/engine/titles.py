"""How senior a job title is, from English and German words."""

import re
from functools import lru_cache

JOB_LEVELS = ("other", "manager", "head", "director", "vp", "c_level")
JOB_LEVEL_RANK = {level: rank for rank, level in enumerate(JOB_LEVELS)}
JOB_LEVEL_NAMES = {
    "other": "no leading role",
    "manager": "manager",
    "head": "head-of",
    "director": "director",
    "vp": "vice president",
    "c_level": "C-level",
}

# Read from top to bottom; the first pattern that is found decides.
_PATTERNS: tuple[tuple[str, str], ...] = (
    # "Assistant to the CEO" names a leading role without being one.
    (
        "other",
        r"assistant to|assistenz|assistentin|assistent|executive assistant|personal assistant|praktikant\w*"
        r"|werkstudent\w*|student\w*|intern|trainee|azubi|(?:product|process|data|system) owner",
    ),
    ("head", r"chief of staff"),
    ("vp", r"vp|svp|evp|avp|(?:senior |executive )?vice[ -]president|vizepräsident(?:in)?"),
    (
        "c_level",
        r"c[efotmirpds]o|ciso|chro|chief|(?:co-?)?founder|owner|president|managing (?:director|partner)"
        r"|gesch(?:ä|ae)ftsf(?:ü|ue)hr(?:er|erin|ung|ende\w*)|gesch(?:ä|ae)ftsleitung|vorst(?:and|ände|ändin)\w*"
        r"|inhaber(?:in)?|(?:mit)?gr(?:ü|ue)nder(?:in)?|gesellschafter(?:in)?|präsident(?:in)?",
    ),
    ("director", r"director|direktor(?:in)?|prokurist(?:in)?"),
    (
        "manager",
        r"(?:team|projekt|gruppen|schicht|filial|laden)[ -]?leit(?:er|erin|ung)|team ?lead(?:er)?|group lead(?:er)?"
        r"|(?:leiter|leiterin|leitung) (?:team|projekt)\w*",
    ),
    ("head", r"head|\w*[ -]?leiter(?:in)?|\w*[ -]?leitung|leitende[rn]? \w+"),
    ("manager", r"manager(?:in)?|supervisor|lead|teamlead|vorarbeiter(?:in)?|meister(?:in)?"),
)
_COMPILED = tuple((level, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)) for level, pattern in _PATTERNS)


@lru_cache(maxsize=8192)
def job_level(title: str | None) -> str:
    """Return one of ``JOB_LEVELS``, or an empty string when there is no title."""
    # "Leiter:in" and "Leiter*in" are read as "Leiterin".
    text = re.sub(r"[:*_]in\b", "in", " ".join((title or "").split())[:200])
    if not text:
        return ""
    for level, pattern in _COMPILED:
        if pattern.search(text):
            return level
    return "other"
