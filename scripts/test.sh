#!/usr/bin/env bash
# Run every check and test. Quick ones first, so that a slip is known in seconds.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

if ! command -v chromedriver >/dev/null 2>&1 || ! command -v chromium >/dev/null 2>&1; then
  step "installing Chromium for the browser tests"
  sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null
fi

step "style, types, one-way imports"
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy
.venv/bin/lint-imports

# A test that multiplies matrices on one thread leaves the other core to another test: both finish sooner.
step "units (no encoder, no Rasa, no browser)"
OMP_NUM_THREADS=1 .venv/bin/python -m pytest -q -n auto --dist loadfile \
  -m "not encoder and not dialogue and not browser and not wheel"

step "the package, built and installed"
.venv/bin/python -m pytest -q -m wheel

step "known vulnerabilities"
scripts/audit.sh

step "knowledge, index and safety model"
.venv/bin/carebot index
.venv/bin/carebot check

step "retrieval and safety on the encoder"
.venv/bin/python -m pytest -q -m encoder

step "Rasa: components, data, intents"
scripts/rasa-checks.sh

step "the real processes: dialogue, channels, page"
.venv/bin/python -m pytest -q -m "dialogue or browser"
