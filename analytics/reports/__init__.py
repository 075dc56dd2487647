"""What leaves the workspace as a file: GIS layers, spreadsheets, PDFs and the maps inside them.

Knows no step: it is handed frames, text and pictures. Every file carries the marking and the run.
"""

from analytics.reports.about import about_export
from analytics.reports.charts import months_png, week_png
from analytics.reports.csv_text import unmarked, write_csv
from analytics.reports.document import TEMPLATES, pdf
from analytics.reports.files import write_whole
from analytics.reports.forest import forest_png
from analytics.reports.kml import write_kml
from analytics.reports.layers import write_geojson, write_geopackage
from analytics.reports.maps import map_png
from analytics.reports.shapefile import write_shapefile
from analytics.reports.spreadsheet import write_excel

__all__ = [
    "TEMPLATES",
    "about_export",
    "forest_png",
    "map_png",
    "months_png",
    "pdf",
    "unmarked",
    "week_png",
    "write_csv",
    "write_excel",
    "write_geojson",
    "write_geopackage",
    "write_kml",
    "write_shapefile",
    "write_whole",
]
