"""Mail settings with their defaults."""

from django.conf import settings

from mail.relay import RelayAddress, parse_email_url


def from_email() -> str:
    """Return the sender, ``Name <address>``."""
    return getattr(settings, "EMAIL_FROM", "") or "LeadCRM <no-reply@localhost>"


def unsubscribe_mailbox() -> str:
    """Return the address that takes unsubscribe mails, or an empty string where there is none."""
    return getattr(settings, "EMAIL_UNSUBSCRIBE", "")


def connections() -> int:
    """Return how many connections to the mail server one sending process opens at most."""
    return max(settings.EMAIL_CONNECTIONS, 1)


def relay_address() -> RelayAddress | None:
    """Return where mail goes; None means that it is caught and shown in the product.

    Raises BadEmailUrl naming what to change.
    """
    return parse_email_url(settings.EMAIL_URL) if settings.EMAIL_URL else None
