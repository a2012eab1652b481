"""The tracker store in Rasa's own environment: ``.venv-rasa/bin/python -m unittest discover -p "check_*.py"``."""

from __future__ import annotations

import asyncio
import resource
import unittest

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Restarted, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_components.forgetful_tracker_store import KEPT_TURNS, ForgetfulTrackerStore

SECRET = "my sister Ana cannot get a visit"
SLOTS = [AnySlot("last_faq", mappings=[{"type": "custom"}]), AnySlot("plan", mappings=[{"type": "custom"}])]
DOMAIN = Domain.empty()


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def turn(text, faq):
    return [
        ActionExecuted("action_listen"),
        UserUttered(text, intent={"name": "ask_question"}, entities=[{"entity": "person", "value": "Ana"}]),
        ActionExecuted("action_answer_question"),
        BotUttered("", {"custom": {"said": text}}),
        SlotSet("last_faq", faq),
    ]


def tracker_of(sender, events):
    return DialogueStateTracker.from_events(sender, events, SLOTS)


class ForgetfulTrackerStoreTest(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()
        self.store = ForgetfulTrackerStore(DOMAIN, kept_seconds=100, max_conversations=1_000, clock=self.clock)
        self.store._domain = type("D", (), {"slots": SLOTS})()

    def save(self, sender, events):
        async def run():
            await self.store.save(tracker_of(sender, events))
            return await self.store.retrieve(sender)

        return asyncio.run(run())

    def test_no_word_is_kept_and_the_slots_are(self):
        kept = self.save("a", [SlotSet("plan", "medicare"), *turn(SECRET, "wait-too-long")])
        self.assertEqual(kept.get_slot("plan"), "medicare")
        self.assertEqual(kept.get_slot("last_faq"), "wait-too-long")
        self.assertEqual(kept.latest_message.intent_name, "ask_question")
        self.assertNotIn("Ana", self.store.dump())

    def test_a_long_conversation_keeps_its_slots_and_last_turns_only(self):
        events = [SlotSet("plan", "ppo"), ActiveLoop("plan_form")]
        for number in range(400):
            events += turn(SECRET, f"faq-{number}")
        kept = self.save("a", events)
        self.assertEqual(kept.get_slot("plan"), "ppo")
        self.assertEqual(kept.get_slot("last_faq"), "faq-399")
        self.assertEqual(kept.active_loop_name, "plan_form")
        self.assertEqual(sum(isinstance(event, UserUttered) for event in kept.events), KEPT_TURNS)

    def test_a_restart_drops_everything(self):
        self.save("a", turn(SECRET, "wait-too-long"))
        kept = self.save("a", [*turn(SECRET, "wait-too-long"), Restarted(), ActionExecuted("action_listen")])
        self.assertIsNone(kept)
        self.assertEqual(self.store.dump(), "{}")

    def test_an_idle_conversation_goes_with_or_without_others(self):
        self.save("a", turn(SECRET, "wait-too-long"))
        self.clock.now = 101
        self.store._sweep()
        self.assertEqual(self.store.dump(), "{}")

    def test_twenty_thousand_conversations_leave_the_memory_flat(self):
        async def many(first, last):
            for number in range(first, last):
                await self.store.save(tracker_of(f"sender-{number}", turn(SECRET, "wait-too-long")))

        asyncio.run(many(0, 2_000))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        asyncio.run(many(2_000, 20_000))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        self.assertLess(grown, 4_096, "kilobytes")
        self.assertEqual(len(asyncio.run(self.store.keys())), 1_000)


if __name__ == "__main__":
    unittest.main()
