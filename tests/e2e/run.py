#!/usr/bin/python3
"""Runs the end-to-end tests against SECURESTACK_BINARY and writes their counts to the file that --counts names."""

import argparse
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--counts", type=Path, help="write 'passed failed skipped' here")
    options.add_argument("names", nargs="*", help="test modules; all by default")
    arguments = options.parse_args()
    sys.path.insert(0, str(HERE))
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames(arguments.names) if arguments.names else loader.discover(str(HERE))
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    failed, skipped = len(result.failures) + len(result.errors), len(result.skipped)
    if arguments.counts:
        arguments.counts.write_text(f"{result.testsRun - failed - skipped} {failed} {skipped}\n")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
