"""Simulated people keep the demo alive: through the real doors, served by robots, and gone when they are asked to."""

from __future__ import annotations

import pytest

from contactcenter.demo.running import Demo
from tests.e2e.house import ask


@pytest.mark.faults
def test_simulated_visitors_are_served_by_simulated_agents(fresh_demo: Demo) -> None:
    said = fresh_demo.manage("simulate", "--rate", "30", "--for-people", "0.2", "--seconds", "80", "--seed", "5")
    assert "served" in said
    closed = ask(fresh_demo, "SELECT count(*) FROM delta.conversations_conversation WHERE state = 'closed'")[0][0]
    assert closed >= 3
    by_robots = ask(
        fresh_demo,
        "SELECT DISTINCT t.schema_name FROM routing_workitem i JOIN agents_agent a ON a.id = i.agent_id "
        "JOIN accounts_user u ON u.id = a.user_id JOIN tenants_tenant t ON t.id = i.tenant_id "
        "WHERE u.email LIKE %s",
        "%@robots.example",
    )
    assert by_robots == [("delta",)]
    wrapped_up = ask(
        fresh_demo, "SELECT count(*) FROM delta.conversations_conversation WHERE disposition_id IS NOT NULL"
    )
    assert wrapped_up[0][0] >= 1
    assert ask(fresh_demo, "SELECT count(*) FROM routing_repair") == [(0,)]
