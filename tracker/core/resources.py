"""Where templates, migrations and seeds are, in a checkout and in an installed wheel alike."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """Give a top-level folder of the project; the wheel carries it inside the package."""
    in_checkout = _PACKAGE.parent / name
    installed = _PACKAGE / name
    return in_checkout if (_PACKAGE.parent / "pyproject.toml").is_file() else installed


def translations_folder() -> Path:
    """Give the folder of the languages' catalogues."""
    return _PACKAGE / "translations"
