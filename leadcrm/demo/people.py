"""The people of the sample data. Every address is under ``.example``, which nobody can own."""

from dataclasses import dataclass
from random import Random

FIRST_NAMES = (
    "Amara", "Jonas", "Priya", "Mei", "Lucas", "Elena", "Tomas", "Aisha", "Henrik", "Sofia", "Mateo", "Ingrid",
    "Omar", "Clara", "Viktor", "Nadia", "Felix", "Yuki", "Paulo", "Greta", "Samuel", "Zofia", "Andrei", "Leila",
    "Marta", "Kofi", "Hanna", "Diego", "Noor", "Emil", "Lucia", "Petra", "Ravi", "Astrid", "Bruno", "Salma",
)  # fmt: skip
LAST_NAMES = (
    "Okafor", "Lindqvist", "Raman", "Wei", "Moreau", "Petrova", "Novak", "Rahman", "Dahl", "Rossi", "Alvarez", "Berg",
    "Haddad", "Fischer", "Ivanov", "Costa", "Weber", "Tanaka", "Silva", "Holm", "Adeyemi", "Kowalska", "Popescu",
    "Karimi", "Jansen", "Mensah", "Keller", "Torres", "Aziz", "Larsson", "Bianchi", "Huber",
)  # fmt: skip
COMPANIES = (
    "Northwind Freight", "Fjord Analytics", "Helio Health", "Lumen Retail", "Kestrel Robotics", "Alpenglow Foods",
    "Baltic Timber", "Cobalt Insurance", "Driftwood Media", "Ember Energy", "Falcon Logistics", "Granite Bank",
    "Harbor Clinics", "Indigo Textiles", "Juniper Labs", "Kite Mobility", "Larch Interiors", "Meridian Foods",
    "Nimbus Print", "Orchard Schools", "Pioneer Tools", "Quarry Stone", "River Hotels", "Sable Security",
    "Tidewater Ports", "Umber Design", "Vantage Legal", "Willow Care",
)  # fmt: skip
BUYERS = ("Head of Operations", "VP Sales", "Head of Marketing", "Managing Director", "COO", "Chief Revenue Officer")
USERS = ("Marketing Manager", "Sales Manager", "Operations Manager", "Team Lead Sales", "CRM Manager")
OTHERS = ("Student", "Assistant", "Consultant", "Intern", "Researcher", "Freelancer")


@dataclass(frozen=True)
class Person:
    """Somebody who will fill in a form. ``worth`` from 0 to 1 says how well they fit in truth."""

    email: str
    first_name: str
    last_name: str
    company: str
    job_title: str
    worth: float


def people(random: Random, count: int) -> list[Person]:
    """Return ``count`` different people: about a quarter would buy, a third never will."""
    return [_person(random, number) for number in range(count)]


def _person(random: Random, number: int) -> Person:
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    name = f"{first}.{last}".lower()
    group = random.random()
    if group < 0.35:
        return Person(f"{name}{number}@mailbox.example", first, last, "", random.choice(OTHERS), 0.05)
    company = random.choice(COMPANIES)
    domain = company.lower().replace(" ", "-")
    title, worth = (random.choice(BUYERS), 0.8) if group > 0.72 else (random.choice(USERS), 0.4)
    return Person(f"{name}{number}@{domain}.example", first, last, company, title, worth)
