"""Makes mails to search in: five languages, sentences of the lexicons' commonest words, names by Zipf's law."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg

from config.lexicon import LANGUAGES, lexicon

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
TEAMS, ACCOUNTS, PER_CONVERSATION = 12, 600, 4
OURS, NUMBERED, REPEATED = 0.45, 0.1, 0.25
"""Shares: mails that we wrote, sentences with an order's number, sentences that say what every other mail says."""


def fill_tables(url: str, mails: int) -> None:
    """Teams, people, customers, conversations, escalations and mails in five languages, by COPY."""
    conversations = mails // PER_CONVERSATION
    with psycopg.connect(url) as connection:
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(_PEOPLE, {"teams": TEAMS, "accounts": ACCOUNTS, "now": NOW})
        cursor.execute(_CONVERSATIONS, {"n": conversations, "now": NOW, "teams": TEAMS, "accounts": ACCOUNTS})
        with cursor.copy("COPY raw_mail (id, sha256, body, size, received_at, kept_at, state) FROM STDIN") as copy:
            for n in range(1, mails + 1):
                copy.write_row((n, n.to_bytes(32, "big"), b"", 0, NOW, NOW, "parsed"))
        columns = (
            "id, conversation_id, raw_mail_id, content_key, message_id, message_id_hash, kind, direction, from_address,"
            " from_name, to_addresses, cc_addresses, subject, sent_at, received_at, new_text, language, reading,"
            " reading_version"
        )
        with cursor.copy(f"COPY message ({columns}) FROM STDIN") as copy:
            for row in _messages(mails, conversations):
                copy.write_row(row)
        connection.execute(_FINDINGS)


def _messages(mails: int, conversations: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(7)  # noqa: S311 - the same mails every time
    voices = {code: _Voice(code, chance) for code in LANGUAGES}
    codes = chance.choices(LANGUAGES, weights=[12 if code == "en" else 2 for code in LANGUAGES], k=conversations)
    for n in range(1, mails + 1):
        conversation = (n - 1) % conversations + 1
        voice = voices[codes[conversation - 1]]
        ours = chance.random() < OURS
        name, address = _sender(chance, conversation, ours=ours)
        at = NOW - timedelta(days=700) * (1 - n / mails) + timedelta(minutes=chance.randrange(60 * 24))
        key = n.to_bytes(32, "big")
        kind, direction = ("colleague", "out") if ours else ("customer", "in")
        yield (
            n, conversation, n, key, f"<{n}@x.example>", key, kind, direction, address, name, ["help@us.example"], [],
            voice.line(chance), at, at, voice.mail(chance), voice.code, "{}", "1",
        )  # fmt: skip


def _sender(chance: random.Random, conversation: int, *, ours: bool) -> tuple[str, str]:
    if ours:
        n = chance.randrange(TEAMS * 4)
        return f"Agent {n}", f"agent{n}@us.example"
    first = chance.choice(("Ines", "Karl", "Marie", "Tom", "Luisa", "Ana", "Pierre", "Jorge", "Ruth", "Sven"))
    account = conversation % ACCOUNTS
    return f"{first} Of{account}", f"{first.lower()}@customer-{account}.example"


class _Voice:
    """Sentences of one language: its commonest words, what the lexicons say, and names by Zipf's law."""

    def __init__(self, code: str, chance: random.Random) -> None:
        self.code = code
        self._common = sorted(word.decode() for word in lexicon(code).stopwords)
        self._topics = TOPICS[code].split()
        letters = "bdfgklmnprst"
        self._names = ["".join(chance.choice(letters) + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))
                       for _ in range(20_000)]  # fmt: skip

    def mail(self, chance: random.Random) -> str:
        """A mail of 20 to 400 words."""
        size = max(20, min(400, int(chance.lognormvariate(4.5, 0.7))))
        said: list[str] = []
        while sum(len(each.split()) for each in said) < size:
            said.append(self._sentence(chance))
        return f"{' '.join(said)}\n\n{chance.choice(('Ines', 'Karl', 'Agent'))}"

    def line(self, chance: random.Random) -> str:
        """A subject."""
        return f"{chance.choice(self._topics)} {self._name(chance)}".capitalize()

    def _sentence(self, chance: random.Random) -> str:
        words = chance.choices(self._common, k=chance.randint(4, 12)) + chance.choices(self._topics, k=2)
        words.append(self._name(chance))
        if chance.random() < NUMBERED:
            words.append(f"PO-{chance.randrange(4000, 90_000)}")
        chance.shuffle(words)
        if chance.random() < REPEATED:
            words.insert(0, FIXED[self.code])
        return " ".join(words).capitalize() + "."

    def _name(self, chance: random.Random) -> str:
        # Zipf's law, near enough: the n-th name comes a n-th as often as the first.
        return self._names[int(len(self._names) ** chance.random()) - 1]


