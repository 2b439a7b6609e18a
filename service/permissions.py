"""Who may do what: small predicates on the actor, asked before a handler runs.

A key acts by its scopes; a person by the scopes of their role. What no predicate allows is denied.
"""

from collections.abc import Callable
from dataclasses import dataclass

from service.store.keys import Scope
from service.store.tables import User
from service.store.users import ROLES, Role

ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    "reader": frozenset({"read"}),
    "reviewer": frozenset({"read", "review"}),
    "lead": frozenset({"read", "review"}),
    "admin": frozenset({"intake", "read", "review", "admin"}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who sent a request: the name that decisions and the audit show, scopes, and for a person the role."""

    name: str
    scopes: frozenset[str]
    role: Role | None = None


def actor_of(user: User) -> Actor:
    """A person who is signed in, as an actor."""
    role = next(each for each in ROLES if each == user.role)
    return Actor(user.name, ROLE_SCOPES[role], role)


Predicate = Callable[[Actor], bool]


def may_send(actor: Actor) -> bool:
    """Tell whether an actor may send questionnaires, follow those that it sent, and have texts tagged."""
    return not actor.scopes.isdisjoint({"intake", "admin"})


def may_read(actor: Actor) -> bool:
    """Tell whether an actor may read answers and what was found in them."""
    return not actor.scopes.isdisjoint({"read", "review", "admin"})


def may_follow(actor: Actor) -> bool:
    """Tell whether an actor may see how far questionnaires are; who sends them may, and read no answer."""
    return may_send(actor) or may_read(actor)


def may_review(actor: Actor) -> bool:
    """Tell whether an actor may decide on answers."""
    return not actor.scopes.isdisjoint({"review", "admin"})


def may_reopen(actor: Actor) -> bool:
    """Tell whether an actor may reopen what another has done."""
    return actor.role in {"lead", "admin"} or "admin" in actor.scopes


def may_lead(actor: Actor) -> bool:
    """Tell whether an actor may ask for second readings and settle what readers disagree on."""
    return may_reopen(actor)


def may_administer(actor: Actor) -> bool:
    """Tell whether an actor may delete, choose the model and take out the corpus."""
    return "admin" in actor.scopes
