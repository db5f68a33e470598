"""What all apps bring, in the order in which it is shown. Apps below ask for it by name: ``common/composition.py``."""

from accounts import brings as accounts
from capture import brings as capture
from insights import brings as insights
from leadcrm import brings as leadcrm
from leads import brings as leads
from mail import brings as mail
from nurturing import brings as nurturing
from sales import brings as sales
from scoring import brings as scoring

PLACES = (
    *leadcrm.PLACES,
    *leads.PLACES,
    *sales.PLACES,
    *capture.PLACES,
    *nurturing.PLACES,
    *scoring.PLACES,
    *insights.PLACES,
    *accounts.PLACES,
)
LINKS = {**accounts.LINKS, **leads.LINKS, **insights.LINKS, **leadcrm.LINKS}
NOTICES = (*leadcrm.NOTICES, *mail.NOTICES)
CREATE = (*leadcrm.CREATE, *leads.CREATE, *capture.CREATE, *nurturing.CREATE)
SETTINGS_PAGES = (*accounts.SETTINGS_PAGES, *mail.SETTINGS_PAGES, *scoring.SETTINGS_PAGES, *leadcrm.SETTINGS_PAGES)
NARROWINGS = {**sales.NARROWINGS}
VERBS = (
    *leads.VERBS,
    *sales.VERBS,
    *insights.VERBS,
    *capture.VERBS,
    *nurturing.VERBS,
    *accounts.VERBS,
    *leadcrm.VERBS,
)
