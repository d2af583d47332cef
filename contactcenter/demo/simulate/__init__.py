"""Simulated people who keep the demo alive: visitors by the widget's own protocol, agents by the desk's.

They stand behind loopback addresses of their own, so that every limit stays on. Simulated agents serve only companies
that nobody else serves: a chat that a person starts is never answered by a robot.
"""
