"""The emulator process: `python -m local.emulator`, started by `local.process`."""

from local.emulator import additions, server


def main() -> None:
    """Installs the additions and serves."""
    additions.install()
    server.run()


if __name__ == "__main__":
    main()
