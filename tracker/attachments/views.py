"""What the pages of every record do with its files; each record authorises before it asks."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from flask import Response, current_app
from werkzeug.datastructures import FileStorage

from tracker.accounts.guard import current_user
from tracker.attachments.forms import UploadForm
from tracker.attachments.models import Attachment
from tracker.attachments.queries import opened
from tracker.attachments.service import Upload, keep_file
from tracker.core.errors import TrackerError
from tracker.core.scanning import Scan, scanner
from tracker.core.settings import FILES, Settings
from tracker.core.web import db_session, download

_PIECE = 64 * 1024


def files_root() -> Path:
    """Give the folder that files are kept in, which no address leads into."""
    instance: Path = current_app.config["SETTINGS"].instance
    return instance / FILES


def uploaded(file: FileStorage | None) -> Upload | None:
    """Give a chosen file as the service takes it; None when none was chosen."""
    if not file:
        return None
    return Upload(file.filename or "", cast(BinaryIO, file.stream), scanner_in_use())


def scanner_in_use() -> Scan | None:
    """Give what looks at every file that comes in; none where the settings name none."""
    kept: Settings = current_app.config["SETTINGS"]
    return scanner(kept.scan_command, kept.scan_socket)


def keep_sent(form: UploadForm, subject: str, place_id: int) -> int | None:
    """Keep the file that was sent; give the status with which the form is shown again, if it is."""
    upload = uploaded(form.file.data)
    if not form.validate() or upload is None:
        return 200
    try:
        keep_file(db_session(), current_user(), subject, place_id, upload, files_root())
    except TrackerError as refusal:
        form.refuse("file", refusal)
        return refusal.status_code
    return None


def file_answer(attachment: Attachment) -> Response:
    """Give a kept file, whole and unchanged, to be saved; never to be shown as a page of ours."""
    pieces = _pieces(opened(attachment, files_root()))
    answer = download(pieces, attachment.media_type, attachment.original_name)
    answer.headers["Content-Length"] = str(attachment.size)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _pieces(kept: BinaryIO) -> Iterator[bytes]:
    with kept:
        while piece := kept.read(_PIECE):
            yield piece
