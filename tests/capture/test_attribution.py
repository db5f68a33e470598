"""Channels of arrivals, by click id, tags, referrer; and how the own lists do on lists nobody here made."""

import json
from pathlib import Path

import pytest
import yaml

from capture.attribution import arrival

LISTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "referrer-channel-lists"
SITE = "https://site.example/"


@pytest.mark.parametrize(
    ("page", "referrer", "channel", "source"),
    [
        (SITE, "", "direct", ""),
        (SITE + "b", SITE + "a", "direct", ""),
        (SITE + "?gclid=x", "https://www.google.com/", "paid", "google"),
        (SITE + "?gclid=x&utm_source=newsletter&utm_medium=email", "", "paid", "newsletter"),
        (SITE + "?msclkid=x", "", "paid", "bing"),
        (SITE + "?utm_source=LinkedIn&utm_medium=paid-social", "", "paid", "linkedin"),
        (SITE + "?utm_source=google&utm_medium=cpc&utm_campaign=a", "", "paid", "google"),
        (SITE + "?fbclid=x", "https://l.facebook.com/", "social", "facebook"),
        (SITE + "?utm_medium=email&utm_source=News", "", "email", "news"),
        (SITE + "?mc_eid=x", "", "email", "mailchimp"),
        (SITE + "?utm_source=linkedin", "", "social", "linkedin"),
        (SITE + "?utm_medium=webinar&utm_source=partner", "", "other", "partner"),
        (SITE + "?utm_medium=affiliate&utm_source=blog", "", "referral", "blog"),
        (SITE, "https://www.google.co.uk/", "organic_search", "google"),
        (SITE, "https://duckduckgo.com/", "organic_search", "duckduckgo"),
        (SITE, "https://t.co/abc", "social", "x"),
        (SITE, "https://lnkd.in/abc", "social", "linkedin"),
        (SITE, "https://mail.google.com/", "email", "mail.google.com"),
        (SITE, "android-app://com.google.android.gm/", "email", "com.google.android.gm"),
        (SITE, "https://chatgpt.com/", "referral", "chatgpt"),
        (SITE, "https://partner.example/page", "referral", "partner.example"),
        (SITE, "https://www.dailymail.co.uk/news", "referral", "dailymail.co.uk"),
        (SITE, "javascript:alert(1)", "direct", ""),
        ("http://[", "http://[::", "direct", ""),
    ],
)
def test_an_arrival_has_a_channel_and_a_source(page, referrer, channel, source):
    found = arrival(page=page, referrer=referrer)

    assert (found.channel, found.source) == (channel, source)


def test_an_arrival_keeps_no_more_than_its_columns_hold():
    found = arrival(
        page=SITE + "?utm_source=" + "s" * 900 + "&utm_campaign=c", referrer="https://a.example/" + "x" * 5000
    )

    assert len(found.source) <= 120 and len(found.referrer) <= 1000 and len(found.landing_page) <= 1000


@pytest.mark.skipif(not LISTS.exists(), reason="the lists of referrers are not on this machine")
@pytest.mark.parametrize(
    ("medium", "channel", "share"),
    [("search", "organic_search", 0.8), ("social", "social", 0.8), ("email", "email", 0.8)],
)
def test_most_real_referrers_get_the_channel_others_give_them(medium, channel, share):
    cases = [
        case for case in json.loads((LISTS / "snowplow-referer-tests.json").read_text()) if case["medium"] == medium
    ]

    right = [case for case in cases if arrival(page=SITE, referrer=case["uri"]).channel == channel]

    assert len(right) >= share * len(cases), [case["uri"] for case in cases if case not in right]


@pytest.mark.skipif(not LISTS.exists(), reason="the lists of referrers are not on this machine")
def test_most_of_a_long_list_of_social_networks_are_known_by_what_matters():
    networks = yaml.safe_load((LISTS / "matomo-Socials.yml").read_text())
    wanted = [
        "Facebook",
        "Instagram",
        "LinkedIn",
        "Twitter",
        "YouTube",
        "Reddit",
        "Pinterest",
        "TikTok",
        "XING",
        "WhatsApp",
    ]

    for name in wanted:
        for host in networks.get(name, []):
            assert arrival(page=SITE, referrer=f"https://{host}/").channel == "social", host
