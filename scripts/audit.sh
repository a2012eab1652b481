#!/usr/bin/env bash
# Look up every locked package among known vulnerabilities. Exceptions stand in requirements/audit-exceptions.txt.
# Where the service cannot be asked this says so and ends well: a test run must not depend on it.
set -euo pipefail
cd "$(dirname "$0")/.."

audit() { .venv/bin/pip-audit --no-deps --disable-pip --progress-spinner off --timeout 10 "$@"; }

# One package first: without a network it would be asked for in vain two hundred times.
probe=$(mktemp)
trap 'rm -f "$probe"' EXIT
grep -m 1 -o -E '^jinja2==[^ ]+' requirements/bot.txt > "$probe"
if ! found=$(audit --format json --requirement "$probe" 2>/dev/null) || grep -q skip_reason <<< "$found"; then
  echo "audit: known vulnerabilities cannot be looked up from here; nothing was checked"
  exit 0
fi

ignored=()
while read -r name _; do
  case $name in ''|'#'*) ;; *) ignored+=(--ignore-vuln "$name") ;; esac
done < requirements/audit-exceptions.txt
echo "audit: Rasa's environment (shown, does not fail: see requirements/audit-exceptions.txt)"
audit --requirement requirements/rasa.txt || true
echo "audit: the bot's environment"
audit ${ignored[@]+"${ignored[@]}"} --requirement requirements/bot.txt --requirement requirements/test.txt
