"""Calls an application in-process, over ASGI."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI

ADDRESS = "http://127.0.0.1:8501"


class Caller:
    """Calls an application from a test, one request after the other."""

    def __init__(self, app: FastAPI, runner: asyncio.Runner):
        self.app = app
        self._runner = runner

    def __call__(self, method: str, path: str, **sent: Any) -> httpx.Response:
        return self._runner.run(self.later(method, path, **sent))

    async def later(self, method: str, path: str, **sent: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            return await client.request(method, path, **sent)

    def run(self, work: Any) -> Any:
        return self._runner.run(work)

    def get(self, path: str, **sent: Any) -> httpx.Response:
        return self("GET", path, **sent)

    def post(self, path: str, content: Any, **sent: Any) -> httpx.Response:
        return self("POST", path, json=content, **sent)

    def put(self, path: str, content: Any, **sent: Any) -> httpx.Response:
        return self("PUT", path, json=content, **sent)
