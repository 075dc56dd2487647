"""The command line: `python -m analytics COMMAND WORKSPACE [options]`."""

import sys

from analytics.cli import main

if __name__ == "__main__":
    sys.exit(main())
