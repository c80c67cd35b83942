#!/usr/bin/env bash
# openpyxl 3.1.5: reading a workbook takes the letters "x005F_" out of every shared text, wherever they
# stand ("Part x005F_7" becomes "Part 7"), because it undoes the format's escape of an underscore
# without looking for the underscore before it. What the format does escape, a line end as
# _x000D_, stays as letters; so the text "_x000D_" (which Excel writes as _x005F_x000D_) and a line
# end read the same, and no reader behind it can tell them apart.
#
# Seen: three texts of one sheet, each with what was read of it.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/python" -m pip --disable-pip-version-check --quiet install openpyxl==3.1.5
"$place/venv/bin/python" - "$place" <<'PY'
import re
import sys
import zipfile

import openpyxl

texts = ["Part x005F_7", "a_x000D_b", "a_x005F_x000D_b"]
plain, shared = (f"{sys.argv[1]}/{name}.xlsx" for name in ("plain", "shared"))
book = openpyxl.Workbook()
for text in texts:
    book.active.append([text])
book.save(plain)

# The same workbook with its texts in the table of shared ones, as Excel saves them.
table = "".join(f"<si><t>{text}</t></si>" for text in texts)
main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
with zipfile.ZipFile(plain) as old, zipfile.ZipFile(shared, "w") as new:
    for name in old.namelist():
        part = old.read(name).decode("utf-8")
        if name == "[Content_Types].xml" and "sharedStrings" not in part:
            part = part.replace("</Types>", override)
        if name.startswith("xl/worksheets/sheet"):
            nth = iter(range(len(texts)))
            part = re.sub(
                r'<c r="(\w+)" t="\w+"><(?:is|v)>.*?</(?:is|v)></c>',
                lambda cell: f'<c r="{cell[1]}" t="s"><v>{next(nth)}</v></c>',
                part,
            )
        if name != "xl/sharedStrings.xml":
            new.writestr(name, part)
    new.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{table}</sst>')

sheet = openpyxl.load_workbook(shared).active
read = [row[0] for row in sheet.iter_rows(values_only=True)]
for text, found in zip(texts, read, strict=True):
    print(repr(text), "is read as", repr(found))
assert read == ["Part 7", "a_x000D_b", "a_x000D_b"], "openpyxl now reads these escapes otherwise"
PY
