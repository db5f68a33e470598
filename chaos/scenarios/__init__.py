"""What can happen to a running product, and which promises each story tries."""

from collections.abc import Callable, Iterator

from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.clocks import clocks
from chaos.scenarios.crowds import claims, newcomers
from chaos.scenarios.disk import disk, read_only
from chaos.scenarios.failpoints import failpoints
from chaos.scenarios.kills import kills
from chaos.scenarios.lines import crowded, deaf, lines, mail_lines, statements, work
from chaos.scenarios.mailserver import hung, modes, unsubscribing
from chaos.scenarios.outages import broker, database, wipes
from chaos.scenarios.poison import poison
from chaos.scenarios.restarts import restarts
from chaos.scenarios.senders import paused, resuming, senders
from chaos.scenarios.twice import twice

Scenario = Callable[[Run], Iterator[Result]]
STORIES: tuple[Scenario, ...] = (
    kills,
    twice,
    failpoints,
    senders,
    paused,
    resuming,
    broker,
    wipes,
    deaf,
    database,
    statements,
    work,
    lines,
    crowded,
    mail_lines,
    claims,
    newcomers,
    poison,
    restarts,
    modes,
    hung,
    unsubscribing,
    clocks,
    disk,
    read_only,
)
# In the order they are run.
SCENARIOS = {story.__name__: story for story in STORIES}
SHORT = ("kills", "twice", "failpoints", "senders", "newcomers", "claims")
