"""The first steps of README.md and README.fr.md, as they stand but for the port."""

import re
import subprocess
import unittest
from pathlib import Path

from support.instance import Instance, clean_environment, scratch

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "http://localhost:8000"
# An answer of 400 and above ends the script, where a reader would see it and stop.
# Each answer is a line, as a prompt makes it one.
PRELUDE = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@" && echo; }\n'


def first_steps(readme: str) -> str:
    blocks = re.findall(r"^```sh\n(.*?)^```$", (ROOT / readme).read_text(), re.MULTILINE | re.DOTALL)
    first = next(i for i, block in enumerate(blocks) if f"{ADDRESS}/api/auth/register" in block)
    return "".join(blocks[first:])


class Readme(unittest.TestCase):
    def run_first_steps(self, readme: str) -> None:
        steps = first_steps(readme)
        with scratch() as directory:
            app = Instance(Path(directory) / "data").start()
            self.addCleanup(app.kill)
            done = subprocess.run(["bash", "-c", PRELUDE + steps.replace(ADDRESS, app.base)], env=clean_environment(),
                                  text=True, capture_output=True, timeout=60, check=False)
            app.stop()

        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        promised = re.findall(r"^# → (.*)$", steps, re.MULTILINE)
        self.assertGreater(len(promised), 4)
        self.assertEqual([line for line in done.stdout.splitlines() if line in promised], promised, done.stdout)

    def test_first_steps(self):
        self.run_first_steps("README.md")

    def test_premiers_pas(self):
        self.run_first_steps("README.fr.md")

    def test_both_languages_do_the_same(self):
        def words(readme: str) -> list[str]:
            return re.findall(r"\$BASE/\S+|curl|jq|PATCH|POST", first_steps(readme))

        self.assertEqual(words("README.fr.md"), words("README.md"))


if __name__ == "__main__":
    unittest.main()
