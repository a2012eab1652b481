#!/usr/bin/env bash
# Create both environments from the lock files: .venv (bot, Python 3.11 or newer) and .venv-rasa (Rasa, Python 3.10).
# Does nothing when the locks have not changed. `setup.sh test` adds what the tests need.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# uv's own name for pip's setting: a CPU build of torch that lies on disk is taken from there.
export UV_FIND_LINKS="${UV_FIND_LINKS:-${PIP_FIND_LINKS:-}}"
export PIP_ROOT_USER_ACTION=ignore

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

# Print the first Python of the wanted minor version: pyenv's, then the system's.
find_python() {
  local wanted=$1 version root
  if command -v pyenv >/dev/null 2>&1; then
    root=$(pyenv root)
    version=$(pyenv versions --bare 2>/dev/null | grep -E "^${wanted//./\\.}\.[0-9]+$" | sort -V | tail -n 1 || true)
    if [ -n "$version" ] && [ -x "$root/versions/$version/bin/python" ]; then
      echo "$root/versions/$version/bin/python"; return 0
    fi
  fi
  if [ "$(version_of "python$wanted")" = "$wanted" ]; then command -v "python$wanted"; return 0; fi
  return 1
}

find_bot_python() {
  local wanted
  for wanted in 3.11 3.12 3.13; do find_python "$wanted" && return 0; done
  return 1
}

find_uv() {
  if command -v uv >/dev/null 2>&1; then command -v uv; return; fi
  if [ ! -x .venv-uv/bin/uv ]; then
    say "installing uv" >&2
    "$(find_bot_python || command -v python3)" -m venv .venv-uv
    .venv-uv/bin/pip install --quiet --disable-pip-version-check uv >&2
  fi
  echo "$PWD/.venv-uv/bin/uv"
}

stamp() { cat "$@" scripts/setup.sh pyproject.toml | sha256sum | cut -d' ' -f1; }
is_current() { [ -f "$1/.carebot-stamp" ] && [ "$(cat "$1/.carebot-stamp")" = "$2" ]; }

set_up_bot() {
  local locks=(requirements/torch.txt requirements/bot.txt) wanted python
  [ "${1:-}" = test ] && locks+=(requirements/test.txt)
  wanted=$(stamp "${locks[@]}")
  is_current .venv "$wanted" && return
  # The test environment holds all that the bot's does: run does not take it down again.
  is_current .venv "$(stamp requirements/torch.txt requirements/bot.txt requirements/test.txt)" && return
  python=$(find_bot_python || echo 3.11)
  say "bot environment (.venv, Python from $(basename "$(dirname "$(dirname "$python")")")): about 1.6 GB, some minutes the first time"
  [ -x .venv/bin/python ] || "$UV" venv --quiet --python "$python" .venv || fail "no Python 3.11 or newer. Install one (for example python3.11 and python3.11-venv) and run again."
  "$UV" pip install --quiet --python .venv/bin/python -r requirements/torch.txt
  local hashed=("${locks[@]:1}")
  # The locks are whole (so --no-deps), but for torch, whose build is this machine's affair and which has no hash.
  "$UV" pip install --quiet --python .venv/bin/python --require-hashes --no-deps "${hashed[@]/#/-r}"
  "$UV" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
  echo "$wanted" > .venv/.carebot-stamp
}

set_up_rasa() {
  local wanted python
  wanted=$(stamp requirements/rasa.txt)
  is_current .venv-rasa "$wanted" && return
  python=$(find_python 3.10 || echo 3.10)
  say "Rasa environment (.venv-rasa, Python 3.10): about 2.5 GB, some minutes the first time"
  [ -x .venv-rasa/bin/python ] || "$UV" venv --quiet --python "$python" .venv-rasa \
    || fail "no Python 3.10, and uv could not fetch one. Install Python 3.10 (pyenv install 3.10) and run again."
  "$UV" pip install --quiet --python .venv-rasa/bin/python --require-hashes --no-deps -r requirements/rasa.txt
  echo "$wanted" > .venv-rasa/.carebot-stamp
}

UV=$(find_uv)
set_up_bot "${1:-}"
set_up_rasa
say "ready"
