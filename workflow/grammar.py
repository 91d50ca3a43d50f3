"""Reads the commands at the very top of a reply, and nothing that is not one."""

import re
from dataclasses import replace
from datetime import datetime

from workflow.closingfields import FIELD, FIELDS, INLINE, has_prompt, with_fields, without_prompts
from workflow.commands import Command, CommandBlock, Unknown
from workflow.comments import cut
from workflow.dates import When
from workflow.heads import Head, disguised, exact_head, forgiven_head, suggestions
from workflow.replytext import ENDS_BLOCK, behind_greeting, comment_below
from workflow.verbs.base import Args, BadArgumentError, Lines, Rest

__all__ = ["Command", "CommandBlock", "Unknown", "parse_block"]

_NAMED = re.compile(r"\bESC-(\d{1,9})\b", re.IGNORECASE | re.ASCII)

_SHORT = 6
"""Words of a line that begins like a command and may have been meant as one; a longer one is a sentence."""
_WRAPPED = 60
_LONGEST_HEAD = 300
_LONGEST_DATE = 60
"""Characters within which the colon of `promise DATE: text` stands."""
_LONGEST_FIELD = 30
"""Characters within which the colon of a part of the closeout stands."""
_LONGEST_LINE = 200
"""Characters of a one-line command; nobody names a person or a team in more."""
_LONGEST_SHOWN = 200


def parse_block(text: str, now: datetime, zone: str, *, most_commands: int = 10, most_unknown: int = 5) -> CommandBlock:
    """Read the new text of a reply. `zone` is the IANA zone of the person, for dates without one.

    The text must hold its characters as they came: a command spelled with look-alikes or zero-width characters
    is none, which cannot be seen once they were normalised away.
    """
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").split("\n")]
    reader = _Reader(lines, When(now, zone), most_commands, most_unknown)
    reader.read()
    commands = with_fields(reader.commands)
    comment = "" if reader.problem else comment_below(lines, reader.at if reader.seen_any else 0)
    return CommandBlock(
        commands=tuple(commands),
        comment=comment,
        corrections=tuple(reader.corrections),
        unknown=tuple(reader.unknown),
        named=tuple(dict.fromkeys([*reader.named, *(int(n) for n in _NAMED.findall(comment))])),
        problem=reader.problem,
        sentences=tuple(reader.sentences),
    )


