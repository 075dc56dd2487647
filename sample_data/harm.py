"""Illustrative harm weights: round numbers invented for the town, from no published index."""

import pandas as pd

INDEX_NAME = "Marlbridge illustrative weights"
VERSION = "illustrative 1"
SOURCE = "https://example.org/marlbridge-illustrative-weights"
WEIGHTS: dict[str, tuple[tuple[str, int], ...]] = {
    "1": (("Murder", 5000),),
    "2": (("Attempted murder", 3000),),
    "3B": (("Threats to kill", 20),),
    "5D": (("Assault with intent to cause serious harm", 1200),),
    "5E": (("Endangering life", 400),),
    "8N": (("Assault with injury", 120),),
    "105A": (("Assault without injury", 2),),
    "8L": (("Harassment", 8),),
    "8Q": (("Stalking", 25),),
    "10C": (("Possession of other weapons", 10),),
    "10D": (("Possession of article with a blade or point", 50),),
    "19C": (("Rape of a female aged 16 and over", 2000),),
    "20A": (("Sexual assault on a female aged 13 and over", 100),),
    "34A": (("Robbery of business property", 500),),
    "34B": (("Robbery of personal property", 250),),
    "28E": (("Burglary - residential", 40),),
    "30C": (("Burglary - business and community", 10),),
    "39": (("Theft from the person", 12),),
    "44": (("Theft or unauthorised taking of a pedal cycle", 3),),
    "45": (("Theft from a motor vehicle", 3),),
    "46": (("Shoplifting", 1),),
    "48": (("Theft or unauthorised taking of a motor vehicle", 6),),
    "49": (("Other theft: lesser", 2), ("Other theft: in breach of trust", 30)),
    "126": (("Interfering with a motor vehicle", 2),),
    "56B": (("Arson not endangering life", 60),),
    "58A": (("Criminal damage to a dwelling", 4),),
    "58C": (("Criminal damage to a vehicle", 2),),
    "58D": (("Other criminal damage", 2),),
    "9A": (("Public fear, alarm or distress", 3),),
    "66": (("Other offences against public order", 15),),
    "92A": (("Trafficking in controlled drugs", 150),),
    "92D": (("Possession of controlled drugs (excluding cannabis)", 4),),
    "92E": (("Possession of controlled drugs (cannabis)", 1),),
}


def harm_rows() -> pd.DataFrame:
    """Return the table as a user would load it; one code holds two weights."""
    rows = [
        (INDEX_NAME, VERSION, SOURCE, code, title, days)
        for code, weights in WEIGHTS.items()
        for title, days in weights
    ]
    columns = ["index_name", "version", "source_url", "offence_code", "title", "days"]
    return pd.DataFrame(rows, columns=columns)
