"""Proposals from a language model: ask, read the answer, keep both on record."""

from __future__ import annotations

import asyncio
import functools
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ge_tui.errors import NotReadyError
from ge_tui.genome import Genome, cut
from ge_tui.llm.answers import Child, Request, read_answer
from ge_tui.llm.answers import Refusal as Unreadable
from ge_tui.llm.asking import AIMED, Draws, Habits, draw_call
from ge_tui.llm.calls import NO_CHILD, CallRecord, Recorded, Recorder
from ge_tui.llm.no_room import RoomWatch
from ge_tui.llm.ollama import Answer, Call, FailureKind, LlmFailure, OnWait, OnWords, Options, Policy, PromptRoom
from ge_tui.llm.prompts import compose
from ge_tui.llm.prompts.catalogue import Catalogue
from ge_tui.llm.prompts.compose import Exemplar, Known, Prompt, Setting, Wish
from ge_tui.llm.prompts.wordings import drawn, reworded, used
from ge_tui.llm.proposer import Brief, Parent, Proposal, Refusal, RephraseOrder, Step, Story

_INSIGHT = re.compile(r"<insight>(.*?)</insight>", re.DOTALL | re.IGNORECASE)
_INSIGHT_MOST = 1000
_FLAPS = 5
"""So often may a server be away for one call though it is there when looked for; then the call is given up."""
_CALM_S = 2.0
"""Before asking such a server again; longer each time."""
_OVERFLOWS = {FailureKind.TRUNCATED_PROMPT, FailureKind.PROMPT_TOO_LONG}

Tell = Callable[..., None]
"""Called with a kind of event, an individual's number and what there is to say."""


class LlmStoppedError(NotReadyError):
    """No call can work until the user changes something; the run can be resumed."""


class Model(Protocol):
    """What answers calls: an Ollama server, or a recording."""

    async def generate(self, call: Call, on_words: OnWords) -> Answer | LlmFailure:
        """The answer, told word by word as it comes; a failure is a value."""
        ...

    async def wait_until_back(self, on_wait: OnWait) -> None:
        """Return when it can be asked again."""
        ...

    async def close(self) -> None:
        """Nothing is asked afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class Sampling:
    """What is the same for every call of a run to one model."""

    model: str
    options: Options
    """The seed, the temperature and top_p are each call's own."""
    think: bool | str | None
    keep_alive: str
    prompt_chars: int
    """The longest prompt that fits the window beside the answer, before the first call has told."""


