"""`python -m ge_tui` is `ge-tui`."""

from ge_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
