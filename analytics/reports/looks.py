"""The colours of pictures on paper."""

INK, PAPER, LINE, PRIMARY, QUIET = "#14202E", "#FFFFFF", "#B9C3CF", "#1D4F91", "#4A5766"
