#!/usr/bin/env bash
# What Rasa loads and learns from, checked in Rasa's own environment: its components, its data, its intents.
set -euo pipefail
cd "$(dirname "$0")/.."
export RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES="" PYTHONWARNINGS=ignore PYTHONPATH=$PWD
export SQLALCHEMY_SILENCE_UBER_WARNING=1

# Rasa's libraries print pages of warnings about each other: shown only where something fails.
log=var/rasa-checks.log
mkdir -p var
quietly() { "$@" >"$log" 2>&1 || { cat "$log"; exit 1; }; }

echo "rasa: components"
quietly .venv-rasa/bin/python -m unittest discover -s tests/rasa_components -t . -p "check_*.py"
echo "rasa: data"
quietly .venv-rasa/bin/python -m rasa data validate --domain domain --data data/nlu data/rules --fail-on-warnings
echo "rasa: intents, cross-validated"
.venv/bin/carebot evaluate rasa
