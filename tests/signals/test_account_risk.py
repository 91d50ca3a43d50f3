"""S4: what threatens the account in five languages, and each guard that keeps harmless mail quiet."""

from collections.abc import Callable
from datetime import datetime

import pytest

from config.policy import Policy
from config.words import Level, Signal
from signals.chain import evaluate
from signals.facts import Facts, Finding, Msg, Party

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]

THREATS = [
    ("leave", "We are going to cancel our contract at the end of June."),
    ("leave", "If this goes on we will take our business elsewhere."),
    ("leave", "We will not renew."),
    ("leave", "We are looking for a new supplier."),
    ("leave", "Wir kündigen den Wartungsvertrag zum Jahresende."),
    ("leave", "Wir werden den Anbieter wechseln."),
    ("leave", "Nous allons résilier le contrat."),
    ("leave", "Vamos a cancelar el contrato."),
    ("leave", "Queremos darnos de baja del servicio."),
    ("leave", "Vamos rescindir o contrato."),
    ("withhold", "We are not paying invoice 88213 until this is solved."),
    ("withhold", "Our finance team has put your invoice on hold."),
    ("withhold", "Wir halten die Zahlung zurück, bis das geklärt ist."),
    ("withhold", "Nous suspendons le paiement de vos factures."),
    ("withhold", "No vamos a pagar la factura de mayo."),
    ("withhold", "Não vamos pagar a fatura de maio."),
    ("legal", "I have passed the file to our lawyers."),
    ("legal", "My client holds you liable for the loss."),
    ("legal", "We will take legal action."),
    ("legal", "Das geht jetzt an unsere Anwälte."),
    ("legal", "Ce courrier vaut mise en demeure."),
    ("legal", "Paso el caso a nuestros abogados."),
    ("legal", "Passo o caso ao nosso jurídico."),
    ("competitor", "We are comparing three other suppliers before the renewal."),
    ("competitor", "One of your competitors made us an offer."),
    ("competitor", "Wir prüfen derzeit andere Anbieter."),
    ("competitor", "Nous avons une offre d'un de vos confrères."),
    ("competitor", "Estamos evaluando otros proveedores."),
    ("competitor", "Estamos a avaliar outros fornecedores."),
    ("withhold", "I asked finance not to release any further payments to you."),
    ("withhold", "Unsere Buchhaltung ist angewiesen, nichts mehr an Sie zu überweisen."),
    ("withhold", "J'ai donné pour consigne de ne plus régler vos échéances."),
    ("withhold", "He dado instrucciones de no pagar la cuota de junio."),
    ("withhold", "Dei instruções para não pagar a mensalidade de junho."),
    ("leave", "I honestly wonder whether staying with you is still wise."),
    ("leave", "My directors find it hard to justify the renewal."),
    ("leave", "We are reconsidering our position."),
    ("leave", "I am no longer willing to recommend another year to my board."),
    ("leave", "This is our notice of cancellation."),
    ("leave", "Wir denken über einen Anbieterwechsel nach."),
    ("leave", "Nous mettrons un terme au contrat."),
    ("withhold", "Finance will hold your April invoice until then."),
    ("withhold", "We will take the sum off your next bill."),
    ("withhold", "Ihre Rechnung bleibt bis dahin offen."),
    ("legal", "We consider you in breach of the agreement."),
    ("legal", "Vamos seguir a via judicial."),
    ("competitor", "Westby have offered us the same service for less."),
    ("leave", "Die Verlängerung steht bei uns inzwischen in Frage."),
    ("leave", "Le renouvellement n'est plus acquis."),
    ("leave", "La renovación está en duda."),
    ("leave", "A renovação está em causa."),
]

