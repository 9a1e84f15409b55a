"""Questions that reports ask."""

from tracker.reports.queries.beside import Beside, Dialogues, Figure, Qualifier, beside
from tracker.reports.queries.cells import cell_address, cell_of
from tracker.reports.queries.cuts import ReportLine, unit_lines
from tracker.reports.queries.places import PlaceName, PlaceTree, place_tree
from tracker.reports.queries.resolution import Report, resolution_report

__all__ = [
    "Beside",
    "Dialogues",
    "Figure",
    "PlaceName",
    "PlaceTree",
    "Qualifier",
    "Report",
    "ReportLine",
    "beside",
    "cell_address",
    "cell_of",
    "place_tree",
    "resolution_report",
    "unit_lines",
]
