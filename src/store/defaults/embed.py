#!/usr/bin/env python3
"""embed.py OUT.c FILE.json...: the files as C texts, `const char defaults_NAME[]`."""

import os
import sys


def literal(text):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return '\t"' + quoted + '\\n"'


def main():
    out, files = sys.argv[1], sys.argv[2:]
    with open(out, "w", encoding="utf-8") as c:
        c.write('#include "store/defaults.h"\n')
        for path in files:
            name = os.path.splitext(os.path.basename(path))[0]
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
            c.write(f"\nconst char defaults_{name}[] =\n")
            c.write("\n".join(literal(line.strip()) for line in lines) + ";\n")


main()
