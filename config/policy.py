"""The rules a team may tune - weights, windows, budgets, quiet hours - as one checked record read from TOML."""

import tomllib
from datetime import time
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.words import NoticeKind, Priority, Risk, Signal


class _Section(BaseModel):
    """A part of the policy; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RiskPolicy(_Section):
    """How findings become a score and a score a risk. Bands are the lower bounds of elevated, high, critical."""

    weights: dict[Signal, float]
    pairs: dict[str, float]
    text_cap: float
    bands: tuple[float, float, float]
    dead_band: float
    level_floors: tuple[Risk, Risk, Risk, Risk]
    fall_after_business_hours: float
    fall_below_share: float
    open_at_level: Annotated[int, Field(ge=1, le=3)]
    open_at_score: float
    overdue_duty_floors: dict[Literal["sev1", "sev2"], Risk]


class SignalPolicy(_Section):
    """Windows and bounds of the signals. Hours and days are business ones unless a name says otherwise."""

    burst_hours: float
    burst_night_minutes: float
    silence_hours: float
    chase_window_calendar_days: int
    new_person_calendar_days: int
    new_decider_calendar_days: int
    risk_window_calendar_days: int
    spread_window_calendar_days: int
    slip_raised_business_days: float
    clarification_business_hours: float
    grace_minutes: int
    deadline_near_business_days: float
    deadline_over_business_days: float
    impact_raised_value_share: float
    impact_critical_value_share: float
    resolved_outage_half_life_business_days: float
    urgency_habit_mails: int
    urgency_habit_share: float
    tone_newest_share: float
    tone_watch_rise_logits: float
    tone_raised_rise_logits: float
    tone_habit_mails: int
    tone_usual_logits: float
    warn_before_due: bool
    repeat_window_calendar_days: int
    same_issue_cosine: float
    continuation_business_days: float
    half_lives: dict[Signal, float]


class ThreadPolicy(_Section):
    """When a mail without usable headers may be taken for part of a conversation."""

    fuzzy_days: int
    fuzzy_score: float
    fuzzy_joins: bool


class AlertPolicy(_Section):
    """How much mail a person gets, and when. Hours are in the person's own zone."""

    daily_budget: int
    quiet_from: time
    quiet_until: time
    break_quiet: tuple[NoticeKind, ...]
    break_quiet_priority: Priority
    digest_hour: Annotated[int, Field(ge=0, le=23)]
    retry_minutes: tuple[int, ...]
    give_up_hours: int
    cap_per_hour_person: int
    cap_per_hour_escalation: int
    cap_per_hour_total: int
    promise_warning_business_hours: float
    no_answer_business_hours: float
    realert_unacknowledged_business_hours: float


class CommandPolicy(_Section):
    """Commands by mail."""

    token_days: int
    confirm_hours: int
    undo_hours: int
    most_commands: int
    most_unknown_lines: int
    bad_tokens_per_hour: int
    answers_per_hour: int


class PlaybookPolicy(_Section):
    """Whether the playbooks' duties exist, what raises Sev 2 to Sev 1, and whether an open duty blocks a close."""

    duties: bool
    raise_path: Literal["automatic", "suggest", "never"]
    open_duties_block_close: bool


class CustomerPolicy(_Section):
    """What may be mailed to customers: nothing, unless switched on; and then only what a person sends."""

    updates: bool
    satisfaction: bool
    satisfaction_after_close: bool


def _rule(name: str) -> str:
    """A signal, or a rule by its id, which holds a full stop."""
    if name not in set(Signal) and "." not in name:
        known = ", ".join(Signal)
        message = f'{name!r} is no rule: name a signal ({known}), or a rule by its id such as "en.leave.contract"'
        raise ValueError(message)
    return name


class Policy(_Section):
    """The whole of it; `version` is written beside every decision it made.

    `shadow` names the rules on trial, each with the mail address of the person who gets the weekly list.
    """

    version: str
    risk: RiskPolicy
    signals: SignalPolicy
    threading: ThreadPolicy
    alerts: AlertPolicy
    commands: CommandPolicy
    playbooks: PlaybookPolicy
    customer: CustomerPolicy
    shadow: dict[Annotated[str, AfterValidator(_rule)], str] = {}


def load_policy(path: Path | None = None) -> Policy:
    """The shipped policy, with the keys of `path` laid over it.

    Raises:
        OSError: the file cannot be read.
        tomllib.TOMLDecodeError: it is not TOML.
        pydantic.ValidationError: a key is unknown or a value out of range.
    """
    data = tomllib.loads(files("config").joinpath("policy.toml").read_text(encoding="utf-8"))
    if path is not None:
        _overlay(data, tomllib.loads(path.read_text(encoding="utf-8")))
    return Policy.model_validate(data)


def _overlay(base: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _overlay(base[key], value)
        else:
            base[key] = value
