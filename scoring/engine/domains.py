"""Kinds of e-mail domains, from a list of the common ones; what is on no list is a work domain."""

from functools import lru_cache

_FREE = """
gmail.com googlemail.com yahoo.com yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.co.uk yahoo.co.jp yahoo.com.br ymail.com
rocketmail.com hotmail.com hotmail.de hotmail.fr hotmail.it hotmail.es hotmail.co.uk outlook.com outlook.de outlook.fr
outlook.es live.com live.de live.fr live.co.uk msn.com aol.com aol.de aim.com icloud.com me.com mac.com gmx.de gmx.net
gmx.at gmx.ch gmx.com gmx.org web.de t-online.de freenet.de arcor.de online.de mail.de email.de posteo.de posteo.net
mailbox.org protonmail.com protonmail.ch proton.me pm.me tutanota.com tutanota.de tuta.io tuta.com fastmail.com
fastmail.fm hey.com zoho.com zohomail.com mail.com email.com mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru
rambler.ru qq.com 163.com 126.com sina.com foxmail.com naver.com daum.net hanmail.net orange.fr wanadoo.fr free.fr
laposte.net sfr.fr libero.it virgilio.it alice.it tin.it tiscali.it bluewin.ch hispeed.ch sunrise.ch aon.at chello.at
telenet.be skynet.be ziggo.nl kpnmail.nl planet.nl xs4all.nl home.nl btinternet.com virginmedia.com sky.com
talktalk.net ntlworld.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net
earthlink.net rogers.com shaw.ca sympatico.ca bigpond.com optusnet.com.au uol.com.br bol.com.br terra.com.br
rediffmail.com wp.pl o2.pl onet.pl interia.pl seznam.cz centrum.cz
"""
_DISPOSABLE = """
mailinator.com guerrillamail.com guerrillamail.net guerrillamail.org sharklasers.com grr.la 10minutemail.com
10minutemail.net tempmail.com temp-mail.org temp-mail.io tempmailo.com yopmail.com yopmail.fr yopmail.net
trashmail.com trashmail.de trashmail.net wegwerfmail.de wegwerfemail.de throwawaymail.com getnada.com nada.email
dispostable.com maildrop.cc mailnesia.com mintemail.com mohmal.com emailondeck.com fakeinbox.com spamgourmet.com
mytemp.email moakt.com discard.email discardmail.com spam4.me burnermail.io tempr.email mail-temp.com minuteinbox.com
mailcatch.com inboxkitten.com einrot.com cuvox.de dayrep.com fleckens.hu gustr.com jourrapide.com rhyta.com
superrito.com teleworm.us armyspy.com byom.de spoofmail.de muellmail.com kurzepost.de objectmail.com proxymail.eu
"""
FREE_DOMAINS = frozenset(_FREE.split())
DISPOSABLE_DOMAINS = frozenset(_DISPOSABLE.split())


@lru_cache(maxsize=4096)
def _kind_of_domain(domain: str) -> str:
    parent = domain.partition(".")[2]
    if domain in DISPOSABLE_DOMAINS or parent in DISPOSABLE_DOMAINS:
        return "disposable"
    return "free" if domain in FREE_DOMAINS else "work"


def email_domain(email: str | None) -> str:
    """Return the part behind the last @ in lower case, or an empty string."""
    return email.rpartition("@")[2].strip().lower().rstrip(".") if email and "@" in email else ""


def email_domain_kind(email: str | None) -> str:
    """Return ``work``, ``free``, ``disposable`` or, without an e-mail, ``none``."""
    domain = email_domain(email)
    return _kind_of_domain(domain) if domain else "none"
