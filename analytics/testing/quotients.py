"""Weighted displacement quotient, with the gross, net and total net effects.

Bowers and Johnson (2003). The quotient has no standard error and fails where a count is zero:
read it beside the weighted displacement difference and decide on that one.
"""

from dataclasses import dataclass

from analytics.testing.differences import Pair


@dataclass(frozen=True)
class Quotient:
    """The quotient with its parts; `value` is None where it cannot be read."""

    buffer_measure: float | None
    success_measure: float | None
    value: float | None
    gross_effect: float
    net_effect: float | None
    total_net_effect: float | None
    reading: str


def weighted_displacement_quotient(response: Pair, buffer: Pair, control: Pair) -> Quotient:
    """Quotient (Da/Ca - Db/Cb) / (Ra/Ca - Rb/Cb) with its reading in words.

    `response`, `buffer` and `control` are (before, after) counts of the treated places, their
    rings and the comparison places. Gross effect in events, net effect as a share of control,
    total net effect in events; positive effects are crimes prevented. With a control count of
    zero nothing but the gross effect has a value.
    """
    (rb, ra), (db, da), (cb, ca) = response, buffer, control
    gross = rb - ra
    if cb == 0 or ca == 0:
        reading = "Not measurable: the comparison places have a period without any crime."
        return Quotient(None, None, None, gross, None, None, reading)
    success = ra / ca - rb / cb
    moved = da / ca - db / cb
    total = (rb * ca / cb - ra) + (db * ca / cb - da)
    value = moved / success + 0.0 if success < 0 else None
    return Quotient(moved, success, value, gross, -success, total, _reading(value))


def _reading(value: float | None) -> str:
    if value is None:
        return "Not interpretable: the treated places did no better than the comparison places."
    if value > 1:
        return "Crime near by fell too, by more than in the treated places (diffusion)."
    if value > 0:
        return "Crime near by fell too (diffusion of benefits)."
    if value == 0:
        return "Crime near by did not change: neither displacement nor diffusion."
    if value >= -1:
        return "Some crime moved near by, less than was prevented (displacement)."
    return "More crime appeared near by than was prevented (displacement exceeds the benefit)."
