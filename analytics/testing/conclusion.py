"""The paragraph that says, in graded language, what may and may not be concluded."""

from analytics.testing.result import Estimate

MEANINGFUL_LOOKS = 1


def change_text(ratio: float, outcome: str = "count") -> str:
    """Put a rate ratio into words: 0.75 is "25% fewer"; harm is "less"."""
    fewer = "less" if outcome == "harm" else "fewer"
    return f"{abs(ratio - 1):.0%} {fewer if ratio < 1 else 'more'}"


def grade(primary: Estimate, *, is_randomised: bool, is_locked: bool) -> str:
    """Say how far the primary estimate carries, by design, protocol and interval."""
    clear = primary.excludes_no_effect
    if clear is None:
        return "No interval can be given, so nothing can be concluded about effect."
    if not clear:
        return (
            "This cannot be told apart from no effect. It is not evidence that patrol does "
            "nothing: the interval also holds the effects between its ends."
        )
    direction = "fall" if primary.value < primary.no_effect else "rise"
    if not is_randomised:
        return (
            f"This is consistent with a {direction} in the treated places beyond that of the "
            "comparison places. Places were not allocated by lot, so it may not be put down to "
            "patrol alone: whatever else differed between the places would look the same."
        )
    if not is_locked:
        return (
            f"This suggests a {direction} on treated days. The protocol was not locked before the "
            "arms were compared, so it is exploratory and needs to be repeated."
        )
    return (
        f"This supports a {direction} on treated days. As far as days were drawn by lot, it may "
        "be put down to being assigned to patrol."
    )


def power_text(smallest: float | None) -> str:
    """Say which effect the data could have shown."""
    if smallest is None:
        return "With so few events no reduction, however large, would be found reliably."
    return (
        f"Smallest detectable effect: with these events a fall of {1 - smallest:.0%} or more "
        f"(rate ratio {smallest:.2f}) would be found four times in five; smaller ones mostly not."
    )


def width_text(primary: Estimate) -> str:
    """Say how wide the primary interval is: a factor for a ratio, a difference otherwise."""
    if primary.low is None or primary.high is None:
        return ""
    if primary.scale == "ratio":
        if primary.low <= 0:
            return "The interval's lower end is 0, so its width is not measurable as a factor."
        return f"The interval's upper end is {primary.high / primary.low:.1f} times its lower end."
    return f"The interval is {primary.high - primary.low:,.1f} {primary.scale} wide."


def looks_text(looks: int) -> str:
    """Say what repeated looks at the arms do to a false alarm."""
    if looks <= MEANINGFUL_LOOKS:
        return ""
    return (
        f"The arms have been compared {looks} times: with every look the chance of a false alarm "
        "grows above that of one."
    )


def rings_text(moved: Estimate | None) -> str:
    """Say what happened in the rings round the treated places."""
    if moved is None:
        return ""
    if moved.value is None:
        return "There is no crime in the rings, so displacement is not measurable."
    text = f"In the rings round them: {interval_text(moved)}"
    if not moved.excludes_no_effect:
        return f"{text}, so neither displacement nor diffusion can be shown or ruled out."
    if moved.value > 0:
        return f"{text}: more crime near by than expected, which may be displacement."
    return f"{text}: less crime near by than expected, which may be diffusion of benefits."


def headline(design: str, primary: Estimate | None) -> str:
    """State the primary estimate in one sentence with its interval."""
    if primary is None or primary.value is None:
        why = f": {primary.reading}" if primary and primary.reading else "."
        return f"The effect is not measurable with these data{why}"
    what = "Harm" if primary.outcome == "harm" else "Crime"
    against = (
        "on treated days against control days"
        if design == "crossover"
        else "in the treated places against what the comparison places lead one to expect"
    )
    if primary.scale == "ratio":
        plain = interval_text(primary).replace(" (", ", ").rstrip(")")
        size = f"**{change_text(primary.value, primary.outcome)}** (rate ratio {plain})"
    else:
        size = f"**{interval_text(primary)}** more (less than 0: fewer)"
    verdict = {
        None: "no interval can be given.",
        False: "it cannot be told apart from no effect.",
        True: "the interval leaves no effect out.",
    }[primary.excludes_no_effect]
    return f"{what} {against}: {size}; {verdict}"


def interval_text(estimate: Estimate) -> str:
    """Write an estimate with its interval, in its own unit."""
    if estimate.value is None:
        return f"not measurable ({estimate.reading})"
    digits = 2 if estimate.scale in ("ratio", "quotient", "per comparison crime") else 1
    if estimate.scale == "harm days" and abs(estimate.value) >= 100:
        digits = 0
    value = f"{estimate.value:,.{digits}f}"
    unit = f" {estimate.scale}" if estimate.scale in ("crimes", "harm days") else ""
    if estimate.low is None or estimate.high is None:
        return f"{value}{unit} (no interval)"
    return (
        f"{value}{unit} ({estimate.level:.0%} interval {estimate.low:,.{digits}f} to "
        f"{estimate.high:,.{digits}f})"
    )


def paragraph(sentences: list[str]) -> str:
    """Join the sentences that have something to say."""
    return " ".join(sentence for sentence in sentences if sentence)
