"""``judge``: what facts and a profile say about a lead at a moment. No database, no clock, no Django."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from leads.verdicts import effective_at, moment
from scoring.engine.compiling import SILENT_VALUES, BehaviorPlan, CompiledRuleSet, KindPlan, Profile, TriggerPlan
from scoring.engine.deciding import change_times, decide
from scoring.engine.definitions import MAX_SCORE, ProfileRule
from scoring.engine.facts import EVIDENCE_KINDS, NO_HOLD, REASONS_FOR_NEW_EVIDENCE, REJECTED, FactLike, Hold
from scoring.engine.fading import EPOCH, Curve, Part, clamp
from scoring.engine.judgement import Earning, FitResult, Judgement

SHOWN_TOLERANCE = 500  # an engagement that is shown is off by less than five points

_in_time_order = attrgetter("occurred_at", "id")


class Reading:
    """What one pass over the facts found."""

    __slots__ = ("earned", "evidence_after", "not_counted", "pending", "triggered", "upcoming")

    def __init__(self) -> None:
        self.earned: list[tuple[BehaviorPlan, FactLike]] = []
        self.triggered: dict[TriggerPlan, list[FactLike]] = {}
        self.not_counted: dict[BehaviorPlan, int] = {}
        self.evidence_after: datetime | None = None
        self.pending: list[datetime] = []
        self.upcoming: datetime | None = None


def judge(
    facts: Iterable[FactLike],
    profile: Profile,
    rules: CompiledRuleSet,
    at: datetime,
    known_at: datetime | None = None,
    *,
    hold: Hold = NO_HOLD,
    look_ahead: bool = True,
) -> Judgement:
    """Judge one lead at ``at`` by what was known at ``known_at`` (default: at each moment what is known by then).

    ``hold`` says where the lead stands, and matters only for rule sets with hold hours. Without ``look_ahead``
    ``next_change_at`` is not computed.
    """
    fit = judge_fit(profile, rules)
    reading = read_facts(facts, rules, at, known_at)
    earnings, parts = _fade(reading.earned, rules, (at - EPOCH).total_seconds())
    before_clamp = _sum(earnings, rules)
    engagement = clamp(before_clamp)
    level = _level(engagement, rules)
    since = reading.evidence_after
    has_evidence = since is None or _find_evidence(reading, rules, fit.grade, since)
    decision = decide(rules, fit, level, at, triggered=reading.triggered, has_evidence=has_evidence, hold=hold)
    judgement = Judgement(
        rules=rules,
        at=at,
        fit_result=fit,
        engagement=engagement,
        level=level,
        decision=decision,
        evidence_after=since,
        has_evidence=has_evidence,
        earnings=earnings,
        not_counted=reading.not_counted,
        before_clamp=before_clamp,
    )
    if look_ahead:
        judgement.next_change_at = _next_change(judgement, reading, hold, parts)
    return judgement


def _level(engagement: int, rules: CompiledRuleSet) -> int:
    one, two = rules.engagement_bounds
    return 1 if engagement >= one else 2 if engagement >= two else 3


def judge_fit(profile: Profile, rules: CompiledRuleSet) -> FitResult:
    """Return fit, its grade and the rules that gave it. Fit does not fade."""
    hits: list[ProfileRule] = []
    points, is_known = 0, False
    for field, read, tells, field_rules, when_unknown in rules.fields:
        value = read(profile)
        if value is None or value == "":
            for rule in when_unknown:
                hits.append(rule)
                points += rule.points
            continue
        if tells and (field, value) not in SILENT_VALUES:
            is_known = True
        for matches, rule in field_rules:
            if matches(value):
                hits.append(rule)
                points += rule.points
    if not is_known:
        return FitResult(0, "?", [], 0, _disqualifier(profile, rules))
    score = clamp(points)
    good, fair = rules.fit_bounds
    grade = "A" if score >= good else "B" if score >= fair else "C"
    return FitResult(score, grade, hits, points, _disqualifier(profile, rules))


def _disqualifier(profile: Profile, rules: CompiledRuleSet) -> ProfileRule | None:
    for read, matches, rule in rules.disqualifiers:
        value = read(profile)
        is_unknown = value is None or value == ""
        if is_unknown if matches is None else not is_unknown and matches(value):
            return rule
    return None


def read_facts(facts: Iterable[FactLike], rules: CompiledRuleSet, at: datetime, known_at: datetime | None) -> Reading:
    """Collect what the facts earn, trigger and announce. Later, undone and machine facts do not count.

    Facts recorded after ``at``, by a clock that was ahead, count from then on; with ``known_at`` the later never do.
    """
    reading = Reading()
    by_kind = rules.by_kind
    visible: list[FactLike] = []
    undone: set[str] = set()
    horizon = known_at or at
    for fact in facts:
        plan = by_kind.get(fact.kind)
        if plan is None:
            continue
        counts_from = fact.occurred_at
        if fact.recorded_at > horizon:
            if known_at is not None:
                continue
            counts_from = max(counts_from, fact.recorded_at)
        if counts_from > at:
            if reading.upcoming is None or counts_from < reading.upcoming:
                reading.upcoming = counts_from
        elif plan.is_undone:
            undone.add(str(fact.payload.get("undoes")))
        else:
            visible.append(fact)
    visible.sort(key=_in_time_order)
    windows: dict[BehaviorPlan, _Window] = {}
    for fact in visible:
        payload = fact.payload
        if payload.get("machine") is True or (undone and str(fact.id) in undone):
            continue
        _apply(reading, by_kind[fact.kind], fact, windows, at)
    reading.not_counted = {behavior: window.not_counted for behavior, window in windows.items() if window.not_counted}
    return reading


def _apply(
    reading: Reading, plan: KindPlan, fact: FactLike, windows: dict[BehaviorPlan, "_Window"], at: datetime
) -> None:
    for behavior in plan.behaviors:
        if behavior.matches is not None and not behavior.matches(fact.payload):
            continue
        if not behavior.plain:
            window = windows.get(behavior)
            if window is None:
                window = windows[behavior] = _Window(behavior)
            if not window.earns(fact.occurred_at):
                continue
        reading.earned.append((behavior, fact))
    for trigger in plan.triggers:
        if trigger.matches is None or trigger.matches(fact.payload):
            reading.triggered.setdefault(trigger, []).append(fact)
    if plan.is_verdict:
        _read_verdict(reading, fact, at)


class _Window:
    """Counts the facts of one rule: which of them earn, and how many a limit kept from earning."""

    __slots__ = ("earned_at", "not_counted", "plan", "recent")

    def __init__(self, plan: BehaviorPlan) -> None:
        self.plan = plan
        self.recent: list[datetime] = []
        self.earned_at: list[datetime] = []
        self.not_counted = 0

    def earns(self, occurred_at: datetime) -> bool:
        """Count a fact. The facts up to one that earns are used up; those a limit blocks stay."""
        plan = self.plan
        if plan.count > 1 and not self._is_complete(occurred_at):
            return False
        if plan.limit is not None:
            earned_at = self.earned_at
            if plan.limit_span is not None:
                since = occurred_at - plan.limit_span
                while earned_at and earned_at[0] <= since:
                    earned_at.pop(0)
            if len(earned_at) >= plan.limit:
                self.not_counted += 1
                return False
            earned_at.append(occurred_at)
        self.recent.clear()
        return True

    def _is_complete(self, occurred_at: datetime) -> bool:
        """Whether with this one there are as many within the window as the rule asks for."""
        plan, recent = self.plan, self.recent
        recent.append(occurred_at)
        if plan.within is not None:
            since = occurred_at - plan.within
            while recent[0] <= since:
                recent.pop(0)
        return len(recent) >= plan.count


def _read_verdict(reading: Reading, fact: FactLike, at: datetime) -> None:
    """Note when a verdict takes effect, the date it names, and whether it asks for new evidence."""
    effect_at = effective_at(fact)
    if effect_at > at:
        reading.pending.append(effect_at)
    recycle_at = moment(fact.payload.get("recycle_on"))
    if recycle_at is not None and recycle_at > at:
        reading.pending.append(recycle_at)
    asks = fact.kind in EVIDENCE_KINDS and (
        fact.kind != REJECTED or str(fact.payload.get("reason")) in REASONS_FOR_NEW_EVIDENCE
    )
    if asks and effect_at <= at and (reading.evidence_after is None or fact.occurred_at > reading.evidence_after):
        reading.evidence_after = fact.occurred_at


def _find_evidence(reading: Reading, rules: CompiledRuleSet, grade: str, since: datetime) -> bool:
    """Drop triggers that the verdict has answered, and say whether enough was recorded after it for SQL."""
    later = {t: [fact for fact in facts if fact.recorded_at > since] for t, facts in reading.triggered.items()}
    reading.triggered = {trigger: facts for trigger, facts in later.items() if facts}
    if any(grade in t.grades and len(facts) >= t.count for t, facts in reading.triggered.items()):
        return True
    return sum(plan.points for plan, fact in reading.earned if fact.recorded_at > since) >= rules.evidence_points


def _fade(
    earned: list[tuple[BehaviorPlan, FactLike]], rules: CompiledRuleSet, at_second: float
) -> tuple[list[Earning], list[Part]]:
    """Return each earning with what remains of it, and the same as parts of a curve, one for each group."""
    earnings: list[Earning] = []
    parts: dict[str, Part] = {}
    groups = rules.groups
    for plan, fact in earned:
        start, half_life, points = (fact.occurred_at - EPOCH).total_seconds(), plan.half_life, plan.points
        left = round(points * 0.5 ** ((at_second - start) / half_life))
        earnings.append((plan, fact, left))
        if not left:  # It stays at zero, so the search need not look at it.
            continue
        key = plan.rule.group
        part = parts.get(key)
        if part is None:
            part = parts[key] = (groups[key].cap if key in groups else None, [], [])
        (part[1] if points > 0 else part[2]).append((points, start, half_life))
    return earnings, list(parts.values())


def _sum(earnings: list[Earning], rules: CompiledRuleSet) -> int:
    """Return the sum of what remains, with the caps of the groups but without the clamp."""
    groups = rules.groups
    if not groups:
        return sum([left for _, _, left in earnings])
    totals: dict[str, int] = {}
    for plan, _, left in earnings:
        key = plan.rule.group
        totals[key] = totals.get(key, 0) + left
    return sum([min(points, groups[key].cap) if key in groups else points for key, points in totals.items()])


def _next_change(judgement: Judgement, reading: Reading, hold: Hold, parts: list[Part]) -> datetime | None:
    """Return the earliest second at which anything changes without a new fact."""
    event_at = _next_event(judgement, reading, hold)
    exit_at = _engagement_exit(judgement, parts, event_at) if parts else None
    return min([each for each in (event_at, exit_at) if each is not None], default=None)


def _next_event(judgement: Judgement, reading: Reading, hold: Hold) -> datetime | None:
    """Return the first second at which a verdict, a fact, a trigger's end or the hold's end changes anything.

    The level is taken as it is: where engagement leaves it before, that moment comes first anyway.
    """
    earliest = min([*reading.pending, reading.upcoming] if reading.upcoming else reading.pending, default=None)
    decision, after = judgement.decision, judgement.decision.hold_after(hold)
    for possible in sorted(change_times(judgement.rules, decision, reading.triggered, judgement.at)):
        if earliest is not None and possible >= earliest:
            break
        later = decide(
            judgement.rules,
            judgement.fit_result,
            judgement.level,
            possible,
            triggered=reading.triggered,
            has_evidence=judgement.has_evidence,
            hold=after,
        )
        if (later.cause_key, later.stage) != (decision.cause_key, decision.stage):
            earliest = possible
            break
    return None if earliest is None else _whole_second(earliest)


def _engagement_exit(judgement: Judgement, parts: list[Part], until: datetime | None) -> datetime | None:
    """Return when engagement leaves its level, or is off by five points from what is shown."""
    one, two = judgement.rules.engagement_bounds
    floor_of_level, end_of_level = {1: (one, MAX_SCORE + 1), 2: (two, one), 3: (0, two)}[judgement.level]
    low = max(floor_of_level, judgement.engagement - SHOWN_TOLERANCE + 1)
    high = min(end_of_level, judgement.engagement + SHOWN_TOLERANCE)
    at_second = (judgement.at - EPOCH).total_seconds()
    horizon = None if until is None else (until - EPOCH).total_seconds()
    second = Curve(parts, at_second).first_exit(at_second, low, high, horizon)
    return None if second is None else datetime.fromtimestamp(second, UTC)


def _whole_second(at: datetime) -> datetime:
    """Return the first whole second that is not before ``at``."""
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)