class _Reader:
    """Walks down the lines as long as they are commands; `at` is the first line that is not."""

    def __init__(self, lines: list[str], when: When, most_commands: int, most_unknown: int) -> None:
        self.lines, self.when = lines, when
        self.most_commands, self.most_unknown = most_commands, most_unknown
        self.at = behind_greeting(lines)
        self.commands: list[Command] = []
        self.corrections: list[str] = []
        self.unknown: list[Unknown] = []
        self.named: list[int] = []
        self.sentences: list[str] = []
        self.problem: str | None = None
        self.prompted = False
        self.last_field = max((n for n, line in enumerate(lines) if FIELD.match(line)), default=-1)

    @property
    def seen_any(self) -> bool:
        """Whether any line of the block was taken for a command, right or wrong."""
        return bool(self.commands or self.unknown or self.problem)

    def read(self) -> None:
        """Read line by line up to the first ordinary one."""
        while self.at < len(self.lines) and self.problem is None:
            line = self.lines[self.at]
            if not line:
                self.at += 1
            elif ENDS_BLOCK.match(line) or len(self.unknown) >= self.most_unknown or not self._line(line):
                return

    def _line(self, line: str) -> bool:
        """Take one line; False when it is an ordinary one, which ends the block."""
        inline = INLINE.match(line)
        if inline is not None:
            self.lines[self.at : self.at + 1] = [inline[1], inline[2]]
            self.last_field = max(self.last_field + 1, self.at + 1)
            line = inline[1]
        head = exact_head(line)
        if head is not None:
            return self._known(line, head)
        head = forgiven_head(line)
        if head is not None and self._forgiven(head, line):
            return True
        return self._strange(line)

    def _known(self, line: str, head: Head) -> bool:
        end, rest = self._gather(head)
        try:
            args = self._parse(head, rest)
        except BadArgumentError as error:
            if not self._left_empty(head):
                self.unknown.append(Unknown(_shown(line), str(error), self.at))
            self.at = end
            return True
        if args is None:
            return self._no_command(line, head, end)
        self._add(Command(head.verb.name, _shown(head.line), args, at=self.at), head, end)
        return True

    def _no_command(self, line: str, head: Head, end: int) -> bool:
        """A line that begins with a command's words and goes on as a sentence: it ends the block."""
        if head.verb.everyday:
            return False
        if len(line.split()) > _SHORT:
            self.sentences.append(_shown(line))
            return False
        missing = line.rstrip(".! ").lower() == head.verb.name
        hint = "That reads as a sentence, so I did nothing for it. The command is `{}`."
        hint = "Something is missing behind it; write `{}`." if missing else hint
        self.unknown.append(Unknown(_shown(line), hint.format(head.verb.usage), self.at))
        self.at = end if missing else self.at
        return missing

    def _left_empty(self, head: Head) -> bool:
        """Whether a part of the closeout's form was sent back without an answer: that is none, and no mistake."""
        in_form = self.prompted or any(command.verb == "close" for command in self.commands)
        return head.verb.name in FIELDS and in_form

    def _forgiven(self, head: Head, line: str) -> bool:
        end, rest = self._gather(head)
        try:
            args = self._parse(head, rest)
        except BadArgumentError:
            return False
        if args is None:
            return False
        self.corrections.append(f"`{head.typed}` read as `{head.word}`")
        self._add(Command(head.verb.name, _shown(head.line), args, _shown(line), self.at), head, end)
        return True

    def _strange(self, line: str) -> bool:
        if disguised(line):
            hint = "That is spelled with characters that only look like letters, so I did nothing for it."
            self.unknown.append(Unknown(_shown(line), hint, self.at))
            return False
        meant = suggestions(line)
        if not meant:
            return False
        self.unknown.append(
            Unknown(_shown(line), f"Did you mean {' or '.join(f'`{each}`' for each in meant)}?", self.at)
        )
        self.at += 1
        return True

    def _parse(self, head: Head, rest: Rest) -> Args | None:
        too_long = head.verb.lines == Lines.ONE and len(rest.text) > _LONGEST_LINE
        return None if too_long else head.verb.parse(rest, self.when)

    def _add(self, command: Command, head: Head, end: int) -> None:
        self.commands.append(command)
        if head.named is not None:
            self.named.append(head.named)
        self.at = end
        if len(with_fields(self.commands)) > self.most_commands:
            self.problem = f"An answer takes at most {self.most_commands} commands; yours has more, so I ran none."

    def _gather(self, head: Head) -> tuple[int, Rest]:
        """The text of a command over the lines it runs on, and the line after it."""
        end, text = self.at + 1, [head.rest.text]
        opened = head.rest.colon or ":" in head.rest.text[:_LONGEST_DATE]
        if not opened or head.verb.lines == Lines.ONE:
            return end, head.rest
        while end < len(self.lines) and self._goes_on(head, end, begun=any(text)):
            text.append(self.lines[end])
            end += 1
        whole = (" " if head.verb.lines == Lines.WRAPPED else "\n").join(text)
        if head.verb.name in FIELDS:
            self.prompted = self.prompted or has_prompt(whole)
            whole = without_prompts(whole)
        return end, replace(head.rest, text=cut(whole.strip()))

    def _goes_on(self, head: Head, n: int, *, begun: bool) -> bool:
        line = self.lines[n]
        if ENDS_BLOCK.match(line) or self._is_command(line):
            return False
        if head.verb.lines == Lines.WRAPPED:
            # Mail programs wrap between 65 and 78 columns; a shorter line was ended by its writer.
            return bool(line) and len(self.lines[n - 1]) >= _WRAPPED
        # A root cause of several paragraphs ends where the resolution begins; the last part ends with its paragraph.
        return (
            bool(line)
            or head.verb.lines == Lines.REST
            or (head.verb.name in FIELDS and (n < self.last_field or not begun))
        )

    def _is_command(self, line: str) -> bool:
        if INLINE.match(line):
            return True
        head = exact_head(line[:_LONGEST_HEAD])
        if head is None:
            slip = forgiven_head(line[:_LONGEST_HEAD]) if ":" in line[:_LONGEST_FIELD] else None
            return slip is not None and slip.verb.name in FIELDS and slip.rest.colon
        try:
            return head.verb.parse(head.rest, self.when) is not None
        except BadArgumentError:
            return head.verb.name in FIELDS


def _shown(line: str) -> str:
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + "…"