HARMLESS = [
    "Wir planen den Wechsel der Server am Freitag.",
    "Die Rechnung bleibt im Portal offen stehen, obwohl sie bezahlt ist.",
    "La prolongation du domaine est en suspens.",
    "La renovación del dominio está en duda.",
    "Precisamos de rever o contrato modelo no sistema.",
    "I will be reviewing the options page tomorrow.",
    "Unsere Anwältin braucht ein Passwort für das Portal.",
    "Nous quittons nos bureaux en mai, notre adresse change.",
    "A nurse of ours terminated her contract in May, how do I lock her badge?",
    "Eine Pflegekraft hat den Vertrag gekündigt, wie sperre ich ihren Ausweis?",
    "Un enseignant a résilié son contrat, il figure encore au planning.",
    "Una enfermera rescindió el contrato y sigue en los turnos.",
    "Um motorista rescindiu o contrato e ainda aparece na escala.",
    'Im Ordner "Kündigung" fehlt die Vorlage "Anwalt".',
    'The letter type "Legal action" prints without our logo.',
    "We must decide whether renewing the certificate by hand is safe.",
    "This is unacceptable, I am deeply disappointed.",
    "Please cancel Thursday's training call.",
    "Can I cancel order 5120?",
    "How do I cancel a user account of a colleague who left?",
    "Leaving our old supplier for you was the best thing we did.",
    "We switched to you in March and are happy.",
    "There was even talk of solicitors. All behind us.",
    "For two of them the garnishment line differs from the court order.",
    "Our legal team reviewed the DPA and signed.",
    "We will have to move the call to another day.",
    "Does the contract renew automatically?",
    "We have no intention of leaving.",
    "The payment run is stuck at 80 percent.",
    "Your trial version runs fine.",
    "The bank reserves the right to monitor all mail.",
    "In my client I have this method.",
    "One last question and I will leave you alone.",
    "I will not settle for a token gesture.",
    "Hiermit kündigen wir die Abschaltung unserer Halle 4 für den 20. April an.",
    "Das zweite Exemplar Ihres Kundenhefts möchten wir kündigen.",
    "Seilerei GmbH, Amtsgericht Musterstadt HRB 4711",
    "Comment résilier l'abonnement d'un collaborateur ?",
    "La previsión de la demanda no toma en cuenta el reclamo.",
    "Queremos dar de baja el artículo 4471.",
    "¿Se puede cancelar un pedido después de impreso?",
    "Preciso de cancelar a reunião de amanhã.",
]


@pytest.fixture
def found(policy: Policy, tell: Tell, at: At) -> Callable[..., Finding | None]:
    def run(*messages: Msg, hours: float = 60, **more: object) -> Finding | None:
        findings = evaluate(tell(*messages, **more), policy, at(hours)).findings
        return next((f for f in findings if f.signal is Signal.ACCOUNT_RISK), None)

    return run


@pytest.mark.parametrize(("kind", "text"), THREATS)
def test_a_threat_raises(found: Callable[..., Finding | None], say: Say, kind: str, text: str) -> None:
    finding = found(say(1, "in", 0, f"{text}\n\nCus Tomer"), hours=1)
    assert finding is not None
    assert finding.level >= Level.RAISED
    assert kind in str(finding.features["kinds"])
    assert finding.quote == text


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_mail_raises_nothing(found: Callable[..., Finding | None], say: Say, text: str) -> None:
    assert found(say(1, "in", 0, f"{text}\n\nCus Tomer"), hours=1) is None


def test_anger_makes_a_threat_worse(found: Callable[..., Finding | None], say: Say) -> None:
    finding = found(say(1, "in", 0, "This is unacceptable. We will cancel our contract."), hours=1)
    assert finding is not None
    assert finding.level is Level.CRITICAL


def test_our_own_words_threaten_nobody(found: Callable[..., Finding | None], say: Say) -> None:
    assert found(say(1, "out", 0, "We are going to cancel our contract with the carrier.")) is None


def test_two_kinds_of_threat_are_critical(found: Callable[..., Finding | None], say: Say) -> None:
    finding = found(say(1, "in", 0, "We will cancel our contract. Our lawyers will write to you."), hours=1)
    assert finding is not None
    assert finding.level is Level.CRITICAL


def test_kinds_more_than_a_month_apart_do_not_add_up(found: Callable[..., Finding | None], say: Say) -> None:
    early = say(1, "in", 0, "We will cancel our contract.")
    finding = found(early, say(2, "in", 24 * 31, "Our lawyers will write to you."), hours=24 * 31)
    assert finding is not None
    assert finding.level is Level.RAISED


def test_an_executive_makes_a_threat_critical(found: Callable[..., Finding | None], say: Say) -> None:
    boss = {"cus@acme.example": Party("cus@acme.example", "Cus", title="CEO")}
    finding = found(say(1, "in", 0, "We will cancel our contract."), hours=1, parties=boss)
    assert finding is not None
    assert finding.level is Level.CRITICAL


def test_a_threat_fades_and_the_law_fades_slower(found: Callable[..., Finding | None], say: Say) -> None:
    days = 24 * 35
    kept = [
        found(say(1, "in", 0, text), hours=days)
        for text in ("We will cancel our contract.", "Our lawyers will write to you.")
    ]
    assert [f.level if f else None for f in kept] == [Level.WATCH, Level.RAISED]
