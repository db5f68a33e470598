"""The rules a new installation begins with: business software sold to companies."""

from scoring.engine import BehaviorRule, Group, ProfileRule, RuleSetDefinition, TriggerRule

NOTE = "Starter rules for business software"

FIT_RULES = (
    ProfileRule("work-email", "Work e-mail address", "email_domain_kind", "is", "work", 4_000),
    ProfileRule("free-email", "Free mail address", "email_domain_kind", "is", "free", -1_000),
    ProfileRule("leads-people", "Head-of level or above", "job_level", "at_least", "head", 2_500),
    ProfileRule("manager", "Manager", "job_level", "is", "manager", 1_500),
    ProfileRule(
        "role-area",
        "Works in marketing, sales or operations",
        "job_title",
        "matches_word",
        ("marketing", "sales", "vertrieb", "growth", "revenue", "crm", "operations", "ops"),
        1_000,
    ),
    ProfileRule("company-known", "Company known", "company", "known", None, 1_000),
    ProfileRule("phone-known", "Phone number known", "phone", "known", None, 500),
    ProfileRule(
        "still-learning",
        "Student or intern",
        "job_title",
        "matches_word",
        ("student", "studentin", "intern", "praktikant", "praktikantin", "werkstudent", "werkstudentin"),
        -3_000,
    ),
)
BEHAVIOR_RULES = (
    BehaviorRule("demo-requested", "Asked for a demo", "demo_requested", 4_000, limit=1, limit_days=1),
    BehaviorRule("contact-requested", "Asked to be contacted", "contact_requested", 4_000, limit=1, limit_days=1),
    BehaviorRule("form-submitted", "Submitted a form", "form_submitted", 1_000, limit=2, limit_days=1),
    BehaviorRule(
        "guide-requested",
        "Asked for a guide",
        "form_submitted",
        500,
        conditions={"offer_mail": "true"},
        limit=2,
        limit_days=1,
    ),
    BehaviorRule("webinar-attended", "Attended a webinar", "webinar_attended", 2_000),
    BehaviorRule("email-replied", "Replied to an e-mail", "email_replied", 2_000, limit=1, limit_days=1),
    BehaviorRule("email-clicked", "Clicked in an e-mail", "email_clicked", 800, limit=1, limit_days=1, group="email"),
    BehaviorRule(
        "pricing-viewed",
        "Viewed pricing",
        "page_viewed",
        500,
        conditions={"path": "/pricing*"},
        limit=1,
        limit_days=1,
        group="website",
    ),
    BehaviorRule(
        "pricing-repeated",
        "Viewed pricing three times in a week",
        "page_viewed",
        1_500,
        conditions={"path": "/pricing*"},
        count=3,
        within_days=7,
        limit=1,
        limit_days=7,
        group="website",
    ),
    BehaviorRule(
        "looked-around",
        "Looked at five pages in a day",
        "page_viewed",
        500,
        count=5,
        within_days=1,
        limit=1,
        limit_days=1,
        group="website",
    ),
    BehaviorRule("call-logged", "Had a call", "call_logged", 1_000, limit=1, limit_days=1),
    BehaviorRule("unsubscribed", "Unsubscribed", "unsubscribed", -2_000, half_life_days=90, limit=1, limit_days=30),
)
DISQUALIFIERS = (ProfileRule("disposable-email", "Disposable e-mail address", "email_domain_kind", "is", "disposable"),)
TRIGGERS = (
    TriggerRule("asked-for-demo", "Asked for a demo", "demo_requested", "sql", "hot"),
    TriggerRule("asked-for-contact", "Asked to be contacted", "contact_requested", "sql", "hot"),
)
GROUPS = (Group("website", "Website", 2_500), Group("email", "E-mail", 2_400))

STARTER = RuleSetDefinition(
    version=1,
    fit_rules=FIT_RULES,
    behavior_rules=BEHAVIOR_RULES,
    disqualifiers=DISQUALIFIERS,
    triggers=TRIGGERS,
    groups=GROUPS,
)
