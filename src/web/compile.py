#!/usr/bin/env python3
"""Writes templates, messages and static files as C: compile.py OUT.c FILE..."""
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


def properties(path, data):
    """The lines KEY=TEXT of a file, by key; a key that comes twice is a mistake."""
    found = {}
    for number, line in enumerate(data.split(b'\n'), 1):
        key, equals, text = line.partition(b'=')
        if not line.strip() or line.startswith(b'#'):
            continue
        if not equals or not key or not text or key in found:
            sys.exit('%s:%d: not one new key=text' % (path, number))
        found[key] = text
    return found


def messages(path, data):
    lines = ['\t{ "%s", STR_INIT(\n%s) },' % (key.decode(), literal(text).replace('\\n"', '"'))
             for key, text in sorted(properties(path, data).items())]
    return '\n'.join(lines)


def main():
    out, files = sys.argv[1], sys.argv[2:]
    templates, statics, languages = [], [], []
    for path in files:
        name, ending = os.path.splitext(os.path.basename(path))
        data = open(path, 'rb').read().rstrip(b'\n')
        if ending == '.html':
            templates.append('\t{ "%s", STR_INIT(\n%s) },' % (name, literal(data)))
        elif ending == '.properties':
            languages.append((name, messages(path, data)))
        else:
            statics.append('\t{ "%s%s", "%s", STR_INIT(\n%s) },' % (name, ending, TYPES[ending], literal(data)))
    with open(out, 'w') as f:
        f.write('#include "web/compiled.h"\n\n#include "base/tables.h"\n\n')
        f.write('const struct compiled_template compiled_templates[] = {\n%s\n};\n' % '\n'.join(templates))
        f.write('const size_t compiled_templates_n = ARRAY_LENGTH(compiled_templates);\n')
        f.write('const struct pages_file compiled_files[] = {\n%s\n};\n' % '\n'.join(statics))
        f.write('const size_t compiled_files_n = ARRAY_LENGTH(compiled_files);\n')
        for name, lines in languages:
            f.write('static const struct compiled_message messages_%s[] = {\n%s\n};\n' % (name, lines))
        f.write('const struct messages compiled_languages[] = {\n')
        for name, _ in languages:
            f.write('\t{ "%s", messages_%s, ARRAY_LENGTH(messages_%s) },\n' % (name, name, name))
        f.write('};\nconst size_t compiled_languages_n = ARRAY_LENGTH(compiled_languages);\n')


main()
