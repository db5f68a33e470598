"""Refusals of the API; ``leadcrm/api_errors.py`` writes them as problem documents."""

from rest_framework.exceptions import APIException


class BadParameter(APIException):
    """A query parameter or header cannot be read; the text names what is allowed."""

    status_code = 400
    default_code = "bad_parameter"


class Conflict(APIException):
    """Someone or something else was faster; the text says who or what."""

    status_code = 409
    default_code = "conflict"


class Outdated(APIException):
    """The thing was changed since the caller read it; ``members`` go into the problem document, ``tag`` is its ETag."""

    status_code = 412
    default_code = "outdated"

    def __init__(self, detail: str, *, tag: str, members: dict[str, object]) -> None:
        super().__init__(detail)
        self.tag = tag
        self.members = members


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = "The request body is larger than 1 MB. Send fewer rows at a time."
