"""Chromium as a person would use it: found, installed where it may be, and driven by playwright."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from dev import npm

AXE = npm.Package("axe-core", "4.14.1", "axe-core 4.14.1, which looks for barriers in pages (once)")
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_SECONDS = 600
MISSING = (
    "no Chromium on this machine (as root on Debian, `./run test` installs it; "
    "elsewhere install one so that `chromium` is on the PATH)"
)
# What a browser fetches for itself would pass for something that our pages ask of another host.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--font-render-hinting=none",
    "--lang=en-GB",
)


def program() -> str | None:
    """Give where this machine's Chromium is; None where it has none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def install(progress: Callable[[str], None] = print) -> str | None:
    """Install Chromium where it is missing and we may: on Debian, as root. None where it cannot be had."""
    apt = shutil.which("apt-get")
    if program() is None and apt is not None and os.geteuid() == 0:
        progress("Installing Chromium from Debian (once, about half a minute) ...")
        _has_installed(apt) or (_ended_well(apt, "update") and _has_installed(apt))
    return program()


def axe(progress: Callable[[str], None] = print) -> Path:
    """Give the script of axe-core, installed from npm where it is missing; raises InstallationError."""
    _, place = npm.install(AXE, progress)
    return place / "axe.min.js"


@asynccontextmanager
async def running(chromium: str) -> AsyncIterator[Browser]:
    """Run this Chromium, without a window, while the block runs."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


def _has_installed(apt: str) -> bool:
    return _ended_well(apt, "install", "--yes", "--no-install-recommends", "chromium")


def _ended_well(*command: str) -> bool:
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
