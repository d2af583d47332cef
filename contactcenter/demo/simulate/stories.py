"""What simulated people say. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass

NAMES = {
    "en": ["Ruth Adeyemi", "Owen Tran", "Grace Lindqvist", "Peter Novak", "Amara Bello", "Helen Marsh", "Sean Doyle"],
    "es": ["Lucía Prieto", "Daniel Ortega", "Carmen Vidal", "Javier Soler", "Elena Rivas", "Marta Nuño", "Raúl Gil"],
}


@dataclass(frozen=True)
class Story:
    """One visitor's lines by language: the first opens the chat, each other answers the agent."""

    company: str
    lines: dict[str, list[str]]


STORIES = [
    Story(
        "delta",
        {
            "en": [
                "Does the 18:40 to Santander still have room for a camper van, 6.2 m?",
                "It is me, my wife and a dog.",
                "Perfect, please hold it for us.",
                "Thank you, goodbye!",
            ],
            "es": [
                "¿Queda sitio en el de las 18:40 a Santander para una autocaravana de 6,2 m?",
                "Vamos dos personas y un perro.",
                "Perfecto, resérvelo, por favor.",
                "Gracias, ¡hasta luego!",
            ],
        },
    ),
    Story(
        "delta",
        {
            "en": [
                "Our crossing tomorrow says 'delayed'. Until when?",
                "We have a train at noon. Can we move to the earlier boat?",
                "Then the 06:15, two passengers, booking DF-2207.",
                "Great help, thanks.",
            ],
            "es": [
                "Nuestra travesía de mañana aparece con retraso. ¿Hasta qué hora?",
                "Tenemos un tren a mediodía. ¿Podemos cambiar al barco anterior?",
                "Entonces el de las 06:15, dos pasajeros, reserva DF-2207.",
                "Muchas gracias.",
            ],
        },
    ),
    Story(
        "delta",
        {
            "en": ["I left a blue rucksack on deck 7 yesterday.", "Seat row 41, by the window.", "Thanks for looking."],
            "es": [
                "Ayer olvidé una mochila azul en la cubierta 7.",
                "Fila 41, junto a la ventana.",
                "Gracias por buscarla.",
            ],
        },
    ),
    Story(
        "aurora",
        {
            "en": ["Hi, may I add a bag to booking AU-51XK?", "One bag, 20 kg.", "Lovely, thank you."],
            "es": ["Hola, ¿puedo añadir una maleta a la reserva AU-51XK?", "Una de 20 kg.", "Estupendo, gracias."],
        },
    ),
    Story(
        "borealis",
        {
            "en": [
                "My card was refused at the till today.",
                "It ended well yesterday, so why?",
                "All right, thank you.",
            ],
            "es": ["Hoy me han rechazado la tarjeta en la caja.", "Ayer funcionaba, ¿por qué?", "De acuerdo, gracias."],
        },
    ),
]

ANSWERS = {
    "en": [
        "Good day, gladly. Let me look that up for you.",
        "I have it here. Just one moment, please.",
        "Done: you will have it in writing in a minute.",
        "You are welcome. Have a good day!",
    ],
    "es": [
        "Buenos días, con mucho gusto. Un momento, lo consulto.",
        "Ya lo tengo. Un momento, por favor.",
        "Hecho: lo recibirá por escrito en un minuto.",
        "A usted. ¡Que tenga un buen día!",
    ],
}
