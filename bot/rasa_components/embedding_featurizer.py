"""A dense featurizer that asks the bot for sentence embeddings over HTTP."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Text

import numpy as np
import requests
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

ADDRESS = "CAREBOT_INTERNAL_URL"
SECRET = "CAREBOT_INTERNAL_SECRET"
BATCH = 32


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class EmbeddingFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds the bot's sentence embedding to each message as a dense sentence feature.

    Rasa reads the type hints of ``process`` and ``process_training_data``; without them the graph does not build.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Give the defaults: seconds to wait for the bot."""
        return {**DenseFeaturizer.get_default_config(), "timeout": 60}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        super().__init__(name, config)
        self._session = requests.Session()

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EmbeddingFeaturizer:
        """Create the component as Rasa asks for it."""
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Accept any configuration; the address comes from the environment."""

    def process(self, messages: List[Message]) -> List[Message]:
        """Featurize messages in place."""
        wanted = [(message, message.get(TEXT)) for message in messages if message.get(TEXT)]
        for start in range(0, len(wanted), BATCH):
            part = wanted[start : start + BATCH]
            for (message, _), vector in zip(part, self._embed([text for _, text in part])):
                self._add(message, vector)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Featurize the training examples in place."""
        self.process(training_data.training_examples)
        return training_data

    def _embed(self, texts: List[Text]) -> np.ndarray:
        address = os.environ.get(ADDRESS)
        if not address:
            raise RuntimeError(ADDRESS + " is not set. Start Rasa through 'carebot run' or 'carebot train'.")
        response = self._session.post(
            address + "/embed",
            json={"texts": texts},
            headers={"x-carebot-secret": os.environ.get(SECRET, "")},
            timeout=self._config["timeout"],
        )
        response.raise_for_status()
        return np.array(response.json()["vectors"], dtype=np.float32)

    def _add(self, message: Message, vector: np.ndarray) -> None:
        tokens = max(1, len(message.get("text_tokens") or []))
        sequence = np.repeat(vector[np.newaxis, :], tokens, axis=0)
        message.add_features(Features(sequence, FEATURE_TYPE_SEQUENCE, TEXT, self._identifier))
        message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
