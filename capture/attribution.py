"""Where a visitor came from, read off the address of the page and the referrer. Pure.

The order of trust: a click id (the ad network put it there), the campaign tags (the sender put them there), the
referrer (the browser put it there), and nothing at all, which is called direct.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from capture.reading import clean
from leads.kinds import Channel

CLICK_IDS = {
    "gclid": "google",
    "gbraid": "google",
    "wbraid": "google",
    "dclid": "google",
    "msclkid": "bing",
    "yclid": "yandex",
    "ttclid": "tiktok",
    "twclid": "x",
    "li_fat_id": "linkedin",
    "rdt_cid": "reddit",
    "epik": "pinterest",
    "ScCid": "snapchat",
}
# These are also on unpaid links, so they name the network and not the money.
SOCIAL_IDS = {"fbclid": "facebook", "igshid": "instagram"}
MAIL_IDS = {"mc_eid": "mailchimp", "_hsenc": "hubspot", "mkt_tok": "marketo"}

PAID_MEDIUM = re.compile(
    r"(^|[-_ ])(cpc|ppc|cpm|cpv|cpa|cpl|sem|paid\w*|display|banner|ads?|retargeting|remarketing)([-_ ]|$)"
)
EMAIL_MEDIUM = re.compile(r"^(e-?mail|newsletter|mail|edm|drip)")
SOCIAL_MEDIUM = re.compile(r"^(social([-_ ]?(media|network|post))?|sm|smm)$")
SEARCH_MEDIUM = re.compile(r"^(organic([-_ ]?search)?|seo|search)$")
REFERRAL_MEDIUM = re.compile(r"^(referral|affiliate|partner|link|pr|blog|website)")
OTHER_MEDIUM = re.compile(r"^(offline|print|qr|sms|event|webinar|podcast|audio|tv|radio|push|app)")

SEARCH = frozenset({
    "google", "bing", "yahoo", "duckduckgo", "ecosia", "qwant", "startpage", "brave", "baidu", "yandex", "naver",
    "seznam", "ask", "aol", "sogou", "daum", "mojeek", "swisscows", "metager", "gibiru", "presearch", "kagi",
    "dogpile", "webcrawler", "lycos", "excite", "onet", "virgilio", "rambler", "youcare", "petalsearch", "ixquick",
    "entireweb", "gigablast", "hotbot",
})  # fmt: skip
SEARCH_HOSTS = frozenset({"so.com", "go.mail.ru", "info.com", "msn.com", "live.com"})
SEARCH_LABEL = re.compile(r"(^|\.)([a-z]*search[a-z]*|suche|recherche|rechercher|buscador|szukaj|zoeken|ricerca)\.")
SEARCH_KEYS = ("q", "query", "p", "wd", "text", "search", "k", "searchfor", "qs", "keyword")

SOCIAL = {
    "facebook": "facebook", "fb": "facebook", "instagram": "instagram", "linkedin": "linkedin", "lnkd": "linkedin",
    "twitter": "x", "t.co": "x", "x.com": "x", "youtube": "youtube", "youtu": "youtube", "tiktok": "tiktok",
    "reddit": "reddit", "pinterest": "pinterest", "threads": "threads", "bsky": "bluesky", "mastodon": "mastodon",
    "whatsapp": "whatsapp", "telegram": "telegram", "snapchat": "snapchat", "discord": "discord", "xing": "xing",
    "vk": "vk", "weibo": "weibo", "quora": "quora", "tumblr": "tumblr", "vimeo": "vimeo", "ycombinator": "hacker news",
    "stackoverflow": "stack overflow", "github": "github", "medium": "medium", "producthunt": "product hunt",
    "slack": "slack", "odnoklassniki": "odnoklassniki", "ok.ru": "odnoklassniki", "flickr": "flickr", "line": "line",
    "bilibili": "bilibili", "douban": "douban", "zhihu": "zhihu", "mixi": "mixi", "kakao": "kakao", "twitch": "twitch",
    "t.me": "telegram", "wa.me": "whatsapp", "plurk": "plurk", "myspace": "myspace", "livejournal": "livejournal",
    "viadeo": "viadeo", "workplace": "workplace", "lnk": "link in bio",
    "badoo": "badoo", "tuenti": "tuenti", "stumbleupon": "stumbleupon", "disqus": "disqus",
}  # fmt: skip
MAIL = re.compile(r"mail|^(outlook|owa|roundcube|horde|zimbra|messagerie\w*|deref-\w+)(\.|-|$)")
MAIL_NAMES = frozenset({"gmx", "hey", "fastmail", "tutanota", "protonmail", "mail", "hotmail"})
MAIL_APPS = frozenset({"com.google.android.gm", "com.microsoft.office.outlook", "com.yahoo.mobile.client.android.mail"})
ASSISTANTS = {"chatgpt.com": "chatgpt", "chat.openai.com": "chatgpt", "perplexity.ai": "perplexity",
              "claude.ai": "claude", "gemini.google.com": "gemini", "copilot.microsoft.com": "copilot",
              "chat.deepseek.com": "deepseek", "chat.mistral.ai": "mistral", "grok.com": "grok"}  # fmt: skip
SEARCH_APPS = {"com.google.android.googlequicksearchbox": "google"}
SECOND_LEVEL = frozenset(["co", "com", "org", "net", "ac", "gov", "edu", "or", "ne"])


@dataclass(frozen=True)
class Arrival:
    """One arrival of a visitor, as reports count it."""

    channel: str
    source: str = ""
    medium: str = ""
    campaign: str = ""
    landing_page: str = ""
    referrer: str = ""


def arrival(*, page: str, referrer: str) -> Arrival:
    """Return where a visitor of ``page`` with ``referrer`` came from; both may be empty or nonsense."""
    page, referrer = page[:1000], referrer[:1000]
    tags = _tags(page)
    came_from = _host(referrer)
    if came_from == _host(page):
        came_from = ""
    channel, source = _channel(tags, came_from, referrer)
    return Arrival(
        channel=channel,
        source=(tags.get("utm_source", "").lower() or source)[:120],
        medium=tags.get("utm_medium", "").lower()[:120],
        campaign=tags.get("utm_campaign", "")[:160],
        landing_page=page,
        referrer=referrer if came_from else "",
    )


def _channel(tags: dict[str, str], came_from: str, referrer: str) -> tuple[str, str]:
    medium = tags.get("utm_medium", "").lower()
    named = tags.get("utm_source", "").lower()
    by_click = next((name for key, name in CLICK_IDS.items() if tags.get(key)), "")
    if by_click or PAID_MEDIUM.search(medium):
        return Channel.PAID, by_click or _network(named) or _network(came_from) or came_from
    if by_mail := next((name for key, name in MAIL_IDS.items() if tags.get(key)), ""):
        return Channel.EMAIL, by_mail
    if medium and (by_medium := _of_medium(medium)):
        return by_medium, named or _network(came_from) or came_from
    if named or medium:
        return _of_name(named), named
    if by_social := next((name for key, name in SOCIAL_IDS.items() if tags.get(key)), ""):
        return Channel.SOCIAL, by_social
    return _of_referrer(came_from, referrer)


def _of_medium(medium: str) -> str:
    for pattern, channel in (
        (EMAIL_MEDIUM, Channel.EMAIL),
        (SOCIAL_MEDIUM, Channel.SOCIAL),
        (SEARCH_MEDIUM, Channel.ORGANIC_SEARCH),
        (REFERRAL_MEDIUM, Channel.REFERRAL),
        (OTHER_MEDIUM, Channel.OTHER),
    ):
        if pattern.search(medium):
            return channel
    return ""


def _of_name(name: str) -> str:
    """A campaign tag without a usable medium: the name of the source decides."""
    label = name.removeprefix("www.").split(".")[0]
    if label in SOCIAL:
        return Channel.SOCIAL
    if label in SEARCH:
        return Channel.ORGANIC_SEARCH
    return Channel.EMAIL if "mail" in name or "newsletter" in name else Channel.OTHER


def _of_referrer(host: str, referrer: str) -> tuple[str, str]:
    bare = host.removeprefix("www.")
    name = _name(bare)
    found: tuple[str, str] = (Channel.REFERRAL, bare)
    if not host:
        found = Channel.DIRECT, ""
    elif bare in ASSISTANTS:
        found = Channel.REFERRAL, ASSISTANTS[bare]
    elif host in SEARCH_APPS:
        found = Channel.ORGANIC_SEARCH, SEARCH_APPS[host]
    elif _is_mail(host, name):
        found = Channel.EMAIL, bare
    elif social := SOCIAL.get(bare) or SOCIAL.get(name):
        found = Channel.SOCIAL, social
    elif name in SEARCH or bare in SEARCH_HOSTS or SEARCH_LABEL.search(host) or _has_query(referrer):
        found = Channel.ORGANIC_SEARCH, name
    return found


def _is_mail(host: str, name: str) -> bool:
    """Whether it is a mailbox: the name of the company does not count, since ``dailymail`` is none."""
    before = host[: host.rfind(name)] if name in host else host
    is_redirect = host.startswith("deref-")
    return host in MAIL_APPS or name in MAIL_NAMES or is_redirect or bool(MAIL.search(before))


def _has_query(referrer: str) -> bool:
    """Whether the referrer is a page of results: ``/search`` and a word looked for."""
    try:
        parts = urlsplit(referrer)
    except ValueError:
        return False
    return "search" in parts.path.lower() and any(f"{key}=" in parts.query for key in SEARCH_KEYS)


def _network(name: str) -> str:
    label = _name(name.removeprefix("www.")) if "." in name else name
    return SOCIAL.get(name) or SOCIAL.get(label) or (label if label in SEARCH else "")


def _name(host: str) -> str:
    """Return the label a company is known by: ``google`` for ``news.google.co.uk``."""
    labels = host.split(".")
    if len(labels) >= 3 and labels[-2] in SECOND_LEVEL and len(labels[-1]) == 2:
        return labels[-3]
    return labels[-2] if len(labels) >= 2 else host


def _tags(page: str) -> dict[str, str]:
    try:
        query = parse_qs(urlsplit(page).query, max_num_fields=100)
    except ValueError:
        return {}
    # What is percent-encoded in an address may still be a control character, which no column can hold.
    return {name: clean(values[0]) for name, values in query.items()}


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in ("http", "https", "android-app") else ""
    except ValueError:
        return ""
