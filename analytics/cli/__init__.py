"""The seven steps without the browser: the same step functions, as commands."""

from analytics.cli.arguments import COMMANDS
from analytics.cli.run import main, run

__all__ = ["COMMANDS", "main", "run"]
