#!/usr/bin/env python3
"""embed.py OUT.c HEADER PREFIX FILE.json...: the files as C texts, `const char PREFIX_NAME[]`."""

import os
import sys


def literal(text):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return '\t"' + quoted + '\\n"'


def main():
    out, header, prefix, files = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    with open(out, "w", encoding="utf-8") as c:
        c.write(f'#include "{header}"\n')
        for path in files:
            name = os.path.splitext(os.path.basename(path))[0]
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
            c.write(f"\nconst char {prefix}_{name}[] =\n")
            c.write("\n".join(literal(line.strip()) for line in lines) + ";\n")


main()
