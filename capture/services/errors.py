"""Why a form or a submission was not taken, in words for the person who can change it."""


class FormClosed(LookupError):
    """The form takes no submissions now."""


class UnknownForm(LookupError):
    """There is no such form."""


class OtherAnswers(ValueError):
    """The submission key was used before with other answers."""


class StillRunning(RuntimeError):
    """The same submission is being written by another request; ask again in a second."""


class NameTaken(ValueError):
    """Another form has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a form named “{name}” already. Choose another name, to tell the two apart.")


class NotHeld(ValueError):
    """Only a held submission can be released."""


class NotJoined(RuntimeError):
    """The lead is locked for longer than a submission waits; it is tried again by itself."""


class CannotPublish(ValueError):
    """The form lacks something a visitor needs."""


class DraftChanged(RuntimeError):
    """Somebody else has changed the draft since this page was loaded; the text says who and when."""
