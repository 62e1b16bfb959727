"""An Ollama server of our own that keeps to Ollama's protocol and goes wrong on command.

In tests: `async with FakeOllama(script) as server: ... server.url`. For demos, from the repository's root:
`python -m tests.llm.ollama.server --port 11500 --script FILE` (the file: see `script.read_script`), then
`OLLAMA_HOST=127.0.0.1:11500 ge-tui run --llm ollama:coder:7b`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from .generation import Engine, Generation
from .http_server import Exchange, HttpServer
from .memory import Memory, seconds
from .script import Model, Script, read_script

_NUMBERS = {
    "num_ctx": "int", "num_predict": "int", "seed": "int", "top_k": "int", "num_gpu": "int",
    "temperature": "float32", "top_p": "float32", "min_p": "float32", "repeat_penalty": "float32",
}  # fmt: skip
_THINK = {True, False, "low", "medium", "high", "max"}
_STAMP = "2026-11-22T06:24:18.093825867Z"


class RefusedError(Exception):
    """A status and the body that Ollama gives with it."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status, self.error = status, error


class FakeOllama:
    """One server. `exchanges` tells what was asked, when, and who hung up; `memory` what is loaded."""

    def __init__(self, script: Script | None = None, engine: Engine | None = None) -> None:
        self.script = script or Script()
        self.memory = Memory(self.script, engine)
        self._engine = engine
        self._http = HttpServer(self._answer)
        self._routes: dict[tuple[str, str], Callable[[Exchange], Any]] = {
            ("GET", "/"): lambda exchange: exchange.text(200, "Ollama is running"),
            ("HEAD", "/"): lambda exchange: exchange.text(200, ""),
            ("GET", "/api/version"): lambda exchange: exchange.json(200, {"version": self.script.version}),
            ("GET", "/api/tags"): self._tags,
            ("GET", "/api/ps"): self._ps,
            ("POST", "/api/show"): self._show,
            ("POST", "/api/generate"): self._generate,
            ("POST", "/api/chat"): self._generate,
            ("POST", "/api/pull"): self._pull,
            ("DELETE", "/api/delete"): self._delete,
        }

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def listen(self, port: int = 0) -> None:
        """Begin, or come back on the same port."""
        await self._http.listen(port)

    async def close(self) -> None:
        """Go away: nothing listens any more, and every open call breaks."""
        await self._http.close()
        self.memory.forget()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.port}"

    @property
    def exchanges(self) -> list[Exchange]:
        return self._http.exchanges

    def asked(self, path: str = "/api/generate") -> list[dict[str, Any]]:
        """The bodies of all requests to a path."""
        return [json.loads(exchange.content) for exchange in self.exchanges if exchange.path == path]

    async def _answer(self, exchange: Exchange) -> None:
        route = self._routes.get((exchange.method, exchange.path))
        try:
            if route is None:
                known = any(path == exchange.path for _, path in self._routes)
                return exchange.text(*((405, "405 method not allowed") if known else (404, "404 page not found")))
            done = route(exchange)
            if asyncio.iscoroutine(done):
                await done
        except RefusedError as refused:
            exchange.json(refused.status, {"error": refused.error})
        return None

    # --------------------------------------------------------------------------------------------------- models

    def _tags(self, exchange: Exchange) -> None:
        listed = [
            {
                "name": model.name,
                "model": model.name,
                "modified_at": _STAMP,
                "size": model.size,
                "digest": model.digest,
                "details": model.details() | {"context_length": model.context_length},
                "capabilities": list(model.capabilities),
            }
            for model in self.script.models
        ]
        exchange.json(200, {"models": listed})

    def _ps(self, exchange: Exchange) -> None:
        exchange.json(200, {"models": self.memory.listed()})

    def _show(self, exchange: Exchange) -> None:
        name = str(_body(exchange).get("model", ""))
        if not name:
            raise RefusedError(400, "model is required")
        model = self._model(name, name if ":" in name else f"{name}:latest")
        shown = {
            "license": "", "modelfile": "", "template": "", "parameters": "temperature 0.7",
            "details": model.details(), "model_info": model.info(), "tensors": [],
            "capabilities": list(model.capabilities), "modified_at": _STAMP,
        }  # fmt: skip
        exchange.json(200, shown)

    def _model(self, name: str, shown: str) -> Model:
        full = name if ":" in name else f"{name}:latest"
        for model in self.script.models:
            if model.name == full:
                return model
        raise RefusedError(404, f"model '{shown}' not found")

    def _delete(self, exchange: Exchange) -> None:
        name = str(_body(exchange).get("model", ""))
        self.script.models.remove(self._model(name, name))
        exchange.whole(200, b"", "application/json")

    async def _pull(self, exchange: Exchange) -> None:
        name = str(_body(exchange).get("model", ""))
        exchange.begin()

        async def report(**values: object) -> None:
            await exchange.send(json.dumps(values).encode() + b"\n")

        await report(status="pulling manifest")
        if name not in self.script.library:
            return await report(error="pull model manifest: file does not exist")
        total = self.script.library[name]
        layers = {"sha256:229ddd652b33": total - 500, "sha256:aabbccddeeff": 500}
        for digest, size in layers.items():
            status = f"pulling {digest[7:]}"
            await report(status=status, digest=digest, total=size)
            await report(status=status, digest=digest, total=size, completed=int(size * 0.96))
            if self.script.pull_fault == "hang":
                await asyncio.sleep(3600)
            if self.script.pull_fault == "drop":
                return exchange.drop()
            if self.script.pull_fault == "end":
                return None
        await report(status="verifying sha256 digest")
        await report(status="writing manifest")
        self.script.models.insert(0, Model(name))
        return await report(status="success")

    # ----------------------------------------------------------------------------------------------- generating

    async def _generate(self, exchange: Exchange) -> None:
        body = _body(exchange)
        chat = exchange.path == "/api/chat"
        name = str(body.get("model", ""))
        if chat and not name:
            raise RefusedError(400, "model is required")
        model = self._model(name, name)
        _check(body, model)
        messages = body.get("messages") or []
        words = "\n".join(str(m.get("content", "")) for m in messages) if chat else _words(body)
        generation = Generation(exchange, body, model, words, chat=chat)
        if not (messages if chat else body.get("prompt")):
            return await self._empty(generation)
        rule = None if self._engine else next(r for r in self.script.rules if r.takes(name, words))
        async with self.memory.slot(model):
            load_s = await self.memory.load(model, body)
            if self._engine is not None:
                await generation.run_engine(self._engine, load_s)
            else:
                assert rule is not None
                await generation.run(rule.reply(body), load_s, strict=self.script.strict)
        self.memory.used(model, body)
        return None

    async def _empty(self, generation: Generation) -> None:
        """Without a prompt the call only loads the model, or with keep_alive 0 lets go of it."""
        if seconds(generation.body.get("keep_alive", "5m")) == 0:
            self.memory.let_go(generation.model)
            return await generation.alone("unload")
        await self.memory.load(generation.model, generation.body)
        self.memory.used(generation.model, generation.body)
        return await generation.alone("load")


