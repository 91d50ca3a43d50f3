"""Delivers one due notice: claims it, judges it, writes the mail, sends it, and marks what happened."""

from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from alerts import caps, gates, settle, trouble
from alerts.candidate import Candidate, load
from alerts.compose import compose
from alerts.context import AlertContext
from alerts.handover import Failed, Phase, Sender, Sent
from alerts.lease import SENDING, Claim, claim_one, due
from alerts.mail import OutgoingMail
from config.killpoint import killpoint
from config.words import Channel, NoticeState
from store.audit import Change, record
from store.database import Store
from store.outbox import Notice

log = structlog.get_logger()


def deliver_one(store: Store, sender: Sender, ctx: AlertContext, now: datetime) -> bool:
    """Work on one notice that is due; False when there was none, or when the mail server cannot be reached.

    Never raises for anything a notice, a recipient or the mail server does.
    """
    with store.transaction() as session:
        if session.scalar(select(Notice.id).where(due(now)).limit(1)) is None:
            return False
    # Connected first: while the server is away no notice is touched and no attempt is used up.
    away = sender.open(now)
    if away is not None:
        log.warning("mail_server_unreachable", reason=away.reason, detail=away.detail)
        return False
    claim = claim_one(store, now)
    if claim is None:
        return False
    killpoint("K15")
    mail = _prepare(store, claim, ctx, now)
    if mail is not None:
        _finish(store, claim, sender.send(mail, claim), ctx, now)
    return True


def _prepare(store: Store, claim: Claim, ctx: AlertContext, now: datetime) -> OutgoingMail | None:
    """The mail to send, or None when the notice was put aside."""
    if claim.lost:
        _poisoned(store, claim, "the last attempts ended the process while the mail was written", ctx, now)
        return None
    try:
        with store.transaction() as session:
            notice = claim.held(session)
            return _judge_and_write(session, notice, ctx, now) if notice else None
    except (OperationalError, InterfaceError):
        # The database's trouble is not the notice's: the claim runs out, and the notice comes round again.
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one notice must not stop the others (P3)
        # No traceback: the database's errors quote values, and those may be mail content.
        log.error("notice_not_written", notice_id=claim.notice_id, error=type(error).__name__)  # noqa: TRY400
        _poisoned(store, claim, trouble.unwritten(error), ctx, now)
        return None


def _judge_and_write(session: Session, notice: Notice, ctx: AlertContext, now: datetime) -> OutgoingMail | None:
    caps.serialise(session)
    candidate = load(session, notice)
    verdict = gates.judge(session, candidate, ctx, now)
    if verdict is not None:
        settle.put_aside(session, candidate, verdict, ctx, now)
        return None
    if candidate.snoozed_until and candidate.snoozed_until > now and candidate.ends_snooze:
        _end_snooze(session, candidate, now)
    mail = compose(session, candidate, ctx, now)
    if notice.phase != "after_dot":
        notice.phase = SENDING
    return mail


def _end_snooze(session: Session, candidate: Candidate, now: datetime) -> None:
    """New evidence wakes the person, and with it what was waiting for the end of the snooze."""
    participant = candidate.participant
    assert participant is not None
    until, participant.snoozed_until = participant.snoozed_until, None
    change = Change(
        f"ESC-{participant.escalation_id}",
        now,
        "smokewatch",
        Channel.SYSTEM,
        "snooze ended",
        from_value=f"{until:%Y-%m-%dT%H:%MZ}",
        reason=f"new evidence: {candidate.kind.value}",
        detail={"person_id": participant.person_id},
    )
    record(session, change)
    waiting = update(Notice).where(
        Notice.person_id == participant.person_id,
        Notice.escalation_id == participant.escalation_id,
        Notice.state == NoticeState.WAITING,
        Notice.last_error == "snoozed",
    )
    session.execute(waiting.values(not_before=now))


def _poisoned(store: Store, claim: Claim, reason: str, ctx: AlertContext, now: datetime) -> None:
    """Moved out of the way first and reported then, so that it cannot come round again."""
    with store.transaction() as session:
        notice = claim.held(session)
        if notice is not None:
            settle.give_up(session, notice, reason, ctx, now)


def _finish(store: Store, claim: Claim, result: Sent | Failed, ctx: AlertContext, now: datetime) -> None:
    if isinstance(result, Sent):
        killpoint("K19")
    with store.transaction() as session:
        if isinstance(result, Sent):
            # Even when the claim was lost meanwhile: the mail is out, and another copy must not follow.
            settle.sent(session.get_one(Notice, claim.notice_id, with_for_update=True), now)
        elif (notice := claim.held(session)) is not None:
            if result.phase is not Phase.AFTER_DOT and not claim.uncertain:
                # Refused in so many words: no copy is out there. One of an earlier attempt could not be unsaid.
                notice.phase = None
            settle.failed(session, notice, result, ctx, now)
    killpoint("K20")
