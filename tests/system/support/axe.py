"""Whether a page can be used by everybody: axe-core in the browser at hand."""

import pathlib

import axe_core_python


def axe(chromium):
    """What axe-core finds wrong with the page."""
    script = pathlib.Path(axe_core_python.__file__).parent / "axe.min.js"
    chromium.execute_script(script.read_text())
    return chromium.execute_async_script(
        "var done = arguments[arguments.length - 1];"
        "axe.run(document).then(function (r) { done(r.violations.map(function (v) {"
        " return v.id + ': ' + v.nodes.map(function (n) { return n.html }).join(' ') })) })")
