"""The featurizer and the state of a message, each by itself, in Rasa's own environment."""

from __future__ import annotations

import unittest

import numpy as np
import requests
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import ENTITIES, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa_components.embedding_featurizer import BATCH, EmbeddingFeaturizer
from bot.rasa_components.message_state import MessageState
from tests.rasa_components.embedding_server import DIMENSION, EmbeddingServer, embed


def messages_of(*texts):
    messages = [Message({TEXT: text}) for text in texts]
    tokenizer = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())
    return tokenizer.process(messages)


def featurizer():
    return EmbeddingFeaturizer(EmbeddingFeaturizer.get_default_config(), "featurizer")


class EmbeddingFeaturizerTest(unittest.TestCase):
    def test_each_message_gets_its_own_vector_for_sentence_and_words(self):
        with EmbeddingServer():
            found = featurizer().process(messages_of("why strike", "three words here"))
        for message, text, words in zip(found, ("why strike", "three words here"), (2, 3), strict=True):
            sequence, sentence = message.get_dense_features(TEXT, [])
            self.assertEqual(sentence.features.shape, (1, DIMENSION))
            self.assertEqual(sequence.features.shape, (words, DIMENSION))
            np.testing.assert_allclose(sentence.features[0], embed(text), rtol=1e-5)

    def test_many_messages_are_asked_for_in_batches_and_come_back_in_order(self):
        texts = [f"word{number} strike" for number in range(2 * BATCH + 1)]
        with EmbeddingServer() as server:
            found = featurizer().process_training_data(TrainingData(messages_of(*texts))).training_examples
            self.assertEqual([len(batch) for batch in server.asked], [BATCH, BATCH, 1])
        for message, text in zip(found, texts, strict=True):
            np.testing.assert_allclose(message.get_dense_features(TEXT, [])[1].features[0], embed(text), rtol=1e-5)

    def test_a_message_without_text_is_left_alone(self):
        with EmbeddingServer() as server:
            (message,) = featurizer().process([Message({})])
            self.assertEqual(server.asked, [])
        self.assertEqual(message.features, [])

    def test_an_error_of_the_bot_is_raised_and_not_turned_into_zeros(self):
        with EmbeddingServer() as server, self.assertRaises(requests.HTTPError):
            server.status = 503
            featurizer().process(messages_of("hello"))

    def test_a_missing_address_is_named(self):
        with self.assertRaisesRegex(RuntimeError, "CAREBOT_INTERNAL_URL is not set"):
            featurizer().process(messages_of("hello"))


class MessageStateTest(unittest.TestCase):
    def state_of(self, **data):
        (message,) = MessageState(MessageState.get_default_config()).process([Message({TEXT: "x", **data})])
        return [(found["entity"], found["value"]) for found in message.get(ENTITIES)]

    def test_a_state_becomes_an_entity_true_or_false(self):
        self.assertEqual(self.state_of(**{METADATA: {"in_crisis": True}}), [("in_crisis", True)])
        self.assertEqual(self.state_of(**{METADATA: {"in_crisis": False}}), [("in_crisis", False)])

    def test_nothing_is_added_for_what_the_bot_does_not_say(self):
        for metadata in (None, {}, {"other": True}):
            self.assertEqual(self.state_of(**{METADATA: metadata}), [])

    def test_what_others_extracted_stays(self):
        plan = {"entity": "plan", "value": "medicare"}
        found = self.state_of(**{METADATA: {"in_crisis": True}, ENTITIES: [plan]})
        self.assertEqual(found, [("plan", "medicare"), ("in_crisis", True)])


if __name__ == "__main__":
    unittest.main()
