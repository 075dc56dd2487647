"""The facts that a workspace is made with, checked."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics.workspace.errors import InputError


def checked_crs(crs: str) -> str:
    """Return a CRS as "EPSG:n"; raises InputError unless it is known and projected in metres."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        found = CRS.from_user_input(crs)
    except CRSError as error:
        raise InputError(f"The CRS '{crs}' is not known. Give one such as EPSG:27700.") from error
    if not found.is_projected or found.axis_info[0].unit_conversion_factor != 1.0:
        raise InputError(
            f"The CRS '{crs}' is not projected in metres. Give one such as EPSG:27700."
        )
    authority = found.to_authority()
    if authority is None:
        raise InputError(f"The CRS '{crs}' has no EPSG number. Give one such as EPSG:27700.")
    return ":".join(authority)


def checked_timezone(timezone: str) -> str:
    """Return a time zone's name; raises InputError when it is not known."""
    try:
        return ZoneInfo(timezone).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(
            f"The time zone '{timezone}' is not known. Give one such as Europe/London."
        ) from error
