"""Only a block of exact commands at the very top commands anything (A14, A15); slips are forgiven and named."""

# ruff: noqa: RUF001 - look-alikes are what is tested

from datetime import UTC, datetime
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.grammar import Command, CommandBlock, parse_block
from workflow.verbs import VERBS

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)


def read(text: str) -> CommandBlock:
    return parse_block(text, NOW, "Europe/Berlin")


def verbs(text: str) -> list[str]:
    return [command.verb for command in read(text).commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ack", ["ack"]),
        ("ACK.", ["ack"]),
        ("Ack, thanks!", ["ack"]),
        ("please\n", []),
        ("Hi team,\n\nack", ["ack"]),
        ("Guten Morgen,\nack\nstart", ["ack", "start"]),
        ("\n\n  ack  \r\n\r\nown", ["ack", "own"]),
        ("- ack\n- own", ["ack", "own"]),
        ("1. ack\n2. start", ["ack", "start"]),
        ("#ack", ["ack"]),
        ("/own", ["own"]),
        ("ack\nThanks\nLena", ["ack"]),
        ("ack\n--\nown", ["ack"]),
        ("ack\n> own", ["ack"]),
        ("ack\nSent from my iPhone\nown", ["ack"]),
        ("ack\nI will look at it.\nown", ["ack"]),
        ("ack\n\u00a0\nown", ["ack", "own"]),
        ("take it\nin progress", ["own", "start"]),
        ("prio: high", ["priority"]),
        ("ESC-3: ack", ["ack"]),
        ("snooze 2 days\nuseful", ["snooze", "useful"]),
        ("note: call them\nstatus", ["note", "status"]),
    ],
)
def test_accepted(text: str, expected: list[str]) -> None:
    assert verbs(text) == expected


@pytest.mark.parametrize(
    ("text", "verb", "typed"),
    [
        ("akc", "ack", "akc"),
        ("asign @bob", "assign", "asign"),
        ("priorty high", "priority", "priorty"),
        ("mrege ESC-7", "merge", "mrege"),
        ("resovle: done", "resolve", "resovle"),
        ("waitng on legal", "waiting on", "waitng on"),
        ("root cuase: x", "root cause", "root cuase"),
        ("snoze 2d", "snooze", "snoze"),
        ("stauts", "status", "stauts"),
    ],
)
def test_forgiven_and_named(text: str, verb: str, typed: str) -> None:
    block = read(text)
    assert [(c.verb, c.corrected_from) for c in block.commands] == [(verb, text)]
    assert f"`{typed}` read as" in block.corrections[0]


@pytest.mark.parametrize(
    "text",
    [
        "Close call yesterday! Please do not resolve this.",
        "Close to a solution, thanks",
        "ack noted but don't close",
        "resolve this please?",
        "Resolve?",
        "resolve fixed",
        "ack. I am on leave until Monday.",
        "I am out of office. Our offices close at 5.\nresolve",
        "don't close",
        "not resolved\nclose",
        "Start tomorrow?",
        "own goal",
        "status quo is fine",
        "undo that please, will you",
        "assign it to Bob please",
        "split the bill",
        "next week works for me",
        "promise me one thing",
        "note that this is wrong",
        "help is on the way",
        "snooze you lose",
        "keep",
        "now",
        "ask",
        "hello",
        "done",
        "see attached\nack",
        "Subject: ack\nack",
        "<p>ack</p>",
        "ack\x00",
        "ack;own",
        "ack own start",
        "close root cause bad cable",
        "merge everything",
        "ack" + "?" * 3,
        "On Monday Lena wrote:\n> ack\nack",
        "Issues: three are open",
        "Risks: none so far",
        "Risk is low",
        "Disk: full",
        "Ship: on Friday",
        "Did you call?",
        "Did 2 of them arrive?",
        "Skip this one",
        "Milestones: all on time",
        "Milestone 2 is late",
        "Reached 3 customers",
        "Settled on Friday",
        "Draft attached",
        "Race: it is on",
        "Dependent: yes",
        "Accept my apologies",
        "Accepting it would help",
        "Back on Monday",
        "Back to you soon",
        "Backup is running",
        "Away from my desk",
        "Away until Friday, please ask Bob in the meantime",
        "Awaiting your reply",
        "Reconcile the invoices first",
        "Assumptions: see below",
    ],
)
def test_rejected(text: str) -> None:
    assert verbs(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "ａｃｋ",
        "аck",
        "a\u200bck",
        "re\u00adsolve",
        "ack\u200b",
        "\ufeffack",
        "aсk",
        "ɑck",
        "resolve：x",
        "a\u0301ck",
        "nｏte: x",
        "\u202eack",
        "оwn",
        "\u212aept",
        "𝐚𝐜𝐤",
    ],
)
def test_look_alikes_command_nothing(text: str) -> None:
    assert verbs(text) == []


@pytest.mark.parametrize("text", ["ａｃｋ", "аck", "a\u200bck", "re\u00adsolve"])
def test_a_look_alike_is_named(text: str) -> None:
    assert "only look like letters" in read(text).unknown[0].hint


def test_rot13_and_leetspeak_are_ordinary_text() -> None:
    assert [verbs(text) for text in ("npx", "4ck", "a c k", "r3solve")] == [[], [], [], []]


