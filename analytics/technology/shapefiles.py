"""A shapefile is several files of one name: its parts are put beside it, whoever packed them."""

from pathlib import Path, PurePosixPath

from analytics.workspace import InputError

PARTS = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".qpj", ".cst", ".fix")
NEEDED = (".shx", ".dbf")


def gather(files: list[tuple[str, Path]]) -> list[tuple[int, list[int]]]:
    """Move parts beside their .shp and return (position, positions of all its parts) per source.

    `files` are (name as given, path on disk). Raises InputError when a shapefile lacks its index
    or attributes, or a part stands without its shapefile.
    """
    keys = [_key(name) for name, _ in files]
    shapes = {stem: number for number, (stem, ending) in enumerate(keys) if ending == ".shp"}
    parts: dict[int, list[int]] = {number: [number] for number in range(len(files))}
    for number, (stem, ending) in enumerate(keys):
        if ending not in PARTS:
            continue
        if stem not in shapes:
            raise InputError(
                "It is a part of a shapefile whose .shp is missing. Load all parts together.",
                file=files[number][0],
            )
        files[number][1].replace(files[shapes[stem]][1].with_suffix(ending))
        parts[shapes[stem]].append(number)
        del parts[number]
    for number in shapes.values():
        held = {keys[part][1] for part in parts[number]}
        missing = [ending for ending in NEEDED if ending not in held]
        if missing:
            raise InputError(
                f"The shapefile lacks its {' and '.join(missing)} part. Load all of its parts "
                "together (.shp, .shx, .dbf, .prj), best in one zip.",
                file=files[number][0],
            )
    return list(parts.items())


def _key(name: str) -> tuple[str, str]:
    plain = name.replace("\\", "/").lower().removesuffix(".gz")
    path = PurePosixPath(plain)
    return str(path.with_suffix("")), path.suffix
