"""Step 7. How much violence did it prevent, and how sure can one be?"""

from analytics.testing.before_after import Comparison
from analytics.testing.crossover import (
    Crossover,
    carry_over_ratio,
    crossover_rate_ratio,
    permutation_p_value,
)
from analytics.testing.differences import (
    Difference,
    Displacement,
    weighted_displacement_difference,
    weighted_harm_difference,
)
from analytics.testing.evaluation import preview_evaluation, save_evaluation
from analytics.testing.exports import excel, forest_rows, headline, label, report, write_exports
from analytics.testing.outlook import Design, Outlook, design, outlook, place_choices
from analytics.testing.power import (
    design_effect,
    means_sample_size,
    minimum_detectable_difference,
    minimum_detectable_rate_ratio,
    poisson_sample_size,
)
from analytics.testing.protocol import (
    Protocol,
    follows_protocol,
    has_looked,
    is_arm_hidden,
    lock_protocol,
    locked_protocol,
    looks,
    record_look,
)
from analytics.testing.quotients import Quotient, weighted_displacement_quotient
from analytics.testing.ratios import (
    RateRatio,
    poisson_e_test,
    relative_incident_rate_ratio,
    sign_flip_test,
)
from analytics.testing.regression_to_mean import Gamma, expected_fall, fit_gamma, posterior_mean
from analytics.testing.resampling import Resampled, harm_difference, harm_rate_ratio
from analytics.testing.result import Estimate, Evaluation, Threat
from analytics.testing.settings import TestingSettings
from analytics.testing.texts import (
    estimate_table,
    has_crimes,
    last_settings,
    method,
    outlook_text,
    pooled_text,
    protocol_text,
)
from analytics.testing.windows import Windows, plain_date, plain_period

__all__ = [
    "Comparison",
    "Crossover",
    "Design",
    "Difference",
    "Displacement",
    "Estimate",
    "Evaluation",
    "Gamma",
    "Outlook",
    "Protocol",
    "Quotient",
    "RateRatio",
    "Resampled",
    "TestingSettings",
    "Threat",
    "Windows",
    "carry_over_ratio",
    "crossover_rate_ratio",
    "design",
    "design_effect",
    "estimate_table",
    "excel",
    "expected_fall",
    "fit_gamma",
    "follows_protocol",
    "forest_rows",
    "harm_difference",
    "harm_rate_ratio",
    "has_crimes",
    "has_looked",
    "headline",
    "is_arm_hidden",
    "label",
    "last_settings",
    "lock_protocol",
    "locked_protocol",
    "looks",
    "means_sample_size",
    "method",
    "minimum_detectable_difference",
    "minimum_detectable_rate_ratio",
    "outlook",
    "outlook_text",
    "permutation_p_value",
    "place_choices",
    "plain_date",
    "plain_period",
    "poisson_e_test",
    "poisson_sample_size",
    "pooled_text",
    "posterior_mean",
    "preview_evaluation",
    "protocol_text",
    "record_look",
    "relative_incident_rate_ratio",
    "report",
    "save_evaluation",
    "sign_flip_test",
    "weighted_displacement_difference",
    "weighted_displacement_quotient",
    "weighted_harm_difference",
    "write_exports",
]
