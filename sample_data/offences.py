"""The offences of the town: Home Office codes, how common, when, and what a record says of them.

Shares are of background occurrences (those outside planted places). Codes and titles follow the
Home Office counting rules; the shares are invented, near those of an English town.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Offence:
    """One offence; `public`, `domestic`, `knife` are chances; `span_h` is a median span in hours.

    `spanned` is the chance that the time is a span rather than a moment; `spread` is the standard
    deviation of the span's logarithm. `zone` says where the background of it lies.
    """

    code: str
    title: str
    share: float
    profile: str
    zone: str = "homes"
    public: float = 0.0
    domestic: float = 0.0
    knife: float = 0.0
    spanned: float = 0.1
    span_h: float = 0.5
    spread: float = 0.8


OFFENCES = (
    Offence("1", "Murder", 0.0002, "evening", public=0.4, domestic=0.4, knife=0.4),
    Offence("2", "Attempted murder", 0.0003, "evening", public=0.6, domestic=0.2, knife=0.6),
    Offence("3B", "Threats to kill", 0.012, "evening", public=0.15, domestic=0.5, knife=0.12),
    Offence("5D", "Assault with intent to cause serious harm", 0.008, "evening", public=0.55,
            domestic=0.2, knife=0.35),
    Offence("5E", "Endangering life", 0.002, "evening", public=0.4, domestic=0.3, knife=0.1),
    Offence("8N", "Assault with injury", 0.093, "evening", public=0.40, domestic=0.40, knife=0.04),
    Offence("105A", "Assault without injury", 0.100, "evening", public=0.42, domestic=0.38,
            knife=0.01),
    Offence("8L", "Harassment", 0.070, "daytime", public=0.08, domestic=0.40, spanned=0.7,
            span_h=30.0, spread=1.3),
    Offence("8Q", "Stalking", 0.030, "daytime", public=0.05, domestic=0.55, spanned=0.8,
            span_h=60.0, spread=1.3),
    Offence("10C", "Possession of other weapons", 0.004, "evening", "busy", public=0.75),
    Offence("10D", "Possession of article with a blade or point", 0.009, "evening", "busy",
            public=0.80, knife=1.0),
    Offence("19C", "Rape of a female aged 16 and over", 0.013, "night", public=0.05,
            domestic=0.35, spanned=0.5, span_h=4.0, spread=1.0),
    Offence("20A", "Sexual assault on a female aged 13 and over", 0.020, "night", public=0.30,
            domestic=0.12, spanned=0.3, span_h=1.0),
    Offence("34A", "Robbery of business property", 0.003, "robbery", "shops", public=0.05,
            knife=0.35),
    Offence("34B", "Robbery of personal property", 0.013, "robbery", "busy", public=0.93,
            knife=0.24),
    Offence("28E", "Burglary - residential", 0.048, "burglary", spanned=0.93, span_h=8.0,
            spread=1.1),
    Offence("30C", "Burglary - business and community", 0.018, "vehicle", "shops", spanned=0.95,
            span_h=13.0, spread=0.7),
    Offence("39", "Theft from the person", 0.014, "shopping", "busy", public=0.75, spanned=0.5,
            span_h=0.5),
    Offence("44", "Theft or unauthorised taking of a pedal cycle", 0.016, "daytime", "busy",
            public=0.55, spanned=0.9, span_h=6.0, spread=1.0),
    Offence("45", "Theft from a motor vehicle", 0.050, "vehicle", public=0.60, spanned=0.95,
            span_h=10.0, spread=0.6),
    Offence("46", "Shoplifting", 0.075, "shopping", "shops", spanned=0.15, span_h=0.3),
    Offence("48", "Theft or unauthorised taking of a motor vehicle", 0.026, "vehicle",
            public=0.45, spanned=0.9, span_h=10.0, spread=0.7),
    Offence("49", "Other theft", 0.085, "daytime", public=0.25, spanned=0.6, span_h=4.0,
            spread=1.3),
    Offence("126", "Interfering with a motor vehicle", 0.010, "vehicle", public=0.65, spanned=0.9,
            span_h=9.0, spread=0.6),
    Offence("56B", "Arson not endangering life", 0.006, "evening", public=0.55, spanned=0.4,
            span_h=2.0),
    Offence("58A", "Criminal damage to a dwelling", 0.024, "evening", domestic=0.30, spanned=0.5,
            span_h=5.0, spread=1.0),
    Offence("58C", "Criminal damage to a vehicle", 0.040, "evening", public=0.65, domestic=0.08,
            spanned=0.8, span_h=9.0, spread=0.7),
    Offence("58D", "Other criminal damage", 0.022, "evening", public=0.45, domestic=0.10,
            spanned=0.5, span_h=6.0, spread=1.0),
    Offence("9A", "Public fear, alarm or distress", 0.080, "evening", "busy", public=0.60,
            domestic=0.08),
    Offence("66", "Other offences against public order", 0.012, "night", "busy", public=0.75),
    Offence("92A", "Trafficking in controlled drugs", 0.010, "afternoon", "busy", public=0.45),
    Offence("92D", "Possession of controlled drugs (excluding cannabis)", 0.008, "evening", "busy",
            public=0.80),
    Offence("92E", "Possession of controlled drugs (cannabis)", 0.018, "evening", "busy",
            public=0.80),
)  # fmt: skip

BY_CODE = {offence.code: offence for offence in OFFENCES}

# What is planted where: code -> (share of the place's occurrences, profile).
CHARACTERS: dict[str, dict[str, tuple[float, str]]] = {
    "night-time economy": {
        "8N": (0.34, "weekend night"),
        "105A": (0.22, "weekend night"),
        "9A": (0.16, "weekend night"),
        "5D": (0.05, "weekend night"),
        "20A": (0.03, "weekend night"),
        "34B": (0.08, "weekend night"),
        "39": (0.07, "weekend night"),
        "10D": (0.03, "weekend night"),
        "66": (0.02, "weekend night"),
    },
    "transport and school": {
        "34B": (0.27, "robbery"),
        "105A": (0.20, "after school"),
        "8N": (0.24, "after school"),
        "9A": (0.14, "after school"),
        "39": (0.05, "shopping"),
        "10D": (0.06, "after school"),
        "5D": (0.04, "robbery"),
    },
    "shopping": {
        "8N": (0.26, "afternoon"),
        "105A": (0.24, "shopping"),
        "9A": (0.16, "shopping"),
        "34B": (0.15, "robbery"),
        "39": (0.12, "shopping"),
        "5D": (0.03, "afternoon"),
        "10D": (0.04, "afternoon"),
    },
    "estate": {
        "8N": (0.32, "evening"),
        "105A": (0.20, "evening"),
        "9A": (0.13, "evening"),
        "34B": (0.14, "robbery"),
        "5D": (0.08, "evening"),
        "10D": (0.05, "evening"),
        "58D": (0.04, "evening"),
        "92A": (0.04, "afternoon"),
    },
}

PUBLIC_IN_PLACES = 0.95

# Further crimes of the same occurrence, by the first one's code.
ALSO = {
    "8N": ("105A", "9A", "58D"),
    "105A": ("9A", "58D", "8N"),
    "5D": ("10D", "8N"),
    "34B": ("10D", "8N", "49"),
    "28E": ("48", "58A"),
    "9A": ("105A", "58D"),
    "10D": ("92E", "92D"),
    "92A": ("92D", "10D"),
    "45": ("58C",),
    "8L": ("105A", "58A"),
}
# Chance that an occurrence holds one, two or three crimes.
CRIMES_PER_OCCURRENCE = (0.935, 0.055, 0.010)
MEAN_CRIMES = sum((n + 1) * chance for n, chance in enumerate(CRIMES_PER_OCCURRENCE))
