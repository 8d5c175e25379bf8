"""Where the photo of an item lies below the image root: what a download writes and an import finds again."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

_LONGEST = 200  # characters of a name; file systems refuse more than 255 bytes, and a suffix is still to come


def photo_name(item_id: str, suffix: str) -> str:
    """The path `xx/<item id>.<suffix>` relative to the image root, such as `3f/B00X.jpg`; `suffix` has no dot.

    `xx` are the first two hex digits of the id's blake2b digest, so that no folder holds more than a 256th of a
    large catalogue. What file systems or programs may stumble over (all but ASCII letters, digits, `.`, `_` and `-`)
    is percent-encoded; a very long name is cut and ends with the id's digest. Different ids have different names.
    """
    digest = hashlib.blake2b(item_id.encode(), digest_size=16).hexdigest()
    # quote() leaves the tilde alone; here it marks a name that was cut
    safe = quote(item_id, safe="").replace("~", "%7E")
    if len(safe) > _LONGEST:
        safe = f"{safe[: _LONGEST - len(digest) - 1]}~{digest}"
    return f"{digest[:2]}/{safe}.{suffix}"