class LlmProposer:
    """Asks a model under personas, reads what it says, and keeps every call on record before it is used."""

    asks = True

    def __init__(
        self,
        name: str,
        model: Model,
        samplings: Mapping[str, Sampling],
        setting: Setting,
        habits: Habits,
        recorder: Recorder,
        tell: Tell,
        *,
        lanes: int = 1,
    ) -> None:
        """`samplings` by the models' names. A replay is given those of the run it replays, in the same order:
        they are part of the draws."""
        self.name = name
        self.lanes = lanes
        self.models = tuple(samplings)
        self._model = model
        self._samplings = dict(samplings)
        self._rooms = {name: PromptRoom(one.options, one.prompt_chars) for name, one in samplings.items()}
        self._room_watch = RoomWatch()
        self._setting = setting
        self._habits = habits
        self._recorder = recorder
        self._tell = tell

    async def propose(self, brief: Brief) -> Proposal | Refusal:
        """One call for each operator of the brief; the second works on what the first made."""
        story = brief.story
        if story is None:
            raise ValueError("a language model needs a story")
        genome, steps, last = brief.parents[0].genome, list[Step](), None
        arguments: dict[str, int] = {}
        for number, operator in enumerate(brief.operators):
            draws = draw_call(operator, genome, brief, story, self._habits)
            if draws is None:
                continue
            made = await self._step(number, draws, genome, brief, story)
            if isinstance(made, Refusal):
                return made
            steps.append(Step(draws.operator, draws.category, made.segment or "", f"{draws.persona}: {draws.category}"))
            genome, last = cut(made.source, genome.names), draws
            if draws.insight is not None:
                arguments["insight"] = draws.insight.id
        if last is None:
            return Refusal("no_difference", "the parents do not differ in any segment")
        segments = {step.segment for step in steps}
        segment = segments.pop() if len(segments) == 1 else ""
        return Proposal(
            genome.source, tuple(steps), segment, arguments, last.persona, last.category, last.temperature, last.model
        )

    async def rephrase(self, order: RephraseOrder) -> CallRecord:
        """Ask for another wording of a passage; what came of it, which is for the caller to keep on record."""
        kept = self._recorder.rephrased(order.generation, order.version.ref)
        if kept is not None:
            return kept
        sampling = self._samplings[order.model]
        prompt = self._setting.catalogue.fill("rephrase", {"request": order.passage})
        options = replace(sampling.options, temperature=order.temperature, seed=order.seed, top_p=order.top_p)
        call = Call(sampling.model, "", prompt, options, sampling.think, sampling.keep_alive)
        self._tell("rephrasing", None, generation=order.generation, wording=order.version.ref)
        answer = await self._generate(call, None, lambda _kind, _text: None)
        asked = CallRecord(NO_CHILD, 0, 0, "rephrase", "rephrase", "", "", None, call.model, options.sent(), "", prompt)
        return _answered(asked, answer)

    async def close(self) -> None:
        """Nothing is asked afterwards."""
        await self._model.close()

    async def _step(self, step: int, draws: Draws, genome: Genome, brief: Brief, story: Story) -> Child | Refusal:
        """One call, from the prompt to a child's source."""
        where = (story.number, story.attempt, step)
        kept = self._recorder.recorded(*where)
        if kept is None:
            catalogue = reworded(self._setting.catalogue, drawn(story.wordings, draws.seed))
            room = self._rooms[draws.model]
            try:
                prompt = compose.fit(self._prompt(catalogue, draws, genome, brief, story), room.chars, room.most)
            except compose.PromptTooLongError as error:
                return Refusal(FailureKind.PROMPT_TOO_LONG, str(error))
            kept = await self._ask(
                where, draws, prompt, used(catalogue, prompt.template, draws.persona, draws.category)
            )
        if kept.failure is not None:
            return Refusal(kept.failure, kept.detail)
        request = Request(genome, draws.segment, draws.edits, brief.contract)
        answer = read_answer(_INSIGHT.sub("", kept.answer), request, finished=kept.finished)
        if isinstance(answer, Unreadable):
            self._recorder.read_as(*where, answer.reason)
            return Refusal(answer.reason, answer.detail)
        self._recorder.read_as(*where, answer.rung)
        self._keep_insight(draws, story.number, kept.answer)
        return answer

    async def _ask(
        self, where: tuple[int, int, int], draws: Draws, prompt: Prompt, wordings: tuple[str, ...]
    ) -> Recorded:
        """Send a call until it is answered or given up, and keep what came of it."""
        sampling = self._samplings[draws.model]
        options = replace(sampling.options, temperature=draws.temperature, seed=draws.seed, top_p=draws.top_p)
        call = Call(sampling.model, prompt.system, prompt.text, options, sampling.think, sampling.keep_alive)
        number = where[0]
        self._tell("asking", number, operator=draws.operator, persona=draws.persona, category=draws.category,
                   segment=draws.segment, temperature=draws.temperature, template=prompt.template)  # fmt: skip
        asked = replace(_asked(where, draws, prompt, call), wordings=wordings)
        self._recorder.begin(asked)
        answer = await self._generate(call, number, functools.partial(self._recorder.words, *where))
        record = _answered(asked, answer)
        self._recorder.record(record)
        self._learn_room(number, draws.model, call, answer)
        return Recorded(record.answer, record.finished, record.failure, record.detail)

    async def _generate(self, call: Call, number: int | None, on_words: OnWords) -> Answer | LlmFailure:
        """An answer, or a failure that this call ends with; a server that is away is waited for."""
        for away in itertools.count():
            await asyncio.sleep(max(0, away - 1) * _CALM_S)
            answer = await self._model.generate(call, on_words)
            if not isinstance(answer, LlmFailure) or answer.policy is not Policy.WAIT_FOR_SERVER or away == _FLAPS:
                break
            self._tell("llm_away", number, reason=answer.detail)
            await self._model.wait_until_back(lambda *_args: None)
            self._tell("llm_back", number)
        if isinstance(answer, LlmFailure) and answer.policy is Policy.STOP_RUN:
            raise LlmStoppedError(answer.detail)
        if no_room := self._room_watch.tell(call.model, answer):
            raise LlmStoppedError(no_room)
        return answer

    def _learn_room(self, number: int, model: str, call: Call, answer: Answer | LlmFailure) -> None:
        """What a call teaches of how long the next prompts may be."""
        room = self._rooms[model]
        if isinstance(answer, Answer):
            room.fitted(call.chars, answer.prompt_tokens)
        elif answer.kind in _OVERFLOWS:
            room.overflowed(call.chars)
            self._tell("prompt_cut", number, model=model, chars=call.chars, next_chars=room.chars, reason=answer.detail)

    def _prompt(self, catalogue: Catalogue, draws: Draws, genome: Genome, brief: Brief, story: Story) -> Prompt:
        setting = replace(self._setting, front=story.front, catalogue=catalogue)
        lessons = story.lessons.get(draws.segment or "", ())
        said = story.aim.instruction if draws.operator in AIMED else ""
        wish = Wish(draws.segment, draws.edits, draws.persona, draws.category, said, lessons)
        parent = replace(_known(brief.parents[0]), genome=genome)
        if draws.operator == "repair" and story.failure is not None:
            return compose.repair(setting, parent, story.failure.outcome, story.failure.reason, wish)
        if draws.operator == "crossover":
            return compose.crossover(setting, parent, _known(brief.parents[1]), wish)
        if draws.exemplar is not None:
            elite, segment = draws.exemplar
            known = draws.insight.text if draws.insight else ""
            exemplar = Exemplar(_known(elite), _known(story.seed), segment, known)
            return compose.evolution_of_thought(setting, parent, exemplar, wish)
        return compose.mutation(setting, parent, wish)

    def _keep_insight(self, draws: Draws, number: int, answer: str) -> None:
        found = _INSIGHT.search(answer)
        if found is not None and draws.exemplar is not None:
            elite, segment = draws.exemplar
            self._recorder.insight(number, elite.number, segment, found[1].strip()[:_INSIGHT_MOST])


def _known(parent: Parent) -> Known:
    return Known(parent.number, parent.genome, parent.metrics, parent.curve)


def _asked(where: tuple[int, int, int], draws: Draws, prompt: Prompt, call: Call) -> CallRecord:
    return CallRecord(
        *where, draws.operator, prompt.template, draws.persona, draws.category, draws.segment,
        call.model, call.options.sent(), call.system, call.prompt,
    )  # fmt: skip


def _answered(asked: CallRecord, answer: Answer | LlmFailure) -> CallRecord:
    if isinstance(answer, LlmFailure):
        return replace(asked, answer=answer.partial, failure=answer.kind, detail=answer.detail)
    return replace(
        asked,
        answer=answer.text,
        thinking=answer.thinking,
        finished=answer.finished,
        digest=answer.digest,
        server_version=answer.server_version,
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.completion_tokens,
        first_token_s=answer.first_token_s,
        load_s=answer.load_s,
        total_s=answer.total_s,
    )
