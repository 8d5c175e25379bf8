"""Bytes become a checked file in the folder of photos, or an ImageError; never half of either."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from visualtaste.data.images import decode, image_suffix
from visualtaste.data.photo_names import photo_name


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A file that was written."""

    image: str  # relative to the folder of photos
    digest: str  # SHA-256, in hex


class PhotoFolder:
    """Where photos are kept, as `xx/<item id>.<suffix>`.

    A photo is written beside them, in `.partial`, and moved in whole. It is not forced to the disk, which would
    take longer than fetching it: after a power failure a file may be shorter than the journal says, and a
    download that goes on compares the two.
    """

    def __init__(self, folder: Path, max_pixels: int) -> None:
        self.folder = folder
        self._max_pixels = max_pixels
        self._partial = folder / ".partial"
        self._made: set[str] = set()

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Make the place for partial files, empty of those of a killed run, and take it away at the end."""
        shutil.rmtree(self._partial, ignore_errors=True)
        self._partial.mkdir(parents=True)
        try:
            yield
        finally:
            shutil.rmtree(self._partial, ignore_errors=True)

    def keep(self, content: bytes, item_id: str, name: str) -> KeptPhoto:
        """Decode a photo and write it as that item's; the suffix is that of what the bytes are.

        May be called from several threads, for different items. Raises ImageError, whose message starts with
        `name`, when it cannot be used, and OSError when it cannot be written.
        """
        # at_least=1: all of the file is read, but of a JPEG only an eighth of the pixels is made
        decode(content, at_least=1, max_pixels=self._max_pixels, name=name)
        image = photo_name(item_id, image_suffix(content))
        shard = image.split("/")[0]
        if shard not in self._made:
            (self.folder / shard).mkdir(exist_ok=True)
            self._made.add(shard)
        partial = self._partial / image.replace("/", "-")
        try:
            partial.write_bytes(content)
        except OSError as error:  # a full disk does not say which
            raise OSError(error.errno, error.strerror, str(partial)) from None
        os.replace(partial, self.folder / image)
        return KeptPhoto(image, hashlib.sha256(content).hexdigest())
