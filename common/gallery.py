"""Sample values for the component gallery at ``/_ui/``: every component in every state."""

from datetime import datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

from django import forms

from common.ui import GRADES, STAGES, STATUS_TONES, TEMPERATURES

SNIPPET = """<div data-lead-form="k3x9"><a href="https://crm.example/f/k3x9">Request a demo</a></div>
<script async src="https://crm.example/embed.js"></script>"""
REASONS = [
    ("1", "Not our market", "Disqualified"),
    ("2", "Too small or no budget", "Back to marketing in 180 days"),
    ("3", "Wrong person", "Ask for the right one"),
    ("4", "Only researching", "Nurture"),
    ("5", "Bad timing", "Back on a date"),
    ("6", "Wrong contact details", "Channel blocked"),
    ("7", "Already in contact", "Owner is asked"),
    ("8", "Spam, student, competitor", "Disqualified"),
]


class SampleForm(forms.Form):
    """One field of each kind, as crispy renders it."""

    email = forms.EmailField(label="Work e-mail", help_text="We only use it to answer you.")
    company = forms.CharField(required=False)
    size = forms.ChoiceField(
        label="Company size", choices=[("", "Choose"), ("1", "1 to 10"), ("50", "50 to 200")], required=False
    )
    topic = forms.ChoiceField(
        label="What is it about?",
        widget=forms.RadioSelect,
        choices=[("demo", "A demo"), ("price", "Prices"), ("other", "Something else")],
    )
    message = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    upload = forms.FileField(label="List of leads (CSV)", required=False)
    consent = forms.BooleanField(label="Example GmbH may send me its newsletter. I can stop it at any time.")


def lead_rows(now: datetime) -> list[Row]:
    """Return leads as a list page shows them."""
    samples = [
        ("Amara Okafor", "Northwind Freight", "sql", "hot", "A", 8200, 9150, "Requested a demo", 4),
        ("Jonas Lindqvist", "Fjord Analytics", "mql", "warm", "A", 7600, 5400, "Watched the webinar", 18),
        ("Priya Raman", "Helio Health", "mql", "hot", "B", 6150, 6825, "Clicked “ROI guide”", 65),
        ("Chen Wei", "Lumen Retail", "iql", "cold", "B", 4400, 1200, "Downloaded the guide", 130),
        (
            "Maximiliane Freifrau von Hohenstein-Wallenrod",
            "Vereinigte Werkstätten",
            "new",
            "cold",
            "?",
            0,
            300,
            "",
            900,
        ),
        ("Ada Silva", "Porto Marine", "customer", "warm", "A", 9100, 4010, "Won", 4000),
        ("Tom Baker", "Student", "disqualified", "cold", "C", 500, 0, "Set aside", 40000),
    ]
    return [
        Row(
            pk=index,
            name=name,
            company=company,
            stage=stage,
            temperature=temperature,
            grade=grade,
            fit=fit,
            engagement=engagement,
            signal=signal,
            at=now - timedelta(minutes=minutes),
            trend=[10, 12, 12, 18, 17, 22, 30, 28, 34, 40, 38, 46, 52, engagement / 100],
        )
        for index, (name, company, stage, temperature, grade, fit, engagement, signal, minutes) in enumerate(samples)
    ]


def receipt_lines(now: datetime) -> list[Row]:
    """Return the lines of a receipt; they add up to 54 points."""
    lines = [
        ("Viewed Pricing 4 times in 7 days", 2000, 12, "page views capped at 20; 9 more not counted"),
        ("Watched the webinar “Leads that close”", 1800, 4400, ""),
        ("Clicked “ROI guide”", 1450, 7300, "15 points, faded"),
        ("Downloaded the guide", 950, 13000, ""),
        ("Bounced e-mail", -800, 20000, ""),
    ]
    return [
        Row(what=what, remaining=points, at=now - timedelta(minutes=minutes), note=note, url="#")
        for what, points, minutes, note in lines
    ]


