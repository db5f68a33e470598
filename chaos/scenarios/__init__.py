"""What can happen to a running product, and which promises each story tries."""

from collections.abc import Callable, Iterator

from chaos.report import Result
from chaos.run import Run
from chaos.scenarios.kills import kills
from chaos.scenarios.twice import twice

Scenario = Callable[[Run], Iterator[Result]]
# In the order they are run; the first ones are those of the short run.
SCENARIOS: dict[str, Scenario] = {"kills": kills, "twice": twice}
SHORT = ("kills", "twice")
