"""The rules of design section 4 once more, simple and slow: no index, no search, no shared code with the engine."""

from collections import defaultdict
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

RANK = {"disqualified": -1, "new": 0, "iql": 1, "mql": 2, "sql": 3, "customer": 4}
WARMTH = {"cold": 0, "warm": 1, "hot": 2}
VERDICTS = ("handover_rejected", "handover_recycled", "outcome_lost")


def judge(facts, profile, definition, at, *, known_at, hold):
    """Return a dict with the judgement, and the lines as (rule key, remaining)."""
    counting = _counting(facts, at, known_at)
    fit, grade, fit_lines = _fit(profile, definition)
    lines, raw = _engagement(counting, definition, at)
    engagement = sum(left for _, left in lines)
    one, two = definition.engagement_bounds
    level = 1 if engagement >= one else 2 if engagement >= two else 3
    evidence_after = _evidence_after(counting, at)
    evidence = _Evidence(definition, counting, evidence_after, grade, raw)
    beaten_by = _beats_the_matrix(definition, profile, grade, at, evidence)
    stage, temperature, cause = beaten_by or _matrix(definition, (grade, level), at, evidence, hold)
    return {
        "fit": fit,
        "grade": grade,
        "engagement": engagement,
        "level": level,
        "stage": stage,
        "temperature": temperature,
        "cause": cause,
        "evidence_after": evidence_after,
        "fit_lines": sorted(fit_lines),
        "engagement_lines": sorted(lines),
    }


def _counting(facts, at, known_at):
    seen = [fact for fact in facts if fact.occurred_at <= at and fact.recorded_at <= known_at]
    undone = [fact.payload["undoes"] for fact in seen if fact.kind == "undone"]
    kept = [fact for fact in seen if fact.id not in undone and not fact.payload.get("machine")]
    return sorted(kept, key=lambda fact: (fact.occurred_at, fact.id))


def _known(profile, field):
    return profile.get(field) not in (None, "")


def _holds(rule, profile):
    if rule.operator in ("known", "unknown"):
        return _known(profile, rule.field) == (rule.operator == "known")
    if not _known(profile, rule.field):
        return False
    value = profile[rule.field].lower()
    if rule.operator == "is":
        return value == rule.value.lower()
    if rule.operator == "in":
        return value in [each.lower() for each in rule.value]
    if rule.operator == "contains":
        return rule.value.lower() in value
    raise AssertionError(rule.operator)


def _fit(profile, definition):
    if not any(_known(profile, rule.field) for rule in definition.fit_rules):
        return 0, "?", []
    lines = [(rule.key, rule.points) for rule in definition.fit_rules if _holds(rule, profile)]
    total = sum(points for _, points in lines)
    score = min(max(total, 0), 10_000)
    if score != total:
        lines.append(("clamp", score - total))
    good, fair = definition.fit_bounds
    return score, "A" if score >= good else "B" if score >= fair else "C", lines


def _matches(fact, rule):
    if fact.kind != rule.kind:
        return False
    return all(
        fact.payload.get(key) and fnmatchcase(fact.payload[key], value) for key, value in rule.conditions.items()
    )


def _earning(facts, rule):
    """Return the facts at which a rule earns; the facts up to one are used up by it."""
    earned, unused = [], []
    for fact in (fact for fact in facts if _matches(fact, rule)):
        unused.append(fact)
        near = [
            each
            for each in unused
            if rule.within_days is None or fact.occurred_at - each.occurred_at < timedelta(days=rule.within_days)
        ]
        before = [
            each
            for each in earned
            if rule.limit_days is None or fact.occurred_at - each.occurred_at < timedelta(days=rule.limit_days)
        ]
        if len(near) >= rule.count and (rule.limit is None or len(before) < rule.limit):
            earned.append(fact)
            unused = []
    return earned


def _engagement(facts, definition, at):
    lines, raw, groups = [], [], defaultdict(int)
    for rule in definition.behavior_rules:
        for fact in _earning(facts, rule):
            age_days = (at - fact.occurred_at) / timedelta(days=1)
            left = round(rule.points * 0.5 ** (age_days / rule.half_life_days))
            lines.append((rule.key, left))
            raw.append((fact.recorded_at, rule.points))
            groups[rule.group] += left
    for group in definition.groups:
        if groups[group.key] > group.cap:
            lines.append((group.key, group.cap - groups[group.key]))
    total = sum(left for _, left in lines)
    score = min(max(total, 0), 10_000)
    if score != total:
        lines.append(("clamp", score - total))
    return lines, raw


def _evidence_after(facts, at):
    moments = []
    for fact in facts:
        if fact.kind not in VERDICTS:
            continue
        if fact.kind == "handover_rejected" and str(fact.payload.get("reason")) not in "23456":
            continue
        text = fact.payload.get("effective_at")
        effective_at = datetime.fromisoformat(text) if text else fact.occurred_at + timedelta(minutes=10)
        if effective_at <= at:
            moments.append(fact.occurred_at)
    return max(moments, default=None)


class _Evidence:
    def __init__(self, definition, facts, after, grade, raw):
        later = [fact for fact in facts if after is None or fact.recorded_at > after]
        self.of_trigger = {rule.key: [fact for fact in later if _matches(fact, rule)] for rule in definition.triggers}
        asked = any(
            len(self.of_trigger[rule.key]) >= rule.count and grade in rule.grades for rule in definition.triggers
        )
        points = sum(points for recorded_at, points in raw if after is None or recorded_at > after)
        self.is_enough = after is None or asked or points >= definition.evidence_points


def _beats_the_matrix(definition, profile, grade, at, evidence):
    for rule in definition.disqualifiers:
        if _holds(rule, profile):
            return "disqualified", "cold", ("disqualifier", rule.key)
    active = []
    for position, rule in enumerate(definition.triggers):
        within = [
            fact for fact in evidence.of_trigger[rule.key] if at - fact.occurred_at < timedelta(days=rule.within_days)
        ]
        if grade in rule.grades and len(within) >= rule.count:
            active.append((RANK[rule.stage], WARMTH[rule.temperature], -position, rule))
    if active:
        rule = max(active)[-1]
        return rule.stage, rule.temperature, ("trigger", rule.key)
    return None


def _matrix(definition, place, at, evidence, hold):
    grade, level = place
    cell = definition.matrix[grade][level]
    stage = "mql" if cell.stage == "sql" and not evidence.is_enough else cell.stage
    if definition.hold_hours and RANK[stage] > RANK[hold.stage]:
        waited = timedelta(0)
        if hold.candidate_since is not None and RANK[stage] <= RANK.get(hold.candidate_stage, -1):
            waited = at - hold.candidate_since
        if waited < timedelta(hours=definition.hold_hours):
            stage = hold.stage
    return stage, cell.temperature, ("matrix", f"{grade}{level}")
