"""`python -m kb` is the `kb` command."""

from kb.app import main

main()