def sources() -> list[Row]:
    """Return sources, best first by customers won."""
    samples = [
        ("Webinar", 9, 18, 20, 210),
        ("Google Ads", 3, 14, 31, 640),
        ("Partner", 1, 3, 7, 34),
        ("LinkedIn", 0, 2, 26, 402),
    ]
    return [
        Row(name=name, won=won, accepted=accepted, verdicts=verdicts, leads=leads)
        for name, won, accepted, verdicts, leads in samples
    ]


def _stages(now: datetime) -> list[Row]:
    return [
        Row(stage="new", at=now - timedelta(days=34), stayed="12 d", cause="Form: newsletter"),
        Row(stage="iql", at=now - timedelta(days=22), stayed="16 d", cause="Guide downloaded"),
        Row(stage="mql", at=now - timedelta(days=6), cause="Engagement ≥ 30 (rules v7)"),
    ]


def _events(now: datetime) -> list[Row]:
    samples = [
        (3, "Requested a demo", "sparkles", "sales"),
        (26, "Viewed 6 pages", "globe-alt", ""),
        (700, "Stage IQL → MQL", "arrow-trending-up", "stage"),
        (1500, "Call logged: no answer", "phone", ""),
        (1600, "E-mail bounced", "exclamation-triangle", "warn"),
    ]
    events = [
        Row(at=now - timedelta(minutes=minutes), text=text, icon=icon, tone=tone, by="", note="", quote="", parts=())
        for minutes, text, icon, tone in samples
    ]
    events[0].quote = "We need to replace our spreadsheet before January."
    events[1].parts = ("/pricing, 3 times", "/integrations", "/about")
    events[2].note = "Engagement reached 30 (rules v7)"
    events[3].by = "Rep One"
    events[4].note = "Mailbox full"
    return events


def _funnel() -> list[Row]:
    counts = {"New": 1204, "IQL": 690, "MQL": 160, "SQL": 47, "Accepted": 34, "Won": 9}
    days = ["", "0.2 d", "6.1 d", "11.4 d", "0.7 d", "23 d"]
    return [
        Row(name=name, count=count, url="#", note=note)
        for (name, count), note in zip(counts.items(), days, strict=True)
    ]


def samples(now: datetime) -> dict[str, Any]:
    """Return the whole context of the gallery."""
    bound = SampleForm({"email": "not-an-address", "topic": ""})
    bound.is_valid()
    return {
        "stages": STAGES,
        "temperatures": TEMPERATURES,
        "grades": GRADES,
        "statuses": {words.split()[0]: tone for tone, words in STATUS_TONES.items()},
        "leads": lead_rows(now),
        "lines": receipt_lines(now),
        "total": sum(line.remaining for line in receipt_lines(now)),
        "rail": _stages(now),
        "events": _events(now),
        "reasons": [Row(key=key, label=label, hint=hint) for key, label, hint in REASONS],
        "sources": sources(),
        "funnel": _funnel(),
        "trend": [44, 47, 58, 61, 70, 81, 80, 67, 70, 56, 51, 58, 54, 51, 40, 53, 64, 71, 63, 78, 87, 85],
        "trend_before": [38, 40, 45, 50, 48, 60, 58, 55, 50, 47, 46, 50, 52, 49, 45, 50, 55, 58, 60, 64, 66, 70],
        "trend_labels": ["1 Nov", "30 Nov"],
        "tabs": [
            Row(label="Queue", url="#queue", is_current=True, count=11, key="1"),
            Row(label="Mine", url="#mine", is_current=False, count=7, key="2"),
            Row(label="Done", url="#done", is_current=False, count=None, key="3"),
        ],
        "clocks": [
            Row(due_at=now + timedelta(hours=3), warn_at=now + timedelta(hours=2)),
            Row(due_at=now + timedelta(minutes=12), warn_at=now - timedelta(minutes=3)),
            Row(due_at=now - timedelta(minutes=25), warn_at=now - timedelta(minutes=40)),
        ],
        "steps": ["You", "Your company", "First form", "Catch a lead"],
        "snippet": SNIPPET,
        "form": SampleForm(),
        "bound": bound,
        "heat": [("Google Ads", [(19, 5), (6, 3), (4, 2), (2, 1)]), ("Webinar", [(1, 1), (2, 2), (7, 4), (3, 2)])],
    }  # fmt: skip
