"""What the pages that span apps bring to the rail, above every page, to Settings and to the matrix of roles."""

from accounts.permissions import can_administer
from accounts.roles import Verb
from common.places import COMPANY, PRODUCT, Page, Place, Setting
from leadcrm import notices
from leadcrm.retention import RULES

# What else people call the rules of retention.
RETENTION_WORDS = {
    "held_submissions": "delete held",
    "submission_addresses": "ip",
    "consent_addresses": "ip",
    "submission_answers": "forms",
    "page_views": "tracking visits",
    "mail_bodies": "e-mail body",
    "notifications": "notifications bell",
    "audit_log": "history",
    "audit_addresses": "ip",
}

PLACES = (Place("Home", "home", "home", "home", also=("insights:goal",)),)
LINKS = {
    "acts_url": "acts",
    "banners_url": "system_banners",
    "bell_url": "notifications",
    "palette_url": "palette",
}
NOTICES = (notices.seen_as_role, notices.sample_data)
CREATE = (Place("Lead", "user-plus", "new_lead", "lead_add"),)
SETTINGS_PAGES = (
    Page(
        COMPANY, "Retention", "How long things are kept.", "archive-box-x-mark", "retention",
        "delete forget erase gdpr dsgvo privacy days data protection",
        tuple(Setting(rule.label, RETENTION_WORDS.get(rule.name, ""), f"id_{rule.name}") for rule in RULES),
    ),
    Page(
        COMPANY, "Audit log", "Who changed what, and when.", "clipboard-document-list", "audit_log",
        "history changes trail security export",
    ),
    Page(
        PRODUCT, "System", "What runs, what waits, and what mends it.", "server-stack", "system",
        "health status monitoring version upgrade backup disk queue",
        (
            Setting("Due work", "queue backlog waiting", "due-title"),
            Setting("Workers", "celery beat scheduler", "workers-title"),
            Setting("Versions", "release upgrade update", "versions-title"),
        ),
    ),
    Page(
        PRODUCT, "API documentation", "All endpoints, to read and to try.", "code-bracket", "api:docs",
        "openapi swagger schema developers rest",
    ),
)  # fmt: skip
VERBS = (Verb("Read the audit log and the state of the system", can_administer),)
