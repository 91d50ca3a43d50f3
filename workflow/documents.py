"""Attaches files to the record: bytes kept once by their hash, each file hanging on one thing people may see or not."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.recordwords import Target
from store.audit import SYSTEM
from store.files import Blob, Document
from store.record import Escalation
from workflow.change import By, Step, append, written
from workflow.errors import NotFound, Refused
from workflow.locks import check_unlocked

LARGEST = 25_000_000
"""Bytes of one file, the size of the largest mail that is read: what came by mail can be kept, and no more is asked."""
MOST_TOGETHER = 500_000_000
"""Bytes of all files of one escalation or one anchor; more is a share, not a record."""
LONGEST_NAME = 255
"""Bytes of UTF-8, which is what file systems take."""
_COVERED = frozenset({Target.CLOSEOUT, Target.ACTION_ITEM})
"""What a locked closeout covers."""
_NO_NAME = re.compile(r'[/\\<>:"|?*\x00-\x1f\x7f]|^\.')
_KIND = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)


@dataclass(frozen=True)
class Place:
    """What a file hangs on; `escalation` is None for an anchor and its comments."""

    target: Target
    target_id: int
    escalation: Escalation | None


@dataclass(frozen=True)
class File:
    """A file to attach. `name` is shown to people and must be safe as data: see `attach_file`."""

    name: str
    content_type: str
    body: bytes


def attach_file(session: Session, by: By, place: Place, file: File) -> Document:
    """Attach a file; the same file, under the same name, on the same thing gives the one that is there.

    Raises:
        Refused: it is empty or too large, or its name holds a path or control characters.
        Locked: it would hang on a locked closeout or its action items.

    """
    _check_open(session, place)
    _check(session, place, file)
    sha256 = hashlib.sha256(file.body).digest()
    if (known := _same(session, place, file.name, sha256)) is not None:
        return known
    blob = insert(Blob).values(sha256=sha256, body=file.body, size=len(file.body))
    session.execute(blob.on_conflict_do_nothing())
    made = Document(
        target=place.target,
        target_id=place.target_id,
        escalation_id=None if place.escalation is None else place.escalation.id,
        sha256=sha256,
        name=file.name,
        content_type=file.content_type if _KIND.fullmatch(file.content_type) else "application/octet-stream",
        person_id=by.person_id,
        at=by.now,
    )
    session.add(made)
    session.flush()
    _written(session, by, place, Step("file attached", None, file.name, detail=_about(made) | {"size": len(file.body)}))
    return made


def detach_file(session: Session, by: By, place: Place, document: Document) -> None:
    """Take a file off; its bytes go with the last thing they hang on. The audit keeps its name and hash.

    Raises:
        Locked: it hangs on a locked closeout or its action items.

    """
    _check_open(session, place)
    step = Step("file taken off", document.name, None, detail=_about(document))
    sha256 = document.sha256
    session.delete(document)
    session.flush()
    drop_unused(session, [sha256])
    _written(session, by, place, step)


def rehang_files(session: Session, comment_id: int, esc: Escalation) -> int:
    """Let the files of a comment that is being withdrawn hang on its escalation; how many."""
    hanging = Document.target == Target.COMMENT, Document.target_id == comment_id
    moved = update(Document).where(*hanging).values(target=Target.ESCALATION, target_id=esc.id)
    return len(session.execute(moved.returning(Document.id).execution_options(synchronize_session="fetch")).all())


def drop_unused(session: Session, hashes: Sequence[bytes]) -> None:
    """Delete the bytes of these hashes that no file has any more."""
    unused = Blob.sha256.in_(hashes) & ~exists().where(Document.sha256 == Blob.sha256)
    session.execute(delete(Blob).where(unused).execution_options(synchronize_session=False))


def copy_files(session: Session, source: Place, to: Place) -> int:
    """Give one thing the files of another, with the times and the people they had; how many."""
    hanging = select(Document).where(Document.target == source.target, Document.target_id == source.target_id)
    copied = 0
    for each in session.scalars(hanging.order_by(Document.id)).all():
        if _same(session, to, each.name, each.sha256) is None:
            session.add(
                Document(
                    target=to.target,
                    target_id=to.target_id,
                    escalation_id=None if to.escalation is None else to.escalation.id,
                    sha256=each.sha256,
                    name=each.name,
                    content_type=each.content_type,
                    person_id=each.person_id,
                    at=each.at,
                )
            )
            copied += 1
    session.flush()
    return copied


def bytes_of(session: Session, document: Document) -> bytes:
    """The bytes of a file.

    Raises:
        NotFound: they were emptied, as old or forgotten mail is.

    """
    body = session.scalar(select(Blob.body).where(Blob.sha256 == document.sha256))
    if not body:
        raise NotFound(f"The bytes of {document.name} are no longer kept.")
    return body


def _check_open(session: Session, place: Place) -> None:
    if place.escalation is not None and place.target in _COVERED:
        check_unlocked(session, place.escalation)


def _check(session: Session, place: Place, file: File) -> None:
    if not file.body:
        raise Refused(f"{file.name or 'The file'} is empty; there is nothing to keep.")
    if len(file.body) > LARGEST:
        said = f"{file.name} has {len(file.body) / 1e6:.1f} MB; a file may have {LARGEST / 1e6:.0f} MB"
        raise Refused(f"{said}. Put it where your team keeps large files, and give the address with `link`.")
    if not file.name.strip() or _NO_NAME.search(file.name) or len(file.name.encode()) > LONGEST_NAME:
        raise Refused("A file needs a plain name of at most 255 bytes, without a path: `report.pdf`.")
    if (held := _held(session, place)) + len(file.body) > MOST_TOGETHER:
        raise Refused(
            f"The files here have {held / 1e6:.0f} MB together; with {file.name} they would have more than "
            f"{MOST_TOGETHER / 1e6:.0f} MB. Take some off, or give an address with `link`."
        )


def _held(session: Session, place: Place) -> int:
    same = Document.target == place.target, Document.target_id == place.target_id
    these = same if place.escalation is None else (Document.escalation_id == place.escalation.id,)
    total = select(func.coalesce(func.sum(Blob.size), 0)).join(Document, Document.sha256 == Blob.sha256)
    return int(session.scalar(total.where(*these)) or 0)


def _same(session: Session, place: Place, name: str, sha256: bytes) -> Document | None:
    return session.scalar(
        select(Document).where(
            Document.target == place.target,
            Document.target_id == place.target_id,
            Document.sha256 == sha256,
            Document.name == name,
        )
    )


def _about(document: Document) -> dict[str, object]:
    return {
        "document": document.id,
        "target": document.target,
        "target_id": document.target_id,
        "sha256": document.sha256.hex(),
    }


def _written(session: Session, by: By, place: Place, step: Step) -> None:
    if place.escalation is None:
        append(session, by, SYSTEM, step)
    else:
        written(session, by, place.escalation, step)
