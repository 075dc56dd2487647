"""Published and recomputed numbers of weighted displacement, quotients, ratios, tests and power."""

import math

import numpy as np
import pytest

from analytics import testing

PAPER = {"control": (308, 318), "treated": (207, 110)}
RINGS = {"control_ring": (150, 140), "treated_ring": (178, 157)}


def test_wdd_of_the_paper():
    found = testing.weighted_displacement_difference(**PAPER, **RINGS)
    assert found.local.value == -107 and found.displacement.value == -11
    assert found.local.standard_error == pytest.approx(30.708, abs=5e-4)
    assert found.displacement.standard_error == pytest.approx(25.0)
    total = found.total
    assert (total.value, total.variance) == (-118, 1568)
    assert total.standard_error == pytest.approx(39.598, abs=5e-4)
    assert total.z == pytest.approx(-2.98, abs=5e-3)
    assert total.p_value == pytest.approx(0.00288, abs=5e-6)
    assert (total.low, total.high) == pytest.approx((-195.6, -40.4), abs=0.05)


@pytest.mark.parametrize(("level", "low", "high"), [(0.90, -23.76, 3.76), (0.95, -26.40, 6.40)])
def test_wdd_without_rings(level, low, high):
    found = testing.weighted_displacement_difference((20, 20), (20, 10), level=level)
    assert found.displacement is None
    assert found.total.value == -10 and found.total.variance == 70
    assert found.local.z == pytest.approx(-1.1952, abs=5e-5)
    assert (found.local.low, found.local.high) == pytest.approx((low, high), abs=5e-3)


def test_wdd_with_rings_at_90_per_cent():
    found = testing.weighted_displacement_difference(
        (20, 20), (20, 10), (30, 30), (30, 20), level=0.9
    )
    assert found.total.value == -20
    assert found.total.standard_error == pytest.approx(13.4164, abs=5e-5)
    assert (found.total.low, found.total.high) == pytest.approx((-42.07, 2.07), abs=5e-3)


def test_wdd_with_time_weights():
    found = testing.weighted_displacement_difference((100, 50), (80, 20), time_weights=(2, 1))
    assert found.local.value == -20
    assert found.local.standard_error == pytest.approx(10.7238, abs=5e-5)
    assert found.local.z == pytest.approx(-1.8650, abs=5e-5)


def test_wdd_after_only_and_small_change():
    after_only = testing.weighted_displacement_difference((0, 20), (0, 10)).local
    assert (after_only.value, after_only.standard_error) == pytest.approx((-10, 5.4772), abs=5e-5)
    assert after_only.p_value == pytest.approx(0.0679, abs=5e-5)
    small = testing.weighted_displacement_difference((100, 90), (100, 80)).local
    assert (small.low, small.high) == pytest.approx((-47.70, 27.70), abs=5e-3)


def test_wdd_dispersion_widens_by_its_root():
    plain = testing.weighted_displacement_difference(**PAPER).local
    wide = testing.weighted_displacement_difference(**PAPER, dispersion=4).local
    assert wide.value == plain.value
    assert wide.high - wide.low == pytest.approx(2 * (plain.high - plain.low))


def test_wdd_refuses_what_makes_no_sense():
    with pytest.raises(ValueError, match="rings of both"):
        testing.weighted_displacement_difference((1, 1), (1, 1), treated_ring=(1, 1))
    with pytest.raises(ValueError, match="negative"):
        testing.weighted_displacement_difference((1, -1), (1, 1))


def test_harm_wdd_of_five_kinds_of_crime():
    control = [(133, 91), (388, 305), (148, 97), (86, 64), (94, 67)]
    treated = [(130, 74), (327, 202), (398, 190), (144, 92), (183, 96)]
    parts = [
        testing.weighted_displacement_difference(c, t).local
        for c, t in zip(control, treated, strict=True)
    ]
    assert [part.value for part in parts] == [-14, -42, -157, -30, -60]
    assert [part.variance for part in parts] == [428, 1222, 833, 386, 440]
    harm = testing.weighted_harm_difference(parts, [3, 2, 5, 7, 10])
    assert harm.value == -1721
    assert harm.standard_error == pytest.approx(304.1036, abs=5e-5)
    assert harm.z == pytest.approx(-5.6593, abs=5e-5)
    assert (harm.low, harm.high) == pytest.approx((-2317.03, -1124.97), abs=5e-3)


