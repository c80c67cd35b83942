#!/usr/bin/env bash
# Chromium 156 (Debian's, driven by playwright==1.65.2): the HTML standard says that Enter in a field
# presses the form's default button, the first submit button in the form, and does nothing where that
# is disabled. A disabled first button is therefore the known way to switch Enter off without script.
# It holds for text fields only: Enter in a tick box or a radio button passes over the disabled one
# and presses the next submit button, with its name and value.
#
# Seen, for a form that begins with a disabled submit button and has one more, "yes": Enter in the
# text field does nothing, Enter in the tick box and in the radio button sends "yes". Needs chromium on the path.
set -euo pipefail
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/python" -m pip --disable-pip-version-check --quiet install playwright==1.65.2
"$place/venv/bin/python" - "$browser" <<'PY'
import sys

from playwright.sync_api import sync_playwright

FORM = """<title>nothing</title>
<form><button disabled>first</button>
<input id="text"><input id="tick" type="checkbox"><input id="radio" type="radio">
<button name="said" value="yes">yes</button></form>"""
LISTEN = """document.forms[0].addEventListener("submit", (event) => {
  event.preventDefault();
  document.title = event.submitter.value;
})"""

seen = {}
with sync_playwright() as playwright:
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    browser = playwright.chromium.launch(executable_path=sys.argv[1], args=quiet)
    page = browser.new_page()
    for field in ("text", "tick", "radio"):
        page.set_content(FORM)
        page.evaluate(LISTEN)
        page.focus(f"#{field}")
        page.keyboard.press("Enter")
        page.wait_for_timeout(200)
        seen[field] = page.title()
    print("Chromium", browser.version, seen)
    browser.close()
assert seen == {"text": "nothing", "tick": "yes", "radio": "yes"}, "it goes by the standard now"
PY
