"""Addresses of forms: public ones below /f/ and /o/, pages for makers below /forms/ and /try/."""

from django.urls import path, register_converter

from capture.views import embed, public, submit


class FormIdConverter:
    """Form ids are short and plain; anything else is no form."""

    regex = "[a-z0-9]{1,12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FormIdConverter, "form")

app_name = "capture"
urlpatterns = [
    path("embed.js", embed.embed, name="embed"),
    path("f/<form:form_id>", public.hosted_form, name="hosted"),
    path("f/<form:form_id>/thanks", public.thanks, name="thanks"),
    path("f/<form:form_id>.json", public.definition, name="definition"),
    path("f/<form:form_id>/token", public.token, name="token"),
    path("f/<form:form_id>/submit", submit.submit_form, name="submit"),
    path("o/<slug:slug>", public.offer_page, name="offer"),
]
