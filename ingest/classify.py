"""Decides what a mail is before anything can send: our own, automatic, a command, a colleague's or a customer's."""

from dataclasses import dataclass

from config.words import AUTOMATIC, Direction, Doubt, MailKind
from ingest.directory import Colleague, Directory
from ingest.mail import ParsedMail


@dataclass(frozen=True)
class Classified:
    """The verdict, and why in a few words. `colleague` is set for a single, plain From of one of us.

    `doubt` is set later, where the sender is false or was brought in by nobody (`origin`, `newcomers`).
    """

    kind: MailKind
    direction: Direction
    why: str
    colleague: Colleague | None = None
    doubt: Doubt | None = None

    @property
    def automatic(self) -> bool:
        """Whether law 6 applies: it never opens, reopens, alerts or gets an answer."""
        return self.kind in AUTOMATIC


def classify(mail: ParsedMail, directory: Directory, loop_id: str) -> Classified:
    """Apply the rules in order; the first that fits decides.

    Our own and automatic mail come first, so that neither a bounce of an alert nor a robot's answer to one
    can ever be taken for a command or for a customer.
    """
    sender = sender_of(mail)
    colleague = directory.colleagues.get(sender)
    recipients = {a.email for a in (*mail.to, *mail.cc)} | set(mail.envelope_to)
    direction = _direction(sender, recipients, directory)
    kind, why = _kind(mail, sender, recipients, directory, loop_id)
    return Classified(kind, direction, why, colleague)


def sender_of(mail: ParsedMail) -> str:
    """The one From address, or an empty string when there is none or more than one."""
    found = {a.email for a in mail.from_addresses}
    return found.pop() if len(found) == 1 and mail.from_headers == 1 else ""


def _kind(
    mail: ParsedMail, sender: str, recipients: set[str], directory: Directory, loop_id: str
) -> tuple[MailKind, str]:
    if loop_id in mail.loop_ids or sender == directory.own_address:
        return MailKind.OWN, "it carries our own loop mark or sender address"
    written_to = {a.email for a in (*mail.to, *mail.cc)}
    if directory.to_us(directory.bounce_address, recipients) and not _for_people(sender, written_to, mail, directory):
        return MailKind.BOUNCE, "it came back to the address our mail bounces to"
    if mail.auto is not None:
        return mail.auto, mail.auto_why
    return _human(mail, sender, recipients, directory)


def _for_people(sender: str, written_to: set[str], mail: ParsedMail, directory: Directory) -> bool:
    """Whether somebody outside wrote to a mailbox of ours too: such a mail is heard whoever else is named in it.

    Else anybody could get a customer's answer to all thrown away, by putting one of our special addresses in Cc.
    """
    outside = bool(sender) and not directory.is_ours(sender)
    return outside and mail.auto is None and any(map(directory.is_mailbox, written_to))


def _human(mail: ParsedMail, sender: str, recipients: set[str], directory: Directory) -> tuple[MailKind, str]:
    """The kind of a mail that a person wrote."""
    written_to = {a.email for a in (*mail.to, *mail.cc)}
    to_reply = directory.to_us(directory.reply_address, recipients)
    if to_reply and not _for_people(sender, written_to, mail, directory):
        return MailKind.COMMAND, "it was sent to a reply address"
    if directory.to_us(directory.escalation_address, recipients) and sender in directory.colleagues:
        return MailKind.FORWARD, "one of us sent it to the escalation address"
    if sender and directory.is_ours(sender):
        return MailKind.COLLEAGUE, "the sender is one of us"
    return MailKind.CUSTOMER, "the sender is none of us"


def _direction(sender: str, recipients: set[str], directory: Directory) -> Direction:
    if not (sender and directory.is_ours(sender)):
        return Direction.IN
    outside = any(not directory.is_ours(a) for a in recipients)
    return Direction.OUT if outside else Direction.INTERNAL
