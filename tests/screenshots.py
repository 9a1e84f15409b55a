"""Takes the README's pictures of a fresh demonstration; `make screenshots` runs it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).parent / "pictures"
PASSWORD = "mot cau de nho 2026"
SHOTS = (
    ("canbo", "/", "today.png"),
    ("lanhdao", "/reports/resolution?place=xa-minh-hoa-hu-cau", "report.png"),
)
"""Who looks at which page, and the name of the picture."""


def main() -> None:
    """Serve a demonstration of its own, photograph it, and leave nothing behind."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as instance:
        port = _free_port()
        environment = os.environ | {
            "TRACKER_INSTANCE": instance,
            "TRACKER_DEMO_PASSWORD": PASSWORD,
        }
        server = subprocess.Popen(
            [Path(sys.executable).parent / "tracker", "demo", "--no-browser", "--port", str(port)],
            env=environment,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}")
            _photograph(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def _photograph(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for username, path, name in SHOTS:
            page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
            page.goto(f"{address}/sign-in")
            page.locator("#username").fill(username)
            page.locator("#password").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{address}/")
            page.goto(address + path)
            page.screenshot(path=PICTURES / name)
        browser.close()


def _wait_for(address: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/healthz").close()
            return
        except urllib.error.URLError:
            time.sleep(0.5)
    raise SystemExit("The demonstration did not start.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
