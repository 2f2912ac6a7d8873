"""Settings of the documentation site. `make docs` builds it (scripts/build_docs.py); nothing is fetched, then or when it is read."""

from sphinx.ext.napoleon.docstring import NumpyDocstring

from nof1 import __version__

project = "nof1"
author = "the nof1 maintainers"
version = release = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
exclude_patterns = ["README.md"]  # included in index.md
highlight_language = "none"

# Notebooks are shown with the outputs that they were kept with.
nb_execution_mode = "off"
nb_merge_streams = True
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
napoleon_google_docstring = False
napoleon_use_ivar = False
napoleon_use_rtype = False


def _as_sentences(parse):
    """Napoleon takes what stands before a colon for a property's type, and leaves its sections as they are; ours are sentences."""

    def parsed(self):
        self._what = "method" if self._what == "property" else self._what
        parse(self)

    return parsed


NumpyDocstring._parse = _as_sentences(NumpyDocstring._parse)

html_theme = "furo"
html_title = "nof1"
html_copy_source = False
html_show_sourcelink = False
# No web fonts: a reader's own.
html_theme_options = {
    "light_css_variables": {"font-stack": "system-ui, sans-serif", "font-stack--monospace": "ui-monospace, monospace"},
}