@pytest.mark.parametrize(
    "text",
    [
        "Sounds good",
        "Great, thank you!",
        "Will do.",
        "Got it",
        "OK",
        "On it",
        "Noted",
        "Looking into it now",
        "Done.",
        "Yes",
        "Seen",
        "Agreed",
        "FYI",
        "Call me",
        "Let me check",
        "Perfect",
        "Any news?",
        "Bob, can you?",
        "+1",
        "Understood",
    ],
)
def test_short_ordinary_answers_are_comments_without_advice(text: str) -> None:
    block = read(text)
    assert (block.comment, block.commands, block.unknown) == (text, (), ())


def test_the_rest_is_the_comment() -> None:
    block = read("ack\n\nI will call them.\nAt noon.\n\n-- \nLena\n")
    assert block.comment == "I will call them.\nAt noon."


def test_without_a_command_all_is_comment() -> None:
    assert read("Hi all,\n\nno news.\n").comment == "Hi all,\n\nno news."


def test_a_sign_off_is_no_comment() -> None:
    assert read("ack\n\nBest regards,\nLena Vogt\nSupport").comment == ""


def test_ten_commands_run_and_eleven_do_not() -> None:
    assert (len(verbs("ack\n" * 10)), read("ack\n" * 10).problem) == (10, None)
    assert "at most 10" in (read("ack\n" * 11).problem or "")


def test_five_hundred_commands_are_one_problem_and_no_comment() -> None:
    block = read("ack\n" * 500)
    assert (block.problem is None, block.comment) == (False, "")


def test_fields_of_a_close_do_not_count() -> None:
    assert read("ack\n" * 9 + "close\nroot cause: a\nresolution: b").problem is None


def test_unknown_lines_are_capped() -> None:
    block = read("assign bob\n" * 9 + "ack")
    assert (len(block.unknown), block.commands) == (5, ())


def test_an_unknown_line_says_what_was_meant_and_does_not_stop_the_rest() -> None:
    block = read("assign bob\nack")
    assert ([u.hint for u in block.unknown], verbs("assign bob\nack")) == (["Did you mean `assign @bob`?"], ["ack"])


@pytest.mark.parametrize(
    ("text", "cause", "resolution", "comment"),
    [
        ("close\nroot cause: a\nresolution: b", "a", "b", ""),
        ("close root cause: a\nresolution: b", "a", "b", ""),
        ("Close: Root cause: a\n\nResolution: b\n\nBye now", "a", "b", "Bye now"),
        ("root cause: a\nresolution: b\nclose", "a", "b", ""),
        (
            "close\nroot cause: one\ntwo\n\nthree\nresolution: b\nmore\n\nBye now",
            "one\ntwo\n\nthree",
            "b\nmore",
            "Bye now",
        ),
        ("close\nroot cause:\nthe cable\nresolution:\nreplaced", "the cable", "replaced", ""),
        ("close", None, None, ""),
    ],
)
def test_the_fields_of_a_closeout(text: str, cause: str | None, resolution: str | None, comment: str) -> None:
    block = read(text)
    assert [(c.args.get("root_cause"), c.args.get("resolution")) for c in block.commands] == [(cause, resolution)]
    assert block.comment == comment


def test_a_wrapped_line_is_one() -> None:
    text = "next: send the customer the complete report of what happened last\nnight by Friday 5pm\nBye now"
    assert read(text).commands[0].args["due"] == "2026-05-08T15:00:00+00:00"


def test_a_line_its_writer_ended_is_not_joined() -> None:
    block = read("next: call them\nI am at lunch until one.")
    assert (block.commands[0].args["text"], block.comment) == ("call them", "I am at lunch until one.")


@pytest.mark.parametrize("text", ["ack ESC-9", "ESC-9: ack", "[ESC-9] ack", "ack\n\nThis is about esc-9."])
def test_another_number_is_seen(text: str) -> None:
    assert read(text).named == (9,)


@pytest.mark.parametrize("text", ["merge ESC-9", "note: same as ESC-9", "close root cause: as in ESC-9"])
def test_a_number_in_a_commands_own_text_is_content(text: str) -> None:
    assert read(text).named == ()


def test_a_command_survives_json() -> None:
    command = read("asign @bob").commands[0]
    assert Command.from_json(command.to_json()) == command


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_every_verbs_words_are_its_own(verb: object) -> None:
    words = [word for each in VERBS.values() for word in (each.name, *each.aliases)]
    assert len(words) == len(set(words)), verb


@given(st.text(max_size=400))
def test_no_text_raises(text: str) -> None:
    read(text)


@given(st.text(alphabet="ackown rsolve:\n@-ESC7.?", max_size=120))
def test_no_near_command_raises(text: str) -> None:
    read(text)


@pytest.mark.parametrize(
    "text",
    [
        "ack" + " ," * 100_000,
        "note: " + "a@" * 200_000,
        "assign @" + "a@" * 200_000 + " x",
        "\n" * 300_000,
        "hi " * 200_000,
        "waiting on " + "a " * 200_000,
        "next: " + " by" * 200_000,
        "promise " + "1:" * 200_000,
        "thanks " * 100_000,
        "root cause: x\n\n" * 50_000,
        "close root cause: " * 50_000,
        "ack\n" * 200_000,
        "1. " * 200_000,
    ],
)
def test_long_texts_are_read_in_a_moment(text: str) -> None:
    started = monotonic()
    read(text)
    assert monotonic() - started < 5  # a quadratic reading takes minutes
