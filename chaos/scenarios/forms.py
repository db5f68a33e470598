"""What every story begins with: two forms, a sequence, and visitors who repeat themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Team
from capture.models import Form
from capture.services import create_form
from chaos.run import Run
from chaos.visitors import Office, Visit
from nurturing.services import ensure_starter_sequence

REPEATED, TWINS = 0.30, 0.10


@dataclass(frozen=True)
class Site:
    """A website with a form for a guide and one for a demo."""

    guide: Form
    demo: Form
    office: Office

    def visits(self, count: int) -> list[Visit]:
        """Return visits of as many new people, half of them for the guide."""
        return [self.office.visit(self.guide if number % 2 else self.demo) for number in range(count)]


def open_site(run: Run) -> Site:
    """Set the product of this run up for capture, nurture and sales."""
    now = timezone.now()
    Team.objects.create(name="Sales")
    ensure_starter_sequence(now)
    guide, demo = (create_form(template=kind, name=kind, by=None, now=now) for kind in ("guide", "demo"))
    return Site(guide, demo, Office(run.dice, run.clock))


def with_repeats(run: Run, visits: Sequence[Visit]) -> Iterator[Visit]:
    """Yield the visits; every tenth comes twice at once, three of ten once more some time later."""
    later: list[Visit] = []
    for visit in visits:
        yield visit
        if run.dice.random() < TWINS:
            yield visit
        if run.dice.random() < REPEATED:
            later.append(visit)
        if later and run.dice.random() < REPEATED:
            yield later.pop(run.dice.randrange(len(later)))
    yield from later
