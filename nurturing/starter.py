"""The words a new installation begins with: the guide mail and the sequence “After the guide”."""

from typing import Any

GUIDE_TEMPLATE = {
    "name": "Your guide",
    "subject": "Here it is: {{offer_name|the guide you asked for}}",
    "body": """\
Hello {{first_name|there}},

Thank you for your request. **{{offer_name|Your guide}}** is ready for you:

[Open the guide](guide)

You need no account to read it.

Kind regards
{{our_name|Your team}}""",
}

SEQUENCE = {"name": "After the guide", "topic": "guides"}

STEPS: list[dict[str, Any]] = [
    {
        "delay_hours": 48,
        "subject": "{{offer_name|Your guide}}: three questions to ask next",
        "body": """\
Hello {{first_name|there}},

You asked us for **{{offer_name|a guide}}**. Many people read a guide once and then put it away. \
Three short questions help you to get more from it:

- Which part describes your own situation best?
- What would be better in three months if you solved it?
- Who else at {{company|your company}} should know about it?

Write one line for each. After that you know whether the subject is urgent for you or can wait.

[Open the guide again](guide)

Kind regards
{{our_name|Your team}}""",
    },
    {
        "delay_hours": 72,
        "subject": "One small step to try this week",
        "body": """\
Hello {{first_name|there}},

This is our last mail about **{{offer_name|the guide}}**. If you want to go on, start small:

- Choose one idea from the guide, the one that costs you the least.
- Try it for one week, together with one colleague.
- Note what changed, and what got in the way.

One week is short, but it shows you more than a long plan.

Would you like to talk about what you found? You can reach us on [our website](website).

Kind regards
{{our_name|Your team}}""",
    },
]
