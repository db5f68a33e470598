"""The closed lists of the domain: stages, temperatures, channels, and the kinds of facts."""

from django.db import models


class Stage(models.TextChoices):
    NEW = "new", "New"
    IQL = "iql", "IQL"
    MQL = "mql", "MQL"
    SQL = "sql", "SQL"
    CUSTOMER = "customer", "Customer"
    DISQUALIFIED = "disqualified", "Disqualified"


class Temperature(models.TextChoices):
    COLD = "cold", "Cold"
    WARM = "warm", "Warm"
    HOT = "hot", "Hot"


class Grade(models.TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    UNKNOWN = "?", "Fit not known"


class Channel(models.TextChoices):
    PAID = "paid", "Paid"
    ORGANIC_SEARCH = "organic_search", "Organic search"
    SOCIAL = "social", "Social"
    EMAIL = "email", "E-mail"
    REFERRAL = "referral", "Referral"
    DIRECT = "direct", "Direct"
    OTHER = "other", "Other"


class CauseKind(models.TextChoices):
    """Why a lead entered a stage."""

    MATRIX = "matrix", "Scores"
    TRIGGER = "trigger", "Request"
    DISQUALIFIER = "disqualifier", "Disqualifier"
    PERSON = "person", "Person"
    VERDICT = "verdict", "Sales verdict"


class Kind(models.TextChoices):
    """What happened, as one word a fact carries; the label is what a person reads."""

    FORM_SUBMITTED = "form_submitted", "Submitted a form"
    PAGE_VIEWED = "page_viewed", "Viewed a page"
    DEMO_REQUESTED = "demo_requested", "Requested a demo"
    CONTACT_REQUESTED = "contact_requested", "Asked to be contacted"
    WEBINAR_ATTENDED = "webinar_attended", "Attended a webinar"
    EMAIL_SENT = "email_sent", "Was sent an e-mail"
    EMAIL_CLICKED = "email_clicked", "Clicked a link in an e-mail"
    EMAIL_REPLIED = "email_replied", "Replied to an e-mail"
    EMAIL_BOUNCED = "email_bounced", "E-mail bounced"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
    RESUBSCRIBED = "resubscribed", "Subscribed again"
    CALL_LOGGED = "call_logged", "Had a call"
    NOTE_ADDED = "note_added", "Note"
    PROFILE_CHANGED = "profile_changed", "Profile changed"
    STAGE_SET = "stage_set", "Stage set by a person"
    STAGE_RELEASED = "stage_released", "Stage released to the rules"
    OWNER_CHANGED = "owner_changed", "Owner changed"
    HANDOVER_OPENED = "handover_opened", "Handed over to sales"
    HANDOVER_CLAIMED = "handover_claimed", "Claimed by sales"
    HANDOVER_RETURNED = "handover_returned", "Returned to the queue"
    HANDOVER_ACCEPTED = "handover_accepted", "Accepted by sales"
    HANDOVER_REJECTED = "handover_rejected", "Rejected by sales"
    HANDOVER_RECYCLED = "handover_recycled", "Recycled to nurture"
    CONTACT_LOGGED = "contact_logged", "Contacted by sales"
    OUTCOME_WON = "outcome_won", "Won"
    OUTCOME_LOST = "outcome_lost", "Lost"
    UNDONE = "undone", "Undone"


STAGE_ORDER = {Stage.NEW: 0, Stage.IQL: 1, Stage.MQL: 2, Stage.SQL: 3, Stage.CUSTOMER: 4}
OUT_OF_PLAY = (Stage.CUSTOMER, Stage.DISQUALIFIED)
REQUEST_KINDS = (Kind.DEMO_REQUESTED, Kind.CONTACT_REQUESTED)
VERDICT_KINDS = (Kind.HANDOVER_REJECTED, Kind.HANDOVER_RECYCLED, Kind.OUTCOME_WON, Kind.OUTCOME_LOST)
# Nothing is judged anew because of these: either the product did it, or no rule reads it.
UNJUDGED_KINDS = (Kind.EMAIL_SENT, Kind.HANDOVER_OPENED, Kind.HANDOVER_RETURNED, Kind.OWNER_CHANGED)
