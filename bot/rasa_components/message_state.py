"""Carries what the bot knows of a message into Rasa: the state of the conversation that rules depend on."""

from __future__ import annotations

from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, METADATA
from rasa.shared.nlu.training_data.message import Message

STATES = ("in_crisis",)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class MessageState(GraphComponent):
    """Adds an entity for each state in a message's metadata, so that its slot follows the bot with every message.

    The bot decides on crisis cards before Rasa hears of a message and keeps that state itself; this way a Rasa that
    was restarted knows it too, and no action has to be called to tell.
    """

    def __init__(self, config: Dict[Text, Any]) -> None:
        self._config = config

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Nothing can be set."""
        return {}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageState:
        """Create the component as Rasa asks for it."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the entities in place."""
        for message in messages:
            metadata = message.get(METADATA) or {}
            found = [
                {"entity": state, "value": bool(metadata[state]), "extractor": type(self).__name__}
                for state in STATES
                if state in metadata
            ]
            message.set(ENTITIES, (message.get(ENTITIES) or []) + found, add_to_output=True)
        return messages
