"""Street names: segments that run on into one another share a name."""

import numpy as np

from sample_data.ground import CENTRE
from sample_data.streams import stream

MAIN_NAMES = (
    "Fenwick Road",
    "Kelham Road",
    "Northfield Road",
    "Priory Road",
    "Ashcombe Road",
    "Southmoor Road",
    "Eastlea Road",
    "Marlgate Ringway",
    "Queensway",
)
CENTRE_NAMES = (
    "High Street",
    "Market Place",
    "Corn Row",
    "Tanner Street",
    "Bridge Street",
    "Cooper Lane",
    "Saddler Row",
    "Guildhall Street",
    "Station Street",
    "Abbot Lane",
    "Silk Street",
    "Weaver Street",
    "Butter Row",
    "Fletcher Gate",
    "Canon Street",
    "Chapel Walk",
    "Dyer Street",
    "Minster Yard",
    "Mercer Street",
    "Bell Lane",
)
FIRST_PARTS = tuple(
    word
    for line in (
        "Alder Amber Anson Arden Ashby Aspen Barley Barn Beacon Beech Birch Blackthorn Bramble Briar ",
        "Brook Burdock Byron Calder Camden Carlton Cedar Chantry Cherry Chestnut Clover Coppice ",
        "Cornflower Cowslip Croft Cypress Dale Damson Derwent Dove Drover Elder Elm Fairfield Falcon ",
        "Farrier Fern Field Finch Foundry Foxglove Gable Garnet Gorse Granary Greenfield Grange ",
        "Hambleton Harebell Harrow Hawthorn Hazel Heath Heron Hillcrest Holly Hollow Honeysuckle ",
        "Hornbeam Ivy Jasmine Juniper Keats Kestrel Kiln Kingfisher Laburnum Larch Lark Laurel ",
        "Lavender Lilac Lime Linden Linnet Locksley Magnolia Mallow Maltings Maple Marigold Martin ",
        "Mayfield Meadow Medlar Mill Milton Moorland Mulberry Nightingale Oak Oakfield Orchard Osier ",
        "Otter Paddock Partridge Pear Peregrine Pine Plover Poplar Primrose Quarry Quince Rectory ",
        "Redwood Ridge Robin Rosemary Rowan Rushmere Ryecroft Saffron Sandpiper Shelley Skylark Sorrel ",
        "Spinney Spring Spruce Sycamore Tamarisk Teasel Tennyson Thistle Thorn Thyme Valley Vicarage ",
        "Violet Walnut Warren Waverley Wharf Wheatfield Whitebeam Willow Windmill Woodland Wren ",
        "Yarrow Yew",
    )
    for word in line.split()
)
LONG_ENDINGS = ("Road", "Avenue", "Drive", "Way", "Street", "Lane")
MIDDLE_ENDINGS = ("Street", "Grove", "Crescent", "Gardens", "Terrace", "Rise")
SHORT_ENDINGS = ("Close", "Court", "Mews", "Walk")
STRAIGHT_ON_DEG = 38.0


def name_streets(
    seed: int, nodes: np.ndarray, edges: np.ndarray, is_main: np.ndarray, roads: dict
) -> list[str]:
    """Return a name per segment; `roads` gives the number of the main road of a node pair."""
    rng = stream(seed, "names")
    strokes = _strokes(nodes, edges, is_main)
    lengths = np.hypot(*(nodes[edges[:, 0]] - nodes[edges[:, 1]]).T)
    middle = nodes[edges].mean(axis=1)
    main_of = _main_numbers(edges, is_main, roads)
    numbers = np.unique(strokes)
    totals = {n: lengths[strokes == n].sum() for n in numbers}
    order = sorted(numbers, key=lambda n: (-totals[n], n))
    central = [n for n in order if _near_centre(middle[strokes == n])]
    special = dict(zip(central, CENTRE_NAMES, strict=False))
    degree = np.bincount(edges.ravel(), minlength=len(nodes))
    pool = _name_pool(rng)
    chosen = {}
    for n in order:
        members = np.flatnonzero(strokes == n)
        if n in special:
            chosen[n] = special[n]
            continue
        dead_end = len(members) == 1 and degree[edges[members[0]]].min() == 1
        ending = "short" if dead_end else "long" if totals[n] > 450 else "middle"
        chosen[n] = pool[ending].pop()
    return [MAIN_NAMES[main_of[e]] if is_main[e] else chosen[strokes[e]] for e in range(len(edges))]


def _name_pool(rng: np.random.Generator) -> dict[str, list[str]]:
    """Shuffle all pairs of first part and ending, so that no name is used twice."""
    pool = {}
    for kind, endings in (
        ("long", LONG_ENDINGS),
        ("middle", MIDDLE_ENDINGS),
        ("short", SHORT_ENDINGS),
    ):
        names = [f"{first} {ending}" for first in FIRST_PARTS for ending in endings]
        if kind == "middle":
            names = [name for name in names if not name.endswith(" Street")]
        pool[kind] = [names[i] for i in rng.permutation(len(names))]
    return pool


def _near_centre(points: np.ndarray) -> bool:
    return bool(np.hypot(*(points - np.array(CENTRE)).T).mean() < 520.0)


def _main_numbers(edges: np.ndarray, is_main: np.ndarray, roads: dict) -> dict[int, int]:
    # Main nodes come first and keep their numbers: nothing before them is ever removed.
    known = {tuple(sorted(pair)): road for pair, road in roads.items()}
    return {e: known[tuple(sorted(edges[e].tolist()))] for e in np.flatnonzero(is_main)}


def _strokes(nodes: np.ndarray, edges: np.ndarray, is_main: np.ndarray) -> np.ndarray:
    """Number the runs of local segments that go straight on through junctions."""
    parent = list(range(len(edges)))

    def root(edge: int) -> int:
        while parent[edge] != edge:
            edge = parent[edge]
        return edge

    at: list[list[tuple[float, int]]] = [[] for _ in nodes]
    for edge, (start, end) in enumerate(edges):
        if is_main[edge]:
            continue
        for near, far in ((start, end), (end, start)):
            step = nodes[far] - nodes[near]
            at[near].append((float(np.arctan2(step[1], step[0])), edge))
    for meeting in at:
        pairs = []
        for i, (angle, edge) in enumerate(meeting):
            for other_angle, other in meeting[i + 1 :]:
                bend = np.pi - abs((angle - other_angle + np.pi) % (2 * np.pi) - np.pi)
                pairs.append((bend, edge, other))
        used: set[int] = set()
        for bend, edge, other in sorted(pairs):
            if np.degrees(bend) < STRAIGHT_ON_DEG and not used & {edge, other}:
                used |= {edge, other}
                parent[root(edge)] = root(other)
    return np.array([root(edge) for edge in range(len(edges))])
