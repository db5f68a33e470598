"""Every key of the product, once: the sheet, the palette, what is printed on buttons and the scripts all read this.

A key is written as the scripts compare it: "g l" is two keys one after the other, "mod" is Control, on a Mac Command.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

# Digits choose in menus, and so are nobody's own keys.
KEY = re.compile(r"(?:shift\+)?[a-z]|[^\sa-zA-Z0-9+]")
PAGE, LISTS, GO, CREATE, ANYWHERE = "On this page", "Lists", "Go to", "Create", "Anywhere"
CAPS = {"mod": "Ctrl", "escape": "Esc", "enter": "Enter", "space": "Space", "shift": "Shift"}


@dataclass(frozen=True)
class Shortcut:
    """What a key does. Scripts act on those with ``needs``: a selector of what has to be on the page.

    ``row_key`` acts while a row of a list has the focus, and so also for who has switched single keys off.
    """

    key: str
    label: str
    group: str = PAGE
    row_key: str = ""
    needs: str = ""

    @property
    def caps(self) -> list[list[str]]:
        """What is printed: one list of key caps for each way to press it."""
        keys = [key for key in (self.key, self.row_key) if key and not key.startswith("arrow")]
        return [[CAPS.get(cap, cap.upper()) for cap in key.replace("+", " ").split(" ")] for key in keys]

    @property
    def spoken(self) -> str:
        """The key as ``aria-keyshortcuts`` wants it; that has no word for two keys one after the other."""
        return "" if " " in self.key else self.key.replace("mod", "Control").replace("shift", "Shift")


SHORTCUTS = {
    "palette": Shortcut("mod+k", "Search and commands", ANYWHERE, needs="body"),
    "search": Shortcut("/", "Search", ANYWHERE, needs="body"),
    "shortcuts": Shortcut("?", "Keyboard shortcuts", ANYWHERE),
    "save": Shortcut("mod+s", "Save", ANYWHERE, needs="form[data-save]"),
    "undo": Shortcut("z", "Undo", ANYWHERE, needs="[data-undo-form], [popovertarget='menu-acts']"),
    "rail": Shortcut("[", "Narrow or widen the menu", ANYWHERE),
    "close": Shortcut("escape", "Close, then clear the selection, then the filters", ANYWHERE, needs="body"),
    "next": Shortcut("j", "Next", LISTS, row_key="arrowdown", needs="[data-list]"),
    "previous": Shortcut("k", "Previous", LISTS, row_key="arrowup", needs="[data-list]"),
    "open": Shortcut("o", "Open", LISTS, row_key="enter", needs="[data-list]"),
    "peek": Shortcut("", "Look at it beside the list", LISTS, row_key="space", needs="[data-peek]"),
    "select": Shortcut("x", "Select", LISTS, needs="[data-select]"),
    "select_range": Shortcut("shift+x", "Select up to here", LISTS, needs="[data-select]"),
    "select_page": Shortcut("mod+a", "Select all on this page", LISTS, needs="[data-select-all]"),
    "select_match": Shortcut("mod+shift+a", "Select all that match", LISTS, needs="[data-match]"),
    "more": Shortcut(".", "More actions on this lead", LISTS, needs="[data-lead]"),
    "home": Shortcut("g h", "Home", GO),
    "leads": Shortcut("g l", "Leads", GO),
    "inbox": Shortcut("g i", "Inbox", GO),
    "forms": Shortcut("g f", "Forms", GO),
    "nurture": Shortcut("g n", "Nurture", GO),
    "scoring": Shortcut("g s", "Scoring", GO),
    "reports": Shortcut("g r", "Reports", GO),
    "settings": Shortcut("g ,", "Settings", GO),
    "new_lead": Shortcut("c l", "New lead", CREATE),
    "import": Shortcut("c i", "Import leads", CREATE),
    "new_form": Shortcut("c f", "New form", CREATE),
    "new_sequence": Shortcut("c n", "New sequence", CREATE),
    "stage": Shortcut("s", "Set the stage"),
    "owner": Shortcut("shift+o", "Change the owner"),
    "edit": Shortcut("e", "Edit"),
    "note": Shortcut("n", "Write a note"),
    "accept": Shortcut("a", "Accept"),
    "reject": Shortcut("r", "Reject"),
    "claim": Shortcut("c", "Claim"),
    "log": Shortcut("l", "Log a contact"),
    "mail": Shortcut("m", "E-mail"),
    "won": Shortcut("w", "Won"),
    "lost": Shortcut("q", "Lost"),
    "recycle": Shortcut("b", "Recycle"),
    "add_question": Shortcut("+", "Add a question"),
    "publish": Shortcut("shift+p", "Publish"),
}
CHANGEABLE = tuple(
    act for act, row in SHORTCUTS.items() if row.key and row.key != "escape" and not row.key.startswith("mod+")
)
FIXED = tuple(row for act, row in SHORTCUTS.items() if act not in CHANGEABLE)
_own: ContextVar[Mapping[str, str]] = ContextVar("own_keys")


@contextmanager
def own_keys(keys: Mapping[str, str]) -> Iterator[None]:
    """Let the keys that a person has chosen hold for the length of a request."""
    token = _own.set(keys)
    try:
        yield
    finally:
        _own.reset(token)


def shortcut(act: str) -> Shortcut:
    """Return an act with its key, as the person who is asking has it."""
    row, own = SHORTCUTS[act], _own.get({}).get(act)
    return replace(row, key=own) if own and act in CHANGEABLE else row


def shortcuts() -> dict[str, Shortcut]:
    """Return the whole table as the person who is asking has it."""
    return {act: shortcut(act) for act in SHORTCUTS}


def check_key(act: str, key: str) -> str:
    """Return why an act cannot have a key, empty when it can."""
    parts = key.split(" ")
    if len(parts) > 2 or not all(KEY.fullmatch(part) for part in parts):
        return "Write a letter or a sign, also with shift+ before it, or two one after the other: g l."
    if len(parts) == 2 and SHORTCUTS[act].needs:
        return "This one needs a single key."
    return ""


def clashes(keys: Mapping[str, str]) -> dict[str, str]:
    """Return for each act whose key does something else too what that is; ``keys`` has all that can be changed."""
    own = {act: keys.get(act, row.key) for act, row in SHORTCUTS.items()}
    times = Counter(key for key in own.values() if key)
    found: dict[str, str] = {}
    for act in CHANGEABLE:
        for other, key in own.items():
            is_same = key == own[act] and times[key] > 1
            is_start = key.startswith(f"{own[act]} ") and not _is_delivered(act, other, own)
            if other != act and (is_same or is_start):
                found[act] = SHORTCUTS[other].label
    return found


def _is_delivered(act: str, other: str, own: Mapping[str, str]) -> bool:
    """As delivered, C claims in the inbox and begins a sequence elsewhere."""
    return own[act] == SHORTCUTS[act].key and own[other] == SHORTCUTS[other].key
