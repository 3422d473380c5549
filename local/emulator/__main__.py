"""The emulator process: `python -m local.emulator`, started by `local.process`."""

import sys

from local.emulator import additions, server


def main() -> None:
    """Installs the additions and serves."""
    additions.install()
    server.run(stop_with_parent="--stop-with-parent" in sys.argv[1:])


if __name__ == "__main__":
    main()
