"""Addresses of forms: public ones below /f/ and /o/, pages for makers below /forms/ and /try/."""

from django.urls import path, register_converter

from capture.views import builder, embed, pages, public, submit, trial, website


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
    path("forms/", pages.form_list, name="forms"),
    path("forms/new/", pages.create, name="form_create"),
    path("forms/<form:form_id>/", pages.detail, name="form"),
    path("forms/<form:form_id>/build/", builder.build, name="build"),
    path("forms/<form:form_id>/publish/", builder.publish, name="publish"),
    path("forms/<form:form_id>/preview/", builder.preview, name="preview"),
    path("forms/<form:form_id>/preview.json", builder.preview_definition, name="preview_definition"),
    path("forms/<form:form_id>/close/", pages.close, name="close"),
    path("forms/<form:form_id>/reopen/", pages.reopen, name="reopen"),
    path("forms/<form:form_id>/check/", website.check, name="check_website"),
    path("forms/<form:form_id>/seen/", website.seen, name="seen"),
    path("forms/submissions/<uuid:submission_id>/release/", pages.release, name="release"),
    path("try/<form:form_id>", trial.trial, name="try"),
    path("try/<form:form_id>/catch/", trial.trial_catch, name="try_catch"),
]
