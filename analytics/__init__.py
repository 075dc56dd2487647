"""The seven steps of hot spots policing as a Python package, without a browser."""

__version__ = "0.1.0"
