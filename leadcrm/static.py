"""Static files under names that carry their hash, next to brotli and gzip copies."""

from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The best compression of a large file takes seconds and saves a tenth; large are only pages for developers.
LARGE_BYTES = 200_000
NOT_COMPRESSED = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map", "md", "txt")


class BrotliCompressor(Compressor):
    """Compresses what browsers load often as well as it can, and the rest quickly."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return brotli.compress(data, quality=5 if len(data) > LARGE_BYTES else 11)


class CompressedStorage(CompressedManifestStaticFilesStorage):
    """A file the manifest does not know keeps its plain name instead of failing the page that links to it."""

    manifest_strict = False
    keep_only_hashed_files = True

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return BrotliCompressor(**{**kwargs, "extensions": NOT_COMPRESSED})