def _words(body: dict[str, Any]) -> str:
    return "\n".join(str(body[key]) for key in ("system", "prompt") if body.get(key))


def _body(exchange: Exchange) -> dict[str, Any]:
    if not exchange.content:
        raise RefusedError(400, "missing request body")
    try:
        found = json.loads(exchange.content)
    except ValueError as error:
        raise RefusedError(400, str(error)) from None
    if not isinstance(found, dict):
        raise RefusedError(400, "json: cannot unmarshal array into Go value of type api.GenerateRequest")
    return found


def _check(body: dict[str, Any], model: Model) -> None:
    for name, value in (body.get("options") or {}).items():
        kind = _NUMBERS.get(name)
        if kind and (not isinstance(value, int | float) or isinstance(value, bool)):
            raise RefusedError(500, f'option "{name}" must be of type {"integer" if kind == "int" else kind}')
    think = body.get("think")
    if think is not None and think not in _THINK:
        words = '(must be "high", "medium", "low", "max", true, or false)'
        raise RefusedError(400, f'invalid think value: "{think}" {words}')
    if think and "thinking" not in model.capabilities:
        raise RefusedError(400, f'"{body["model"]}" does not support thinking')
    if "keep_alive" in body:
        try:
            seconds(body["keep_alive"])
        except ValueError as error:
            raise RefusedError(400, str(error)) from None


async def _serve(port: int, script: Script) -> None:
    server = FakeOllama(script)
    await server.listen(port)
    print(f"an Ollama server of our own at {server.url}: {', '.join(m.name for m in script.models)}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=11500)
    parser.add_argument("--script", type=Path, help="what it has and says, as JSON")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(given.port, read_script(given.script) if given.script else Script()))


if __name__ == "__main__":
    main()
