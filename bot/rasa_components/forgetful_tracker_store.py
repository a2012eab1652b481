"""A tracker store that keeps no words: what a running dialogue needs, for some hours, in memory only."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from typing import Any, Callable, Dict, Iterable, List, Optional, Text, Tuple

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    AllSlotsReset,
    DefinePrevUserUtteredFeaturization,
    Event,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

# What stories may look back on. Before that only the slots count.
KEPT_TURNS = 4
KEPT_EVENTS = (ActionExecuted, ActiveLoop, LoopInterrupted, SlotSet, DefinePrevUserUtteredFeaturization, UserUttered)


class ForgetfulTrackerStore(TrackerStore):
    """Keeps slots, the form that runs and the last turns without their words.

    A conversation goes when it is restarted ("/restart" is how the bot says "forget"), after ``kept_seconds`` without
    a message, or when there are more than ``max_conversations``: then the one idle for longest goes.
    """

    def __init__(
        self,
        domain: Optional[Domain],
        event_broker: Optional[EventBroker] = None,
        kept_seconds: float = 6 * 3600,
        max_conversations: int = 20_000,
        clock: Callable[[], float] = time.monotonic,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._kept_seconds = float(kept_seconds)
        self._max_conversations = int(max_conversations)
        self._clock = clock
        self._conversations: OrderedDict[Text, Tuple[float, Text]] = OrderedDict()
        self._sweeping: Optional[asyncio.TimerHandle] = None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep what the next turn needs."""
        await self.stream_events(tracker)
        kept = compact(tracker.events_after_latest_restart())
        if not any(isinstance(event, (UserUttered, SlotSet)) for event in kept):
            self._conversations.pop(tracker.sender_id, None)
            return
        text = json.dumps([event.as_dict() for event in kept])
        self._conversations[tracker.sender_id] = (self._clock(), text)
        self._conversations.move_to_end(tracker.sender_id)
        self._drop_old()
        self._sweep_later()

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """Give a conversation back; None for one that is not kept, or no longer."""
        self._drop_old()
        if sender_id not in self._conversations:
            return None
        events = json.loads(self._conversations[sender_id][1])
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots, self.max_event_history)

    async def keys(self) -> Iterable[Text]:
        """Name the conversations kept."""
        return self._conversations.keys()

    def dump(self) -> Text:
        """Everything the store holds, for the test that no word is in it."""
        return json.dumps(self._conversations)

    def _drop_old(self) -> None:
        oldest = self._clock() - self._kept_seconds
        while self._conversations:
            touched, _ = next(iter(self._conversations.values()))
            if touched > oldest and len(self._conversations) <= self._max_conversations:
                return
            self._conversations.popitem(last=False)

    def _sweep_later(self) -> None:
        # The last conversation of a quiet night must go as well, though nobody writes after it.
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(self._kept_seconds + 1, self._sweep)

    def _sweep(self) -> None:
        self._sweeping = None
        self._drop_old()
        if self._conversations:
            self._sweep_later()


def compact(events: List[Event]) -> List[Event]:
    """Leave out all words, and all turns but the last few; the slots stand as they were when those began."""
    turns = [row for row, event in enumerate(events) if isinstance(event, UserUttered)]
    # A turn begins with the listening before its message.
    first = max(0, turns[-KEPT_TURNS] - 1) if len(turns) > KEPT_TURNS else 0
    slots: Dict[Text, Any] = {}
    loop: Optional[Text] = None
    for event in events[:first]:
        if isinstance(event, SlotSet):
            slots[event.key] = event.value
        elif isinstance(event, AllSlotsReset):
            slots.clear()
        elif isinstance(event, ActiveLoop):
            loop = event.name
    before: List[Event] = [SlotSet(key, value) for key, value in slots.items() if value is not None]
    if loop:
        before.append(ActiveLoop(loop))
    return before + [_without_words(event) for event in events[first:] if isinstance(event, KEPT_EVENTS)]


def _without_words(event: Event) -> Event:
    if not isinstance(event, UserUttered):
        return event
    # What an entity held is in its slot, where a slot wants it.
    entities = [{"entity": entity.get("entity"), "value": ""} for entity in event.entities or []]
    intent = {"name": event.intent_name, "confidence": 1.0}
    return UserUttered(
        text="",
        intent=intent,
        entities=entities,
        parse_data={"intent": intent, "entities": entities, "text": "", "message_id": None, "metadata": {}},
        timestamp=event.timestamp,
    )
