"""What people enter about goals."""

from django import forms


class GoalForm(forms.Form):
    accepted_sqls = forms.IntegerField(
        label="Accepted SQLs this month",
        min_value=1,
        max_value=1_000_000,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
