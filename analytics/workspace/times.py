"""Clock readings as epoch milliseconds UTC."""

import time


def now_ms() -> int:
    """Return the present moment in epoch milliseconds UTC."""
    return time.time_ns() // 1_000_000
