"""The fewest hours of the week that hold a chosen share of crime, in blocks worth a shift.

Taking the busiest hours one by one is not exact once hours must stand in blocks; this is dynamic
programming over the 168 hours of the week, closed to a circle, and finds the best set for certain.
"""

import numpy as np

HOURS_PER_WEEK = 168


def fewest_hours(values: np.ndarray, share: float, block: int = 3) -> np.ndarray:
    """Return which hours to take: a flag per hour, the fewest that hold at least `share`.

    `values`: expected events per hour of the week, in order (the last hour touches the first).
    Every unbroken run of chosen hours is at least `block` long; of several sets of the fewest
    hours, the one that holds most. Raises ValueError when nothing happened, the share is not
    within 0 to 1, or a block is longer than the week.
    """
    values = np.asarray(values, dtype=float).ravel()
    hours = len(values)
    if not 0 < share <= 1:
        raise ValueError("The share must be above 0 and at most 1.")
    if not 1 <= block < hours:
        raise ValueError("A block must be at least one hour and shorter than the week.")
    wanted = share * values.sum() * (1 - 1e-12)
    if wanted <= 0:
        raise ValueError("Nothing happened, so no hours hold a share of it.")
    # A set short of the whole circle leaves out some hour: the circle is cut open there, and
    # every place for the cut is tried.
    cuts = np.array([np.roll(values, -hour)[1:] for hour in range(hours)])
    held = _best_sums(cuts, block)
    enough = held.max(axis=0) >= wanted
    if not enough.any():
        return np.ones(hours, dtype=bool)
    number = int(np.argmax(enough))
    cut = int(np.argmax(held[:, number]))
    taken = np.concatenate([[False], _trace(cuts[cut], number, block)])
    return np.roll(taken, cut)


def _best_sums(lines: np.ndarray, block: int) -> np.ndarray:
    """Return the most that k = 0, 1, 2 ... chosen hours of each line can hold, in whole blocks."""
    batch, length = lines.shape
    states = _start(batch, length, block)
    for hour in range(length):
        states, _ = _step(states, lines[:, hour])
    return np.maximum(states[:, 0], states[:, block])


def _trace(line: np.ndarray, number: int, block: int) -> np.ndarray:
    """Return the `number` hours of one line that hold most."""
    states = _start(1, len(line), block)
    origins = []
    for value in line:
        states, origin = _step(states, np.array([value]))
        origins.append(origin[0])
    state = 0 if states[0, 0, number] >= states[0, block, number] else block
    taken = np.zeros(len(line), dtype=bool)
    for hour in range(len(line) - 1, -1, -1):
        taken[hour] = state > 0
        came_from = int(origins[hour][state, number])
        number -= int(state > 0)
        state = came_from
    return taken


def _start(batch: int, length: int, block: int) -> np.ndarray:
    """States are 0 (last hour not chosen) and 1 to `block`: length of the run, the last "or more"."""
    states = np.full((batch, block + 1, length + 1), -np.inf)
    states[:, 0, 0] = 0.0
    return states


def _step(states: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Move on by one hour; returns the new states and the state each came from."""
    block = states.shape[1] - 1
    moved, origin = np.full_like(states, -np.inf), np.zeros(states.shape, dtype=np.int8)
    # Not chosen: after an hour not chosen, or after a block that is long enough.
    ends = states[:, block] > states[:, 0]
    moved[:, 0] = np.where(ends, states[:, block], states[:, 0])
    origin[:, 0] = np.where(ends, block, 0)
    for run in range(1, block + 1):
        before, came_from = states[:, run - 1], np.int8(run - 1)
        if run == block:
            longer = states[:, block] > before
            before = np.where(longer, states[:, block], before)
            came_from = np.where(longer, block, run - 1)[:, :-1]
        moved[:, run, 1:] = before[:, :-1] + value[:, None]
        origin[:, run, 1:] = came_from
    return moved, origin


def blocks(taken: np.ndarray) -> list[tuple[int, int]]:
    """Return (first hour, length) of every unbroken run on the circle, in order of its start."""
    taken = np.asarray(taken, dtype=bool).ravel()
    if taken.all():
        return [(0, len(taken))]
    starts = np.flatnonzero(taken & ~np.roll(taken, 1))
    found = []
    for start in starts:
        onward = np.roll(taken, -start)
        found.append((int(start), int(np.argmin(onward))))
    return found
