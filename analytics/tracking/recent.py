"""Results used last, shared by the parts of this step; keyed by data, settings and code."""

from analytics.geography import Recent

recent = Recent(24)
