"""What mail brings above every page and to Settings."""

from common.places import PRODUCT, Page, Setting
from mail import notices

NOTICES = (notices.sending_paused, notices.mail_caught)
SETTINGS_PAGES = (
    Page(
        PRODUCT, "Mail", "Every message and what became of it.", "envelope", "mail:outbox",
        "e-mail emails outbox ledger sent failed smtp",
        (Setting("Suppressed mails", "unsubscribe unsubscribed bounce bounced complaint opt-out blocked",
                 "?status=suppressed"),),
    ),
)  # fmt: skip
