"""The ``carebot`` command."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.errors import BadRequestError, StartError
from bot.settings import ROOT, Settings, load_settings
from knowledge.errors import CarebotError, KnowledgeError

if TYPE_CHECKING:
    from knowledge.material.finding import Finding
    from knowledge.report.review_sheet import CrisisText

REVIEW_SHEET = ROOT / "docs/review-sheet.md"
app = typer.Typer(no_args_is_help=True, add_completion=False, help="Answers about the Kaiser mental-health strikes.")
console = Console(stderr=True, highlight=False)


def main() -> None:
    """Run the command; an error of ours is one line with its remedy, not a traceback."""
    try:
        app()
    except CarebotError as error:
        console.print(f"carebot: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(1)


@app.command()
def run() -> None:
    """Start everything: index, Rasa, web page, API and Telegram."""
    from bot.start.run import run_bot

    settings = _start()
    settings.make_var_dir()
    with _progress_bar() as progress:
        asyncio.run(run_bot(settings, _say, progress))


@app.command()
def index() -> None:
    """Embed what changed, fit, calibrate and put the index in service; a running bot takes it over."""
    from bot.start.build import ensure_index, ensure_safety_model
    from bot.start.remote_encoder import connect_to_running
    from knowledge.retrieval.encoder import load_encoder

    settings = _start()
    settings.make_var_dir()
    encoder = connect_to_running(settings.var_dir, settings.encoder) or load_encoder(settings.encoder)
    with _progress_bar() as progress:
        built = ensure_index(settings, encoder, progress)
    ensure_safety_model(settings, built.knowledge, encoder, _say)
    _say(f"index {built.build}: {len(built.labels)} questions for {len(built.classes) - 1} answers")


@app.command()
def vectors() -> None:
    """Write the vectors of the project's own texts into data/vectors, so that a first start need not embed them."""
    from bot.start.build import ship_vectors
    from knowledge.retrieval.encoder import load_encoder

    settings = _start()
    for path in ship_vectors(settings, load_encoder(settings.encoder)):
        _say(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what the HTTP contract says.")] = False,
    language: Annotated[str | None, typer.Option(help="en or es; detected by default.")] = None,
) -> None:
    """Ask one question: through the running bot, or here without Rasa when none runs."""
    from bot.start.ask import ask_question

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


