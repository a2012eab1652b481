# make run: set up what is missing, then start everything.  make test: set up, then run every test.
.PHONY: run test quick setup setup-test lint format evaluate screenshots lock clean

run: setup
	@exec .venv/bin/carebot run

test: setup-test
	scripts/test.sh

# The unit tests alone, on every core: no encoder, no Rasa, no browser, nothing that takes seconds by itself.
quick: setup-test
	OMP_NUM_THREADS=1 .venv/bin/python -m pytest -q -n auto --dist loadfile \
	  -m "not encoder and not dialogue and not browser and not wheel and not slow"

setup:
	@scripts/setup.sh

setup-test:
	@scripts/setup.sh test

lock:
	scripts/lock.sh

lint: setup-test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

evaluate: setup-test
	.venv/bin/carebot evaluate questions
	.venv/bin/carebot evaluate safety
	.venv/bin/carebot evaluate strangers

# The main screens in both languages, light and dark, phone and desktop, into var/screenshots.
screenshots: setup-test
	.venv/bin/python -m pytest -q -m browser tests/web

format: setup-test
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

clean:
	rm -rf .venv .venv-rasa .venv-uv var
