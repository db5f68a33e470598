"""An error a person can act on: it is printed without a traceback."""


class Remedy(Exception):
    """What went wrong, and what to do about it, in plain words."""


def explain(problem: str, *remedies: str) -> Remedy:
    """Return the error for ``problem`` with one line for each thing that helps."""
    return Remedy("\n".join([problem, *(f"  - {remedy}" for remedy in remedies)]))
