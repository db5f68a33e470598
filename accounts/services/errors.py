"""What can be refused, in words for the person who asked."""


class EmailTaken(ValueError):
    """Another person signs in with this address."""


class TeamNameTaken(ValueError):
    """Another team has this name."""


class LastAdmin(ValueError):
    """The change would leave nobody who can change settings."""


class SetupDone(ValueError):
    """There is a user already, so the first admin cannot be made by a link."""


class SetupLinkRefused(ValueError):
    """The setup token is missing, unknown, replaced, used or older than a day."""


class InvitationRefused(ValueError):
    """The invitation is unknown, used, withdrawn or more than a week old."""


class ResetRefused(ValueError):
    """The link is unknown, used, older than an hour, or password or address changed since."""


class KeyEnded(ValueError):
    """The key was revoked, or its time is over."""
