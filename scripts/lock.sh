#!/usr/bin/env bash
# Make the lock files, with hashes, again from the .in files. torch is left out of them: it is installed first, from torch.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
export UV_FIND_LINKS="${UV_FIND_LINKS:-${PIP_FIND_LINKS:-}}"
compile() { uv pip compile --quiet --no-header --no-emit-find-links --no-emit-package torch --generate-hashes "$@"; }
compile --python-version 3.11 requirements/bot.in --output-file requirements/bot.txt
compile --python-version 3.11 requirements/test.in --constraint requirements/bot.txt --output-file requirements/test.txt
compile --python-version 3.10 requirements/rasa.in --output-file requirements/rasa.txt
