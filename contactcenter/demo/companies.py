"""The demo's client companies, in the order they are made. All of it is invented."""

from dataclasses import dataclass, field

DAY_AND_NIGHT = [(weekday, "00:00", "00:00") for weekday in range(7)]
SHOP_HOURS = [
    (weekday, opens, closes) for weekday in range(5) for opens, closes in (("09:00", "14:00"), ("16:00", "19:30"))
]


@dataclass(frozen=True)
class DemoQueue:
    key: str
    names: dict[str, str]
    default: bool = False


@dataclass(frozen=True)
class DemoCompany:
    schema: str
    name: str
    monogram: str
    colour: str
    timezone: str
    languages: list[str]
    greeting: dict[str, str]
    hours: list[tuple[int, str, str]]
    site: str  # host of its own website, without port; empty: it has none in the demo
    legal_names: list[str]
    queues: list[DemoQueue]
    dispositions: list[dict[str, str]]
    canned: list[tuple[str, dict[str, str], dict[str, str]]]  # shortcut, title by language, text by language
    logo: str  # file below websites/
    privacy: dict[str, str] = field(default_factory=dict)
    contract: str = "shared"
    pool: str = "Shared floor"


AURORA = DemoCompany(
    schema="aurora",
    name="Aurora Travel",
    monogram="AT",
    colour="#6a3fd0",
    timezone="Europe/London",
    languages=["en", "es"],
    greeting={
        "en": "Aurora Travel, hello, this is {agent}. Where may I take you?",
        "es": "Aurora Travel, hola, le atiende {agent}. ¿Adónde viajamos?",
    },
    hours=DAY_AND_NIGHT,
    site="www.aurora-travel.localhost",
    legal_names=["Aurora Travel Ltd", "aurora-travel.localhost", "auroratravel.example"],
    queues=[
        DemoQueue("bookings", {"en": "A booking I have", "es": "Una reserva que tengo"}, default=True),
        DemoQueue("new-trips", {"en": "A new trip", "es": "Un viaje nuevo"}),
    ],
    dispositions=[
        {"en": "Booking changed", "es": "Reserva cambiada"},
        {"en": "Booking cancelled", "es": "Reserva cancelada"},
        {"en": "Information given", "es": "Información dada"},
        {"en": "Complaint taken", "es": "Queja recogida"},
        {"en": "Sale made", "es": "Venta hecha"},
        {"en": "Call back promised", "es": "Llamada prometida"},
    ],
    canned=[
        (
            "hello",
            {"en": "Greeting", "es": "Saludo"},
            {
                "en": "Hello {customer}, this is {agent} of {company}. How may I help you?",
                "es": "Hola, {customer}, soy {agent}, de {company}. ¿En qué puedo ayudarle?",
            },
        ),
        (
            "fee",
            {"en": "Fee for a change", "es": "Coste de un cambio"},
            {
                "en": "A change up to 48 hours before you leave costs £25 for each traveller.",
                "es": "Un cambio hasta 48 horas antes de la salida cuesta 25 £ por viajero.",
            },
        ),
        (
            "bye",
            {"en": "Goodbye", "es": "Despedida"},
            {
                "en": "Thank you, {customer}, and have a good trip!",
                "es": "¡Gracias, {customer}, y buen viaje!",
            },
        ),
    ],
    logo="aurora/assets/mark.svg",
    privacy={
        "en": "We keep this chat for 12 months to serve your booking. Please do not send card numbers.",
        "es": "Guardamos este chat 12 meses para atender su reserva. No envíe números de tarjeta.",
    },
)

BOREALIS = DemoCompany(
    schema="borealis",
    name="Borealis Bank",
    monogram="BB",
    colour="#0b7080",
    timezone="Europe/Madrid",
    languages=["en", "es"],
    greeting={
        "en": "Borealis Bank, good day, {agent} speaking. How may I help you?",
        "es": "Borealis Bank, buenos días, le atiende {agent}. ¿En qué puedo ayudarle?",
    },
    hours=DAY_AND_NIGHT,
    site="www.borealis-bank.localhost",
    legal_names=["Borealis Bank S.A.", "borealis-bank.localhost", "borealisbank.example"],
    queues=[
        DemoQueue("cards", {"en": "Cards", "es": "Tarjetas"}, default=True),
        DemoQueue("loans", {"en": "Loans and mortgages", "es": "Préstamos e hipotecas"}),
    ],
    dispositions=[
        {"en": "Card blocked", "es": "Tarjeta bloqueada"},
        {"en": "Card released", "es": "Tarjeta desbloqueada"},
        {"en": "Information given", "es": "Información dada"},
        {"en": "Fraud reported", "es": "Fraude comunicado"},
        {"en": "Complaint taken", "es": "Queja recogida"},
        {"en": "To the branch", "es": "A la oficina"},
    ],
    canned=[
        (
            "hello",
            {"en": "Greeting", "es": "Saludo"},
            {
                "en": "Good day {customer}, this is {agent} of {company}. How may I help you?",
                "es": "Buenos días, {customer}, le atiende {agent}, de {company}. ¿En qué puedo ayudarle?",
            },
        ),
        (
            "block",
            {"en": "Card is blocked", "es": "Tarjeta bloqueada"},
            {
                "en": "Your card is blocked now: nobody can pay with it. A new one reaches you in three days.",
                "es": "Su tarjeta ya está bloqueada: nadie puede pagar con ella. Recibirá otra en tres días.",
            },
        ),
        (
            "never",
            {"en": "We never ask", "es": "Nunca pedimos"},
            {
                "en": "We never ask for your card number or your PIN, not even here.",
                "es": "Nunca le pediremos el número de la tarjeta ni el PIN, tampoco aquí.",
            },
        ),
    ],
    logo="borealis/assets/mark.svg",
    privacy={
        "en": "This chat is kept as long as the law asks of a bank. Never write your PIN or card number here.",
        "es": "Este chat se guarda el tiempo que exige la ley. No escriba aquí su PIN ni su número de tarjeta.",
    },
)

