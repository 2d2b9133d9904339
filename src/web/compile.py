#!/usr/bin/env python3
"""Writes templates and static files as C: compile.py OUT.c FILE..."""
import os
import sys

TYPES = {'.css': 'text/css;charset=utf-8', '.js': 'text/javascript;charset=utf-8',
         '.svg': 'image/svg+xml', '.ico': 'image/x-icon'}


def literal(data):
    lines = []
    for line in data.split(b'\n'):
        text = ''.join(chr(c) if 32 <= c < 127 and c not in b'"\\?' else '\\%03o' % c for c in line)
        lines.append('\t"%s\\n"' % text)
    return '\n'.join(lines)


def main():
    out, files = sys.argv[1], sys.argv[2:]
    templates, statics = [], []
    for path in files:
        name, ending = os.path.splitext(os.path.basename(path))
        data = open(path, 'rb').read().rstrip(b'\n')
        if ending == '.html':
            templates.append('\t{ "%s", STR_INIT(\n%s) },' % (name, literal(data)))
        else:
            statics.append('\t{ "%s%s", "%s", STR_INIT(\n%s) },' % (name, ending, TYPES[ending], literal(data)))
    with open(out, 'w') as f:
        f.write('#include "web/compiled.h"\n\n#include "base/tables.h"\n\n')
        f.write('const struct compiled_template compiled_templates[] = {\n%s\n};\n' % '\n'.join(templates))
        f.write('const size_t compiled_templates_n = ARRAY_LENGTH(compiled_templates);\n')
        f.write('const struct pages_file compiled_files[] = {\n%s\n};\n' % '\n'.join(statics))
        f.write('const size_t compiled_files_n = ARRAY_LENGTH(compiled_files);\n')


main()
