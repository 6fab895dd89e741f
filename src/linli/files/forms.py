"""Reading an upload as it comes in: bounded, one file, and nothing left of one that is cut off."""

from __future__ import annotations

import tempfile
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

from linli.files import rules
from linli.files.rules.kinds import MIB
from linli.kernel.errors import BadInput

FIELD = "file"
_IN_MEMORY = 2 * MIB
_AROUND = 64 * 1024  # bytes of the multipart body that are not the file


class BoundedHandler(FileUploadHandler):
    """Keeps the one file of the field `file` in an unnamed temporary file and stops at the bound.

    Unnamed: the system frees it when the process ends, however it ends.
    """

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.too_big = False
        self._spool: IO[bytes] | None = None
        self._taken = False
        self._size = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name != FIELD or self._taken:
            raise SkipFile
        self._taken = True
        self._size = 0
        self._spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._spool is not None
        self._size += len(raw_data)
        if self._size > rules.MOST_OF_ALL:
            self.too_big = True
            raise StopUpload(connection_reset=True)
        self._spool.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if self._spool is None:
            return None
        self._spool.seek(0)
        spool, self._spool = self._spool, None
        return UploadedFile(spool, self.file_name, self.content_type, file_size)

    @property
    def unfinished(self) -> bool:
        """Whether a file has begun and not ended."""
        return self._spool is not None

    def forget(self) -> None:
        """Drop a file that has not ended."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None


def expect_upload(request: HttpRequest) -> None:
    """Make ready to read the body; before anything has looked at `request.POST`. Raises TooBig."""
    try:
        announced = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        announced = 0
    if announced > rules.MOST_OF_ALL + _AROUND:
        raise too_big()
    request.upload_handlers = [BoundedHandler(request)]


def forget_upload(request: HttpRequest) -> None:
    """Close what was received, however the request ended."""
    for handler in _handlers(request):
        handler.forget()
    request.close()


def _handlers(request: HttpRequest) -> list[BoundedHandler]:
    return [h for h in request.upload_handlers if isinstance(h, BoundedHandler)]


def uploaded_file(request: HttpRequest) -> UploadedFile[bytes]:
    """The file of the field `file`. Raises BadInput if there is none or it was cut off, TooBig."""
    cut_off = False
    try:
        found = request.FILES.get(FIELD)
    except (UnreadablePostError, MultiPartParserError):
        cut_off = True
    if any(handler.too_big for handler in _handlers(request)):
        raise too_big()
    if cut_off or any(handler.unfinished for handler in _handlers(request)):
        raise BadInput(
            _("The upload was cut off, and nothing was kept. Please send the file again."),
            field=FIELD,
            code="upload_cut_off",
        )
    if not isinstance(found, UploadedFile):
        raise BadInput(_("The field “file” is missing. Please choose a file."), field=FIELD)
    return found


def too_big() -> rules.TooBig:
    """More bytes than any kind of file may have."""
    return rules.TooBig(
        _("The file is too big: at most %(most)d MB are accepted.")
        % {"most": rules.MOST_OF_ALL // MIB},
        field=FIELD,
    )
