"""Makes the protocol as it is now the released one, unless callers of the last could not go on: release.py VERSION."""

import argparse
import sys

import interface
import protocol
from compatibility import breaking_changes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", help="of the release, e.g. 1.1")
    version = parser.parse_args().version
    current = interface.of_descriptors(protocol.compiled(), protocol.PACKAGE)
    if protocol.RELEASED.exists():
        broken = breaking_changes(interface.parsed(protocol.RELEASED.read_text()), current)
        if broken:
            print(*broken, "nothing was released: see Protos/README.md", sep="\n", file=sys.stderr)
            return 1
    header = f"# What callers of release {version} rely on. Written by Protos/release.sh; do not edit."
    protocol.RELEASED.write_text(f"{header}\n\n{interface.text(current)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