@app.command()
def check(
    with_index: Annotated[bool, typer.Option(help="Also compare variants by embedding (needs an index).")] = True,
    unverified: Annotated[bool, typer.Option("--unverified", help="Only list the phone lines to verify.")] = False,
    accept: Annotated[
        str | None, typer.Option(help="An id (or all) whose two languages you read side by side: keep their stamp.")
    ] = None,
) -> None:
    """Check the whole knowledge base; every finding names file, line, value and remedy."""
    settings = _start(quiet=True)
    if accept:
        _accept(settings, accept)
        return
    findings = _unverified(settings) if unverified else _check(settings, with_index)
    for finding in findings:
        typer.echo(str(finding))
    errors = sum(finding.level == "error" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    _say(f"{errors} errors, {warnings} warnings")
    if errors:
        raise typer.Exit(1)


@app.command()
def new(
    faq: Annotated[str, typer.Argument(metavar="ID", help="The id of the new answer: small letters and hyphens.")],
) -> None:
    """Begin a new answer: ask for what it needs, write both files and the catalogue's line."""
    from datetime import date
    from typing import get_args

    from knowledge.material.base import read_material
    from knowledge.material.entry import Speaker
    from knowledge.report.new_answer import NewAnswer, begin_answer

    material = read_material(_start(quiet=True).knowledge_dir)
    item = material.registries.catalogue.get(faq)
    topics = list(dict.fromkeys(known.topic for known in material.registries.catalogue.values()))
    answer = NewAnswer(
        id=faq,
        topic=item.topic if item else _choose("Topic", topics),
        audience=item.audience if item else _choose("Who asks", ["patient", "worker", "both"]),
        scope=item.scope if item else typer.prompt("What it covers, in a few words"),
        titles={
            "en": typer.prompt("Title in English, the question as a person would ask it"),
            "es": typer.prompt("Title in Spanish"),
        },
        facts=typer.prompt("Facts behind it (ids of facts.json)", default=" ".join(item.facts) if item else "").split(),
        speaker=_choose("Who says the main claim", list(get_args(Speaker))),
        care_delay=item.care_delay if item else typer.confirm("Is it about care that is delayed or missing?"),
    )
    for path in begin_answer(material, answer, date.today()):
        typer.echo(str(path))
    manual = ROOT / "docs/editing.md"
    recipe = manual.read_text(encoding="utf-8").partition("## A new answer\n")[2].partition("\n## ")[0]
    typer.echo(f"\n{recipe.strip()}\n\n{manual}")


@app.command()
def suggest(
    faq: Annotated[str, typer.Argument(metavar="ID", help="The id of an answer.")],
    lang: Annotated[str, typer.Option(help="en or es.")] = "en",
    number: Annotated[int | None, typer.Option(help="How many; as many as are missing by default.")] = None,
) -> None:
    """Propose ways of asking that an answer may lack. They are to be read: change each, or leave it out."""
    from knowledge.material.base import load_knowledge
    from knowledge.material.registry import LANGUAGES
    from knowledge.report.suggest import missing_ways, suggest_ways

    settings = _start(quiet=True)
    language = next((known for known in LANGUAGES if known == lang), None)
    if language is None:
        raise BadRequestError("bad_argument", f"--lang {lang!r}: choose en or es.")
    knowledge = load_knowledge(settings.knowledge_dir)
    missing = missing_ways(knowledge, faq, language)
    for text in suggest_ways(knowledge, settings.knowledge_dir, faq, language, number or missing or 10):
        typer.echo(f"  - {json.dumps(text, ensure_ascii=False)}  # to be read")
    _say(f"{missing} ways of asking are missing in {language}")


@app.command(name="review-sheet")
def review_sheet() -> None:
    """Write docs/review-sheet.md: every crisis text in both languages, with boxes to sign; signatures are kept."""
    from knowledge.report.review_sheet import write_sheet

    texts = _crisis_texts(_start(quiet=True))
    before = REVIEW_SHEET.read_text(encoding="utf-8") if REVIEW_SHEET.exists() else ""
    REVIEW_SHEET.write_text(write_sheet(texts, before), encoding="utf-8")
    _say(f"wrote {REVIEW_SHEET}: {len(texts)} texts")


@app.command()
def preview(file: Annotated[Path, typer.Argument(help="An answer file.", exists=True, dir_okay=False)]) -> None:
    """Show an answer as Telegram and the web page show it."""
    from knowledge.report.preview import preview_entry

    typer.echo(preview_entry(file, _start(quiet=True).knowledge_dir))


@app.command()
def report(out: Annotated[Path | None, typer.Option(help="The HTML file to write.")] = None) -> None:
    """Write the knowledge report: coverage, age of facts, sources, overdue reviews."""
    from datetime import date

    from knowledge.material.base import load_knowledge
    from knowledge.report.write import write_report

    settings = _start(quiet=True)
    out = out or settings.var_dir / "reports/knowledge.html"
    write_report(load_knowledge(settings.knowledge_dir), date.today(), out)
    _say(f"wrote {out}")


class Evaluation(StrEnum):
    """What ``carebot evaluate`` can measure."""

    questions = "questions"
    safety = "safety"
    strangers = "strangers"
    talks = "talks"
    rasa = "rasa"


@app.command()
def evaluate(
    what: Annotated[Evaluation, typer.Argument(help="What to measure.")] = Evaluation.questions,
    file: Annotated[Path | None, typer.Option(help="What to measure on; the project's own by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report.")] = None,
    http: Annotated[
        str | None, typer.Option(help="Address of a running bot to ask (questions, strangers, talks).")
    ] = None,
    shared: Annotated[Path | None, typer.Option(help="Folder of further files of strangers.")] = None,
    page: Annotated[Path | None, typer.Option(help="The model card to write the question figures into.")] = None,
    with_rasa_baseline: Annotated[bool, typer.Option(help="Also train Rasa's ResponseSelector (minutes).")] = False,
) -> None:
    """Measure answers, safety, strangers, talks or Rasa's intents, and compare with the committed floors."""
    settings = _start(quiet=True)
    out = out or settings.var_dir / "evaluation" / what
    match what:
        case Evaluation.questions:
            from bot.evaluation.run_questions import evaluate_questions

            file = file or ROOT / "tests/evaluation/heldout.jsonl"
            code = evaluate_questions(settings, file, out, with_rasa_baseline, http, page)
        case Evaluation.safety:
            from bot.evaluation.run_safety import HELDOUT, evaluate_safety_model

            code = evaluate_safety_model(settings, [file] if file else HELDOUT, out)
        case Evaluation.strangers:
            from bot.evaluation.run_strangers import evaluate_strangers
            from bot.evaluation.strangers import files_of

            code = evaluate_strangers(settings, out, files_of(shared), http)
        case Evaluation.talks:
            from bot.evaluation.run_talks import evaluate_talks
            from bot.start.ask import running_address

            address = http or running_address(settings.var_dir)
            if address is None:
                raise StartError("no bot runs from this folder. Start 'carebot run' first, or name one with --http.")
            code = evaluate_talks(address, file or ROOT / "tests/dialogue/talks.yml", out)
        case Evaluation.rasa:
            from bot.evaluation.rasa_intents import evaluate_rasa

            code = evaluate_rasa(settings, out)
    raise typer.Exit(code)


@app.command()
def qr(
    faq: Annotated[str, typer.Argument(help="The id of an answer.")],
    out: Annotated[Path | None, typer.Option(help="The PNG to write.")] = None,
    language: Annotated[str, typer.Option(help="Language of the page: en or es.")] = "en",
) -> None:
    """Write a QR code that opens an answer on Telegram, or its page when no Telegram name is set."""
    import segno

    from bot.reply.links import link_to

    settings = _start(quiet=True)
    link = link_to(faq, settings, "es" if language == "es" else "en")
    out = out or Path(f"{faq}.{language}.png")
    segno.make(link).save(str(out), scale=8, border=4)
    _say(f"{link} -> {out}")


def _check(settings: Settings, with_index: bool) -> list[Finding]:
    from datetime import date

    from knowledge.checks.check import check_knowledge
    from knowledge.errors import SearchIndexError
    from knowledge.report.review_sheet import check_sheet
    from knowledge.retrieval.embedding_store import EmbeddingStore
    from knowledge.retrieval.encoder import load_encoder
    from knowledge.retrieval.index import load_index

    index = encoder = store = None
    if with_index:
        try:
            encoder = load_encoder(settings.encoder)
            index = load_index(settings.index_dir, encoder)
            store = EmbeddingStore(settings.var_dir / "embeddings.sqlite")
        except SearchIndexError as error:
            _say(f"without the checks by embedding: {error}")
    try:
        findings = check_knowledge(settings.knowledge_dir, date.today(), index, encoder, store)
    finally:
        if store:
            store.close()
    # An installed copy has no docs, and nobody signs there.
    with contextlib.suppress(KnowledgeError):
        findings += check_sheet(REVIEW_SHEET, _crisis_texts(settings)) if REVIEW_SHEET.parent.is_dir() else []
    return findings


def _unverified(settings: Settings) -> list[Finding]:
    from datetime import date

    from knowledge.checks.registries import unverified_contacts
    from knowledge.material.registries import read_registries

    return unverified_contacts(read_registries(settings.knowledge_dir), date.today())


def _accept(settings: Settings, faq: str) -> None:
    from knowledge.checks.translations import accept
    from knowledge.material.base import load_knowledge

    written = accept(load_knowledge(settings.knowledge_dir), settings.knowledge_dir, faq)
    _say(f"{len(written)} Spanish files bear the stamp of both languages as they are now")


def _crisis_texts(settings: Settings) -> list[CrisisText]:
    from bot.safety.cards import LAST_RESORT
    from knowledge.material.registries import load_contacts, load_status
    from knowledge.report.review_sheet import read_crisis_texts

    folder = settings.knowledge_dir
    return read_crisis_texts(
        [ROOT / "bot/safety" / name for name in ("cards.yml", "after_card.yml")],
        load_contacts(folder / "contacts.yml"),
        load_status(folder / "status.yml"),
        {"when nothing can be read": LAST_RESORT},
    )


def _choose(question: str, among: list[str]) -> Any:
    while (answer := typer.prompt(f"{question} ({', '.join(among)})")) not in among:
        typer.echo(f"{answer!r} is none of them.")
    return answer


def _start(quiet: bool = False) -> Settings:
    settings = load_settings()
    logging.basicConfig(
        level="WARNING" if quiet else settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    # A log that cannot be written is no reason to print tracebacks, or to stop.
    logging.raiseExceptions = False
    # These loggers print addresses with tokens in them, or texts of people, at INFO or when something fails.
    for name in ("httpx", "httpcore", "telegram", "uvicorn.access", "sentence_transformers", "filelock"):
        logging.getLogger(name).setLevel("WARNING")
    logging.getLogger("rasa_sdk").setLevel("CRITICAL")
    logging.getLogger("uvicorn.error").setLevel("CRITICAL")
    return settings


def _say(message: str) -> None:
    # A full disk behind the output must not stop a bot that people write to.
    with contextlib.suppress(OSError):
        console.print(f"carebot: {message}", markup=False)


class _progress_bar:
    """A progress bar for the steps of a build; it appears with the first step."""

    def __enter__(self) -> Any:
        columns = (TextColumn("carebot: {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=not console.is_terminal)
        self._tasks: dict[str, Any] = {}
        return self._update

    def _update(self, step: str, done: int, total: int) -> None:
        with contextlib.suppress(OSError):
            self._draw(step, done, total)

    def _draw(self, step: str, done: int, total: int) -> None:
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
        with contextlib.suppress(OSError):
            self._progress.stop()
