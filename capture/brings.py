"""What capture brings to the rail and to the matrix of roles."""

from accounts.roles import Verb, opens
from common.places import Place

PLACES = (Place("Forms", "document-text", "forms", "capture:forms", below=("/try/",)),)
CREATE = (Place("Form", "document-plus", "new_form", "capture:form_create"),)
VERBS = (Verb("Make and close forms, release held ones", opens("capture:form_create")),)