FIXED = {
    "en": "please tell us the next steps, we have not heard from you about the update of the report",
    "de": "bitte melden Sie sich, die Rechnungen fehlen noch immer",
    "fr": "le problème n'est toujours pas résolu, merci de revenir vers nous",
    "es": "las facturas siguen pendientes, por favor respondan",
    "pt": "o problema ainda não foi resolvido, por favor respondam",
}
TOPICS = {
    "en": "outage invoice controller report update export delivery contract promised deadline gateway licence",
    "de": "Ausfall Rechnung Steuerung Bericht Aktualisierung Lieferung Vertrag zugesagt Frist Größe Lizenz",
    "fr": "panne facture contrôleur rapport mise livraison contrat promis délai passerelle licence",
    "es": "avería factura controlador informe actualización entrega contrato prometido plazo licencia",
    "pt": "falha fatura controlador relatório atualização entrega contrato prometido prazo licença",
}
_PEOPLE = """
INSERT INTO team (name) SELECT 'team ' || n FROM generate_series(1, %(teams)s) n;
INSERT INTO person (email, name, handle, role, team_id)
    SELECT 'agent' || n || '@us.example', 'Agent ' || n, 'agent' || n, 'agent', n %% %(teams)s + 1
    FROM generate_series(0, %(teams)s * 4 - 1) n;
INSERT INTO person (email, name, handle, role) VALUES ('ada@us.example', 'Ada', 'ada', 'admin');
INSERT INTO account (name, created_at) SELECT 'customer-' || n, %(now)s FROM generate_series(1, %(accounts)s) n;
"""
_CONVERSATIONS = """
INSERT INTO conversation (account_id, team_id, subject, first_at, last_at)
    SELECT n %% %(accounts)s + 1, n %% %(teams)s + 1, 'conversation ' || n, %(now)s, %(now)s
    FROM generate_series(1, %(n)s) n;
INSERT INTO escalation (title, account_id, team_id, state, priority, path, owner_id, opened_at, opened_why, changed_at)
    SELECT 'escalation ' || c.id, c.account_id, c.team_id,
        (ARRAY['open', 'acknowledged', 'in_progress', 'resolved', 'closed'])[c.id %% 5 + 1],
        (ARRAY['low', 'medium', 'high', 'critical'])[c.id %% 4 + 1], c.id %% 2 + 1,
        CASE WHEN c.id %% 3 = 0 THEN NULL ELSE c.id %% 48 + 1 END, %(now)s, 'asked again', %(now)s
    FROM conversation c WHERE c.id %% 6 = 0 ORDER BY c.id;
UPDATE conversation SET escalation_id = id / 6 WHERE id %% 6 = 0;
INSERT INTO participant (escalation_id, person_id, added_at, why)
    SELECT id, owner_id, %(now)s, 'owner' FROM escalation WHERE owner_id IS NOT NULL;
"""


_FINDINGS = """
INSERT INTO finding (conversation_id, message_id, signal, level, from_level, strength, contribution, rule_id,
        lexicon_version, start, "end", quote, features, clears_when, found_at, last_evidence_at)
    SELECT conversation_id, min(id), 'missed_promise', 2, 0, 0.5, 0.5, 'r', '1', 0, 1, 'x', '{}', 'x', now(), now()
    FROM message WHERE conversation_id % 12 = 0 GROUP BY conversation_id;
"""
