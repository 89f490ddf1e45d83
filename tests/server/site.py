"""One run of a whole server: store, engine, live feed and port."""

from typing import Any

import httpx
from tests.pipeline.building import FailingStore
from tests.server.watching import WAIT_S, Watcher

from wardline.pipeline.clock import WallClock
from wardline.pipeline.host import EngineHost, HostLimits
from wardline.pipeline.loop import LoopLimits
from wardline.server.app import create_app
from wardline.server.run import RunningServer
from wardline.server.settings import ServerSettings
from wardline.stores.relational.store import RelationalStore

TOKEN = "canary-token-7f3a"


def now() -> int:
    return WallClock().now_ms()


class Site:
    """One run of a server: store, engine and port."""

    def __init__(self, url: str, **settings: Any):
        self.store = FailingStore(RelationalStore(url))
        self.host = EngineHost(self.store, limits=HostLimits(loop=LoopLimits(retry_s=0.01)))
        self.host.start()
        chosen = ServerSettings(port=0, **settings)
        self.app = create_app(self.host, chosen)
        self.server = RunningServer(self.app, chosen)
        self.port = self.server.port
        token = {"Authorization": f"Bearer {TOKEN}"} if settings else {}
        self.client = httpx.Client(base_url=self.server.url, headers=token, trust_env=False)

    def watch(self, **headers: str) -> Watcher:
        return Watcher(self.port, **headers)

    def post(self, patient: str = "p", at: int | None = None, **values: Any) -> int:
        """Send one reading; gives its time."""
        at = now() if at is None else at
        sent = {"patient_id": patient, "timestamp": at, **(values or {"heart_rate": 80})}
        answer = self.client.post("/api/v1/readings", json=sent, timeout=WAIT_S)
        assert answer.status_code == 200, answer.text
        assert answer.json()["accepted"] == 1
        return at

    def alarm(self, patient: str = "p") -> None:
        """Find two transitions at once: a limit is reached, and left."""
        self.post(patient, spo2=70)
        self.post(patient, spo2=97)

    def stored(self) -> list[tuple[str, int]]:
        rows = self.client.get("/api/v1/transitions?limit=1000").json()["rows"]
        return sorted((row["patient_id"], row["seq"]) for row in rows)

    def stop(self) -> None:
        self.client.close()
        self.server.stop()
        self.store.commits_fail = self.store.reads_fail = False
        self.host.stop()
        self.store.close()
