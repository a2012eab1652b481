"""The ``carebot`` command."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.settings import Settings, load_settings
from knowledge.errors import CarebotError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Answers about the Kaiser mental-health strikes.")
console = Console(stderr=True, highlight=False)


def main() -> None:
    """Run the command; an error of ours is one line with its remedy, not a traceback."""
    try:
        app()
    except CarebotError as error:
        console.print(f"carebot: {error}", style="red", markup=False)
        sys.exit(1)


@app.command()
def run() -> None:
    """Start everything: index, Rasa, web page, API and Telegram."""
    from bot.run import run_bot

    settings = _start()
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    with _progress_bar() as progress:
        asyncio.run(run_bot(settings, _say, progress))


@app.command()
def index() -> None:
    """Embed what changed, fit, calibrate and put the index in service; a running bot takes it over."""
    from bot.building import ensure_index, ensure_safety_model
    from bot.remote_encoder import connect_to_running
    from knowledge.encoder import load_encoder

    settings = _start()
    encoder = connect_to_running(settings.var_dir, settings.encoder) or load_encoder(settings.encoder)
    with _progress_bar() as progress:
        built = ensure_index(settings, encoder, progress)
    ensure_safety_model(settings, built.knowledge, encoder, _say)
    _say(f"index {built.build}: {len(built.labels)} questions for {len(built.classes) - 1} answers")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what the HTTP contract says.")] = False,
    language: Annotated[str | None, typer.Option(help="en or es; detected by default.")] = None,
) -> None:
    """Ask one question: through the running bot, or here without Rasa when none runs."""
    from bot.ask import ask_question

    settings = _start(quiet=True)
    reply = ask_question(settings, question, language)
    if as_json:
        typer.echo(json.dumps(reply, ensure_ascii=False, indent=1))
        return
    for part in reply["replies"]:
        typer.echo(part["text"] + "\n")
        for button in part["buttons"]:
            typer.echo(f"  [{button['title']}]")
    for source in reply["sources"]:
        typer.echo(f"{source['publisher']} {source['date']} {source['url']}")


def _start(quiet: bool = False) -> Settings:
    settings = load_settings()
    logging.basicConfig(
        level="WARNING" if quiet else settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    # These loggers print addresses with tokens in them, or texts of people, at INFO or when something fails.
    for name in ("httpx", "httpcore", "telegram", "uvicorn.access", "sentence_transformers", "filelock"):
        logging.getLogger(name).setLevel("WARNING")
    logging.getLogger("rasa_sdk").setLevel("CRITICAL")
    logging.getLogger("uvicorn.error").setLevel("CRITICAL")
    return settings


def _say(message: str) -> None:
    console.print(f"carebot: {message}", markup=False)


class _progress_bar:
    """A progress bar for the steps of a build; it appears with the first step."""

    def __enter__(self) -> Any:
        columns = (TextColumn("carebot: {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=not console.is_terminal)
        self._tasks: dict[str, Any] = {}
        return self._update

    def _update(self, step: str, done: int, total: int) -> None:
        if total == 0:
            return
        if not self._tasks:
            self._progress.start()
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(f"index: {step}", total=total)
        self._progress.update(self._tasks[step], completed=done)
        if step == "head" and done == total:
            self._progress.stop()

    def __exit__(self, *error: object) -> None:
        self._progress.stop()
