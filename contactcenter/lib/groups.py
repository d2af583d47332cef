"""Names of Channels groups, built only here. A company's groups carry its schema: no name can reach another company."""

from uuid import UUID


def user(user_id: int) -> str:
    """Every socket of one signed-in person; told when their rights change."""
    return f"user.{user_id}"


def agent(agent_id: int) -> str:
    """Every desk socket of one agent."""
    return f"agent.{agent_id}"


def floor() -> str:
    """The web processes in which somebody watches the floor."""
    return "floor"


def conversation_staff(schema: str, conversation: UUID | str) -> str:
    """The desks that have this conversation on screen (includes notes and typing)."""
    return f"t.{schema}.conversation.{conversation}.staff"


def conversation_visitor(schema: str, conversation: UUID | str) -> str:
    """The visitor's own sockets of this conversation."""
    return f"t.{schema}.conversation.{conversation}.visitor"


def customer(schema: str, customer: UUID | str) -> str:
    """Every widget socket of one visitor, also before a conversation exists."""
    return f"t.{schema}.customer.{customer}"
