"""Marlbridge: a fictional English town with the truth planted in it.

Everything here is SYNTHETIC. `python -m sample_data.generate` writes the files that a user could
upload; `sample_data.simulate` draws crossover trials from the same planted process.
"""

from sample_data.streams import DEFAULT_SEED

__all__ = ["DEFAULT_SEED"]
