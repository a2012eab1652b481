from __future__ import annotations

import threading
import time

import pytest

from knowledge.errors import EncoderError
from knowledge.retrieval.encoder import BATCH, BATCH_CHARACTERS, _batches, load_encoder
from knowledge.retrieval.priority import PriorityLock, go_first


def test_the_urgent_go_first_and_each_kind_in_its_order() -> None:
    lock, order = PriorityLock(), []

    def work(name: str, urgent: bool) -> None:
        if urgent:
            go_first()
        with lock:
            order.append(name)

    threads = [threading.Thread(target=work, args=(f"{urgent}{n}", urgent)) for urgent in (False, True) for n in (1, 2)]
    with lock:
        for thread in threads:
            thread.start()
            time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert order == ["True1", "True2", "False1", "False2"]


def test_no_batch_takes_longer_than_one_long_message() -> None:
    texts = ["short"] * 40 + ["x" * 4_096] * 3 + ["y" * 700] * 5
    batches = list(_batches(texts))
    assert [text for _, batch in batches for text in batch] == texts
    assert [start for start, _ in batches] == [sum(len(b) for _, b in batches[:n]) for n in range(len(batches))]
    for _, batch in batches:
        assert len(batch) == 1 or (len(batch) <= BATCH and sum(map(len, batch)) <= BATCH_CHARACTERS)


@pytest.mark.slow
def test_an_encoder_that_is_not_here_is_named_in_one_line_and_looked_up_nowhere() -> None:
    started = time.monotonic()
    with pytest.raises(EncoderError, match="CAREBOT_ENCODER") as caught:
        load_encoder("no-such/encoder")
    assert "\n" not in str(caught.value) and "huggingface" not in str(caught.value)
    assert "'no-such/encoder'" in str(caught.value)
    assert time.monotonic() - started < 60