@pytest.mark.parametrize(
    ("response", "buffer", "control", "expected", "words"),
    [
        (
            (207, 110),
            (178, 157),
            (308, 318),
            (-0.084211, -0.326166, 0.258186, 0.326166, 130.5),
            "diffusion",
        ),
        ((100, 60), (80, 64), (200, 200), (-0.08, -0.20, 0.40, 0.20, 56), "diffusion"),
        ((100, 60), (80, 96), (200, 200), (0.08, -0.20, -0.40, 0.20, 24), "less than was"),
        ((100, 60), (80, 80), (200, 200), (0, -0.20, 0, 0.20, 40), "neither"),
    ],
)
def test_wdq(response, buffer, control, expected, words):
    found = testing.weighted_displacement_quotient(response, buffer, control)
    got = (
        found.buffer_measure,
        found.success_measure,
        found.value,
        found.net_effect,
        found.total_net_effect,
    )
    assert got == pytest.approx(expected, abs=5e-7)
    assert words in found.reading
    assert math.copysign(1, found.value) == (1 if expected[2] >= 0 else -1)
    assert found.gross_effect == response[0] - response[1]


def test_wdq_is_not_read_where_it_cannot_be():
    worse = testing.weighted_displacement_quotient((60, 100), (80, 80), (200, 200))
    assert worse.value is None and "Not interpretable" in worse.reading
    empty = testing.weighted_displacement_quotient((60, 40), (80, 80), (0, 200))
    assert empty.net_effect is None and "Not measurable" in empty.reading


@pytest.mark.parametrize(
    ("treated", "control", "value", "low", "high"),
    [
        ((207, 110), (308, 318), 0.51469, 0.38925, 0.68055),
        ((100, 80), (100, 90), 0.88889, 0.59032, 1.33846),
        ((50, 40), (100, 80), 1.0, 0.60097, 1.66398),
    ],
)
def test_relative_incident_rate_ratio(treated, control, value, low, high):
    found = testing.relative_incident_rate_ratio(treated, control)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=5e-6)


def test_rate_ratio_p_value_and_zero_counts():
    assert testing.relative_incident_rate_ratio((100, 80), (100, 90)).p_value == pytest.approx(
        0.5728, abs=1e-4
    )
    with pytest.raises(ValueError, match="at least one event"):
        testing.relative_incident_rate_ratio((0, 3), (5, 5))


@pytest.mark.parametrize(("counts", "p"), [((6, 2), 0.1749), ((0, 3), 0.0884), ((20, 10), 0.0688)])
def test_poisson_e_test(counts, p):
    assert testing.poisson_e_test(*counts) == pytest.approx(p, abs=5e-5)


def test_sign_flips():
    assert testing.sign_flip_test([-3, -2, -4, 1, -1, -2]) == pytest.approx(6 / 64)
    with pytest.raises(ValueError):
        testing.sign_flip_test([])


def test_sample_sizes():
    sizes = [testing.means_sample_size(effect) for effect in (0.2, 0.3, 0.5, 0.8)]
    assert sizes == [393, 175, 63, 25]
    assert testing.means_sample_size(0.3, correlation=0.6) == 70
    assert testing.poisson_sample_size(0.5, 0.8) == 710
    assert testing.poisson_sample_size(0.1, 0.7) == 1499
    assert testing.poisson_sample_size(10, 0.84) == 57
    assert testing.poisson_sample_size(24, 0.8) == 15
    assert testing.poisson_sample_size(24, 0.8, dispersion=2) == 30
    assert testing.design_effect(20, 0.05) == pytest.approx(1.95)


def test_smallest_detectable_effects():
    by_events = {50: 0.505, 100: 0.638, 200: 0.738, 500: 0.830}
    for events, ratio in by_events.items():
        assert testing.minimum_detectable_rate_ratio(events) == pytest.approx(ratio, abs=1e-3)
    assert testing.minimum_detectable_rate_ratio(8) is None
    assert testing.minimum_detectable_rate_ratio(0) is None
    assert testing.minimum_detectable_difference([100] * 4) == pytest.approx(56.03, abs=5e-3)


def test_regression_to_the_mean():
    assert testing.posterior_mean(testing.Gamma(2, 1), 10) == 6.0
    rng = np.random.default_rng(4)
    rates = rng.gamma(2, 1.5, 20_000)
    before, after = rng.poisson(rates), rng.poisson(rates)
    prior = testing.fit_gamma(before)
    assert (prior.shape, prior.rate) == pytest.approx((2, 1 / 1.5), rel=0.1)
    top = np.argsort(-before)[:200]
    fall = testing.expected_fall(before, before[top])
    assert fall == pytest.approx(1 - after[top].sum() / before[top].sum(), abs=0.03)
    # From a part of the ranking period the fall is measured against that part's own events.
    half = testing.expected_fall(
        before, before[top], before_total=before[top].sum() / 2, before_share=0.5
    )
    assert half == pytest.approx(fall)
    assert testing.fit_gamma(np.full(50, 3)) is None
    with pytest.raises(ValueError):
        testing.expected_fall(before, np.zeros(3))
