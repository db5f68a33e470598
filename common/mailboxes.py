"""What the framework takes for an e-mail address and no mail of ours is sent to."""

from django.core.exceptions import ValidationError


def check_mailbox(address: str) -> None:
    """Raise ValidationError for a machine's address in place of a domain: a@[127.0.0.1]."""
    if address.rstrip().endswith("]"):
        raise ValidationError("Use a domain in place of a machine's address: name@company.com.")
