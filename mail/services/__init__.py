"""What can be done with mail: queue, cancel, suppress, send."""

from mail.addresses import HeaderInjection, InvalidAddress, MailRefused
from mail.services.claims import settle_expired_leases
from mail.services.erasing import erase_messages
from mail.services.queue import MissingUnsubscribe, cancel_messages, queue_message
from mail.services.restoring import NothingToDecide, decide_after_restore
from mail.services.sending import send_due_messages
from mail.services.suppression import is_suppressed, lift_suppression, suppress, suppress_all

__all__ = [
    "HeaderInjection",
    "InvalidAddress",
    "MailRefused",
    "MissingUnsubscribe",
    "NothingToDecide",
    "cancel_messages",
    "decide_after_restore",
    "erase_messages",
    "is_suppressed",
    "lift_suppression",
    "queue_message",
    "send_due_messages",
    "settle_expired_leases",
    "suppress",
    "suppress_all",
]
