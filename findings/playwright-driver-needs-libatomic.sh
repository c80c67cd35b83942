#!/usr/bin/env bash
# playwright 1.65.2 for Python, wheel for Linux x86-64: it is said to bring all that its driver
# needs, a Node.js of its own, and browsers are said to be the only thing that wants libraries of the
# system. But that Node.js is linked against libatomic.so.1, which a bare Debian or Ubuntu has not
# (it comes with gcc, or as the package libatomic1). There `python -m playwright --version` ends with
# the loader's message and code 127, and from the API it reads as "Connection closed while reading
# from the driver": also with a browser of the system, and in `playwright install --with-deps`, which
# would have installed libraries.
#
# Seen: NEEDED names libatomic.so.1.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/python" -m pip --disable-pip-version-check --quiet download --no-deps \
  --only-binary=:all: --platform manylinux1_x86_64 --python-version 3.13 \
  --dest "$place" playwright==1.65.2
"$place/venv/bin/python" - "$place" <<'PY'
import pathlib, struct, sys, zipfile

(wheel,) = pathlib.Path(sys.argv[1]).glob("*.whl")
elf = zipfile.ZipFile(wheel).read("playwright/driver/node")
assert elf[:5] == b"\x7fELF\x02"
offset, size, count = (struct.unpack_from("<Q", elf, 32)[0], *struct.unpack_from("<HH", elf, 54))
heads = [struct.unpack_from("<IIQQQQQQ", elf, offset + size * n) for n in range(count)]
place = lambda address: next(
    address - head[3] + head[2] for head in heads if head[0] == 1 and head[3] <= address < head[3] + head[5]
)
start, length = next((head[2], head[5]) for head in heads if head[0] == 2)
entries = [struct.unpack_from("<QQ", elf, start + at) for at in range(0, length, 16)]
names = place(next(value for tag, value in entries if tag == 5))
needed = [elf[names + value : elf.index(b"\0", names + value)].decode() for tag, value in entries if tag == 1]
print(wheel.name, "needs", *needed)
assert "libatomic.so.1" in needed, "the driver no longer needs it"
PY