CUMBRE = DemoCompany(
    schema="cumbre",
    name="Cumbre Foods",
    monogram="CF",
    colour="#b04a06",
    timezone="Europe/Madrid",
    languages=["es", "en"],
    greeting={
        "es": "Cumbre Foods, hola, soy {agent}. ¿Qué necesita hoy?",
        "en": "Cumbre Foods, hello, this is {agent}. What do you need today?",
    },
    hours=SHOP_HOURS,
    site="",
    legal_names=["Cumbre Alimentación S.L.", "cumbrefoods.example"],
    queues=[DemoQueue("orders", {"es": "Pedidos", "en": "Orders"}, default=True)],
    dispositions=[
        {"es": "Pedido cambiado", "en": "Order changed"},
        {"es": "Información dada", "en": "Information given"},
        {"es": "Queja recogida", "en": "Complaint taken"},
    ],
    canned=[
        (
            "hola",
            {"es": "Saludo", "en": "Greeting"},
            {
                "es": "Hola, {customer}, soy {agent}, de {company}. ¿Qué necesita?",
                "en": "Hello {customer}, {agent} of {company} here.",
            },
        )
    ],
    logo="",
    privacy={"es": "Guardamos este chat 12 meses.", "en": "We keep this chat for 12 months."},
)

# Served by simulated agents alone: what a person writes to the others, people answer.
DELTA = DemoCompany(
    schema="delta",
    name="Delta Ferries",
    monogram="DF",
    colour="#1d5fa8",
    timezone="Europe/Madrid",
    languages=["en", "es"],
    greeting={
        "en": "Delta Ferries, good day, this is {agent}.",
        "es": "Delta Ferries, buenos días, le atiende {agent}.",
    },
    hours=DAY_AND_NIGHT,
    site="",
    legal_names=["Delta Ferries S.A.", "deltaferries.example"],
    queues=[DemoQueue("crossings", {"en": "A crossing", "es": "Una travesía"}, default=True)],
    dispositions=[
        {"en": "Booking made", "es": "Reserva hecha"},
        {"en": "Booking changed", "es": "Reserva cambiada"},
        {"en": "Lost property", "es": "Objeto perdido"},
        {"en": "Information given", "es": "Información dada"},
    ],
    canned=[],
    logo="",
    privacy={"en": "We keep this chat for 12 months.", "es": "Guardamos este chat 12 meses."},
    contract="dedicated",
    pool="Robots of Delta Ferries",
)

COMPANIES = [AURORA, BOREALIS, CUMBRE, DELTA]


@dataclass(frozen=True)
class DemoPerson:
    email: str
    name: str
    role: str
    alias: str = ""
    language: str = "en"
    serves: tuple[str, ...] = ()
    skills: dict[str, int] = field(default_factory=dict)
    pool: str = "Shared floor"
    is_simulated: bool = False


STAFF = [
    DemoPerson("admin@bpo.example", "Ada Okafor", "admin"),
    DemoPerson(
        "sam@bpo.example",
        "Sam Whitlock",
        "supervisor",
        alias="Sam",
        serves=("aurora", "borealis", "cumbre"),
        skills={"en": 4},
    ),
    DemoPerson(
        "ines@bpo.example",
        "Inés Robledo",
        "agent",
        alias="Inés",
        serves=("aurora", "borealis", "cumbre"),
        skills={"en": 4, "es": 5},
    ),
    DemoPerson("nils@bpo.example", "Nils Berg", "agent", alias="Nils", serves=("aurora", "borealis"), skills={"en": 5}),
    DemoPerson(
        "rosa@bpo.example", "Rosa Duarte", "agent", alias="Rosa", language="es", serves=("cumbre",), skills={"es": 5}
    ),
    *(
        DemoPerson(
            f"{alias.lower()}@robots.example",
            f"{alias} (simulated)",
            "agent",
            alias=alias,
            serves=(DELTA.schema,),
            skills={"en": 3, "es": 3},
            pool=DELTA.pool,
            is_simulated=True,
        )
        for alias in ("Ava", "Bix", "Cleo")
    ),
]


@dataclass(frozen=True)
class DemoClient:
    """Works at a client company and signs in on its host."""

    email: str
    name: str
    company: str
    role: str
    language: str = "en"


CLIENTS = [
    DemoClient("maya@aurora-travel.example", "Maya Brandt", "aurora", "manager"),
    DemoClient("tom@aurora-travel.example", "Tom Ashby", "aurora", "viewer"),
    DemoClient("carla@borealis-bank.example", "Carla Vidal", "borealis", "manager", language="es"),
    DemoClient("piers@borealis-bank.example", "Piers Holm", "borealis", "viewer"),
    DemoClient("elena@cumbre-foods.example", "Elena Soto", "cumbre", "manager", language="es"),
    DemoClient("hugo@cumbre-foods.example", "Hugo Prats", "cumbre", "viewer", language="es"),
]
BREAKS = [("lunch", "Lunch"), ("coffee", "Coffee"), ("training", "Training"), ("meeting", "Meeting")]
LANGUAGES = {"en": "English", "es": "Spanish"}
