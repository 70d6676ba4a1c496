"""The shipped unit of systemd: what it lets the service reach.

Usage: deploy.py ROOT. Without systemd-analyze only the text is looked at, and that is said.
"""

import pathlib
import re
import shutil
import subprocess
import sys

EXPOSURE_MAX = 3.0  # systemd calls up to 4 "OK", from 0 for nothing to 10 for everything.


def exposure(unit):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],
                          capture_output=True, text=True, timeout=60)
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    return float(found[1])


def main():
    unit = pathlib.Path(sys.argv[1]) / "deploy/systemd/stentor.service"
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE))
    # Port 443 without root, and nothing else that root may do.
    assert settings.get("AmbientCapabilities") == "CAP_NET_BIND_SERVICE", settings
    assert settings.get("CapabilityBoundingSet") == "CAP_NET_BIND_SERVICE", settings
    assert settings.get("User", "") not in ("", "root"), settings
    if shutil.which("systemd-analyze") is None:
        print("*** NOT CHECKED: how much the unit reaches, systemd-analyze is not installed ***")
        return
    level = exposure(unit)
    print(f"ok: exposure {level}")
    assert level < EXPOSURE_MAX, level


if __name__ == "__main__":
    main()
