#!/usr/bin/env bash
# pip 26.3: `--python-version` chooses wheels for another Python, but the conditions of requirements
# ("; python_version >= ...") are still read for the Python that pip runs on. A lock that is asked
# for Python 3.98 from Python 3.11 to 3.14 leaves out what only 3.98 needs, without a word, and the
# report's "environment" names the running Python, too. Whoever checks a lock for other Pythons has
# to read the conditions again, from the same report.
#
# Seen: asked for 3.98, "six; python_version >= '3.98'" is left out, and
# "toml; python_version < '3.98'" is taken.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
pip="$place/venv/bin/python -m pip --disable-pip-version-check --quiet"
$pip install pip==26.3
cat >"$place/lock.txt" <<'LOCK'
six==1.16.0; python_version >= "3.98"
toml==0.10.2; python_version < "3.98"
LOCK
$pip install --dry-run --ignore-installed --no-deps --only-binary=:all: --python-version 3.98 \
  --target "$place/none" --report "$place/report.json" --requirement "$place/lock.txt"
"$place/venv/bin/python" - "$place/report.json" <<'PY'
import json, platform, sys

with open(sys.argv[1], encoding="utf-8") as file:
    told = json.load(file)
names = [one["metadata"]["name"] for one in told["install"]]
print("pip", told["pip_version"], "asked for Python 3.98 takes", names,
      "and says python_version", told["environment"]["python_version"])
running = ".".join(platform.python_version_tuple()[:2])
assert names == ["toml"], "pip now reads the conditions for the Python that was asked for"
assert told["environment"]["python_version"] == running
PY
