"""The pipeline of config.yml: trained, written, read again twice, and both say the same. In Rasa's own environment."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import unittest
from pathlib import Path

import structlog
import yaml
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.model_training import train_nlu

from tests.rasa_components.embedding_server import EmbeddingServer

ROOT = Path(__file__).resolve().parents[2]
# Enough to tell apart; the real data is cross-validated by scripts/rasa-checks.sh.
INTENTS = {
    "thank": ("thanks a lot", "thank you", "gracias por todo", "muchas gracias"),
    "ask_question": ("why do therapists strike", "when does the strike end", "cuando termina la huelga"),
    "inform_plan": ("i have [medicare](plan)", "my plan is [medicare](plan)", "tengo [medicare](plan)"),
}
MESSAGES = ("thank you so much", "why is there a strike", "i am on medicare", "huelga", "🙂", "a" * 4000)


class PipelineTest(unittest.TestCase):
    def setUp(self):
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        self.server = EmbeddingServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        data = Path(folder.name, "nlu.yml")
        examples = [
            {"intent": name, "examples": "".join(f"- {text}\n" for text in texts)} for name, texts in INTENTS.items()
        ]
        lookup = {"lookup": "plan", "examples": "- medicare\n- medi-cal\n"}
        data.write_text(yaml.safe_dump({"version": "3.1", "nlu": [*examples, lookup]}, allow_unicode=True))
        self.model = train_nlu(str(ROOT / "config.yml"), str(data), folder.name, fixed_model_name="small")

    def parse(self, agent, text, **metadata):
        found = asyncio.run(agent.processor.parse_message(UserMessage(text, metadata=metadata)))
        entities = sorted((entity["entity"], str(entity["value"])) for entity in found["entities"])
        ranking = [(row["name"], round(row["confidence"], 6)) for row in found["intent_ranking"]]
        return found["intent"]["name"], entities, ranking

    def test_a_model_read_twice_says_the_same_and_knows_what_it_learned(self):
        first, second = Agent.load(self.model), Agent.load(self.model)
        for text in MESSAGES:
            self.assertEqual(self.parse(first, text), self.parse(second, text), text[:20])
        self.assertEqual(self.parse(first, "muchas gracias")[0], "thank")
        self.assertEqual(self.parse(first, "Medicare is my plan")[1], [("plan", "medicare")])
        # The state of the conversation comes with the message, not from a file.
        self.assertEqual(self.parse(first, "gracias", in_crisis=True)[1], [("in_crisis", "True")])


if __name__ == "__main__":
    unittest.main()
