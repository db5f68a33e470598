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


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = "The request body is larger than 1 MB. Send fewer rows at a time."
