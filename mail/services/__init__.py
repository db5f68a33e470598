"""What can be done with mail: queue, cancel, suppress, send."""

from mail.addresses import HeaderInjection, InvalidAddress, MailRefused
from mail.services.claims import settle_expired_leases
from mail.services.erasing import erase_messages
from mail.services.queue import MissingUnsubscribe, cancel_messages, queue_message
from mail.services.sending import send_due_messages
from mail.services.suppression import is_suppressed, lift_suppression, suppress

__all__ = [
    "HeaderInjection",
    "InvalidAddress",
    "MailRefused",
    "MissingUnsubscribe",
    "cancel_messages",
    "erase_messages",
    "is_suppressed",
    "lift_suppression",
    "queue_message",
    "send_due_messages",
    "settle_expired_leases",
    "suppress",
]
