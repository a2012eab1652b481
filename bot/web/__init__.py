"""The HTTP servers: the public one (page, API, health, metrics) and the one on loopback that Rasa calls."""
