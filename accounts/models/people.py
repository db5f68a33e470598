"""People who sign in, and the teams they sell in."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Role(models.TextChoices):
    ADMIN = "admin", "Admin"
    MARKETER = "marketer", "Marketer"
    MANAGER = "manager", "Sales manager"
    REP = "rep", "Sales rep"
    VIEWER = "viewer", "Viewer"


class Scope(models.TextChoices):
    OWN = "own", "Own leads and the team's queue"
    TEAM = "team", "The team's leads"
    ALL = "all", "All leads"


ROLE_SCOPES = {
    Role.ADMIN: Scope.ALL,
    Role.MARKETER: Scope.ALL,
    Role.MANAGER: Scope.TEAM,
    Role.REP: Scope.OWN,
    Role.VIEWER: Scope.ALL,
}


class Card(models.TextChoices):
    """What the product offers to newcomers until they have had enough of it."""

    FIRST_STEPS = "first_steps", "First steps"
    PRACTICE = "practice", "Practice queue"


class Team(models.Model):
    name = models.CharField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """What Django's own commands (``createsuperuser``, ``changepassword``) call."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, **{"role": Role.ADMIN, "is_superuser": True, **fields})


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in, or (``is_service``) the account an API key acts as, which has no password."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="members")
    time_zone = models.CharField(max_length=64, default="", blank=True)
    theme = models.CharField(max_length=5, default="auto")
    single_keys = models.BooleanField(default=True)
    # Acts of common/shortcuts.py and the keys this person has chosen for them. Here and below a default of the
    # database's own, so that an older version still adds people.
    own_keys = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()), blank=True)
    muted_kinds = ArrayField(
        models.CharField(max_length=10),
        default=list,
        db_default=models.Value([], output_field=ArrayField(models.CharField(max_length=10))),
        blank=True,
    )
    hidden_cards = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    is_service = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(condition=Q(theme__in=["auto", "light", "dark"]), name="user_theme_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def scope(self) -> Scope:
        """Which leads this person sees: their own and the team's queue, the team's, or all."""
        return ROLE_SCOPES[Role(self.role)]

    @property
    def wants_first_steps(self) -> bool:
        """Whether the list of first steps has not been put away."""
        return Card.FIRST_STEPS not in self.hidden_cards

    @property
    def wants_practice(self) -> bool:
        """Whether the practice queue has not been put away."""
        return Card.PRACTICE not in self.hidden_cards

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_staff(self) -> bool:
        """Whether Django's read-only ``/admin/`` lets this person in."""
        return self.role == Role.ADMIN


class SetupLink(models.Model):
    """The one-time way to the first admin; only the hash of its token is stored."""

    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"setup link of {self.created_at:%Y-%m-%d %H:%M}"
