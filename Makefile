# make run: set up what is missing, then start everything.  make test: set up, then run every test.
.PHONY: run test setup setup-test check lint format evaluate screenshots bench lock clean

run: setup
	@exec .venv/bin/carebot run

test: setup-test
	scripts/test.sh

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

format: setup-test
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

clean:
	rm -rf .venv .venv-rasa .venv-uv var
