"""How much is kept, and what is said of a file that is not."""

from tracker.core.errors import TrackerError

MEGABYTE = 1024 * 1024
LARGEST_FILE = 20 * MEGABYTE
MOST_FILES = 10
MOST_OF_A_UNIT = 2048 * MEGABYTE
"""What the files of one commune, with all that it answers for, may take."""
LONGEST_NAME = 200
MOST_PIXELS = 40_000_000
MOST_ENTRIES = 1_000
MOST_UNPACKED = 100 * MEGABYTE
HIGHEST_RATIO = 100


class FileRefused(TrackerError):
    """The file is of no kind that is kept, or not what it says it is."""
