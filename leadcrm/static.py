"""Static files under names that carry their hash, next to brotli and gzip copies."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CompressedStorage(CompressedManifestStaticFilesStorage):
    """A file the manifest does not know keeps its plain name instead of failing the page that links to it."""

    manifest_strict = False
