"""The words of the screens in other languages, without the gettext programs: a bare machine has none.

English stands in the source. Each other language has two catalogues in `locale/`: `django` for Python and templates,
`djangojs` for scripts. Both the text (.po) and what Django reads (.mo) are kept in the repository; `make words` brings
them up to date, and tests/test_languages.py fails while they are not. Only the words of this product are in them:
those of Django and allauth come with these.
"""
