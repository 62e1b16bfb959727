"""Every setting there is: its name, type, default, range and meaning. Nothing else repeats them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

Weight = Annotated[float, Field(ge=0, le=1000)]
Probability = Annotated[float, Field(ge=0, le=1)]

MONTH_S = 30 * 24 * 3600

PERSONAS = ("expert", "mad_scientist", "magoo", "engineer")
CATEGORIES = ("params", "params_unusual", "complex", "reduce_params", "unusual", "significant")
LLM_OPERATORS = ("mutate", "eot", "crossover")
"""What an LLM may be asked to do with a parent."""
BANDS = tuple(f"{tenth / 10:.1f}-{(tenth + 1) / 10:.1f}" for tenth in range(9))
"""Every band of temperatures that an operator can reach."""

MOVED: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("search", "population"): ("controls", "population"),
    ("evaluation", "slots"): ("controls", "slots"),
    ("ollama", "top_p"): ("controls", "top_p"),
    ("ollama", "repairs"): ("controls", "repairs"),
}
"""What were fixed settings once and are controls now: older runs and files name their former places."""

Chooser = Literal["manual", "assist", "auto"]


class Group(BaseModel):
    """A group of settings: frozen, unknown names refused, finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_what_passes_for_another_kind(cls, value: Any, info: ValidationInfo) -> Any:
        """`true` is no number, and bytes that are no text (a file's name may be such) can be stored nowhere."""
        kind = cls.model_fields[info.field_name or ""].annotation
        given = value.values() if isinstance(value, dict) and get_origin(kind) is dict else [value]
        if (kind in (int, float) or get_origin(kind) is dict) and any(isinstance(item, bool) for item in given):
            raise ValueError("a number")
        if isinstance(value, str) and not value.isascii() and value.encode(errors="ignore").decode() != value:
            raise ValueError("text in Unicode")
        return value


def _equal_weights(names: tuple[str, ...]) -> dict[str, float]:
    return dict.fromkeys(names, 1.0)


def _mode(kind: str, manual: str, addition: str = "") -> Any:
    text = f"who chooses the {kind}: {manual} (manual), what worked so far (auto), or half and half (assist){addition}"
    return Field("manual", description=text)


def _locked(kind: str) -> Any:
    text = f"the one {kind} to use, whatever the weights; empty: none"
    return Field("", json_schema_extra={"default_in_words": "none"}, description=text)


def _share(kind: str) -> Any:
    return Field(
        default_factory=dict,
        json_schema_extra={"names": f"each {kind}", "default_in_words": "none"},
        description=f"what the program draws the {kind} by in assist and auto; it sets this itself",
    )


class Controls(Group):
    """What can be changed while a run runs; each change is on record, and each individual knows what was in force."""

    pause: bool = Field(False, description="hold back new proposals and evaluations; what runs is finished")
    steps: int = Field(
        0, ge=0, le=1000, description="while paused, make so many more children all the same, to their end; counts down"
    )
    stop: Literal["no", "generation", "now"] = Field(
        "no",
        description="end the run: after this generation, or now (work under way is done again on resume)",
    )
    population: int = Field(
        12, ge=1, le=1000, description="slots for children in each generation; a change holds from the next one"
    )
    slots: int = Field(
        0,
        ge=0,
        le=64,
        json_schema_extra={"zero_in_words": "automatic"},
        description="trainings at once; 0: one a GPU, or one a core without a GPU; where they become fewer, those "
        "under way are finished",
    )
    temperature: float = Field(
        1.0,
        ge=0,
        le=2,
        description="how bold proposals are: 1 is as designed, 0 the mildest, 2 the boldest",
    )
    temperature_spread: Probability = Field(
        1.0, description="how much of an operator's range of temperatures an LLM is asked with: 0 is its middle alone"
    )
    top_p: Probability = Field(
        0.0,
        json_schema_extra={"zero_in_words": "the model's own"},
        description="nucleus sampling: a token is drawn from the likeliest that come to so much together; 0: the "
        "model's own",
    )
    crossover_probability: Probability = Field(0.35, description="for each pair of neighbouring slots")
    mutation_probability: Probability = Field(0.8, description="for each slot, after crossover")
    eot_probability: Probability = Field(
        0.25, description="that a mutation by an LLM is an Evolution of Thought: reflect on what helped, then apply it"
    )
    rephrase_probability: Probability = Field(
        0.0,
        description="that, once a generation, an LLM is asked to reword one of its own prompts; the new wording "
        "competes with the old and goes if it does no better",
    )
    repairs: int = Field(
        2, ge=0, le=20, description="times a child that fails its checks goes back to the LLM with the error"
    )
    persona: dict[str, Weight] = Field(
        default_factory=lambda: _equal_weights(PERSONAS),
        description="how often an LLM is asked in each role, relative to the others; offline operators have no role",
    )
    category: dict[str, Weight] = Field(
        default_factory=lambda: _equal_weights(CATEGORIES),
        description="how often an LLM is asked for each kind of change, relative to the others",
    )
    model: dict[str, Weight] = Field(
        default_factory=dict,
        json_schema_extra={"names": "each model of the run"},
        description="how often each model of the run is asked, relative to the others (1 where not named, 0 is off)",
    )
    aim_segment: str = Field(
        "", description="the segment that every mutation by an LLM is to change; empty: drawn for each"
    )
    aim_instruction: str = Field(
        "",
        max_length=4000,
        description="what mutations by an LLM are asked for besides, in your own words; empty: nothing",
    )
    operator: dict[str, Weight] = Field(
        default_factory=dict,
        description="how often each offline operator is drawn, relative to the others (1 where not named, 0 is off)",
    )
    persona_mode: Chooser = _mode("persona", "your weights")
    persona_locked: str = _locked("persona")
    persona_share: dict[str, Weight] = _share("persona")
    category_mode: Chooser = _mode("category", "your weights")
    category_locked: str = _locked("category")
    category_share: dict[str, Weight] = _share("category")
    model_mode: Chooser = _mode("model", "your weights")
    model_locked: str = _locked("model")
    model_share: dict[str, Weight] = _share("model")
    llm_operator_mode: Chooser = _mode(
        "operator of an LLM (mutate, eot or crossover)",
        "crossover_probability and eot_probability",
        "; not manual, each slot that is changed is changed by one operator",
    )
    llm_operator_locked: str = _locked("operator of an LLM")
    llm_operator_share: dict[str, Weight] = _share("operator of an LLM")
    temperature_mode: Chooser = _mode(
        "band of temperatures", "the operator's range, all of it alike", "; temperatures stay in the operator's range"
    )
    temperature_locked: str = _locked("band of temperatures, as in 0.2-0.3,")
    temperature_share: dict[str, Weight] = _share("band of temperatures")
    baseline_share: Probability = Field(
        0.0,
        description="the part of each generation's slots that goes to changes of the seed which know nothing of the "
        "run: half asked of the LLM, half by offline operators; they are measured and may be the champion, but "
        "evolution neither breeds from them nor is told of them; `show RUN --credit` says whether it does better",
    )
    promoted_part: float = Field(
        0.34,
        gt=0,
        le=1,
        description="with evaluation.first_rung: the part of those at a rung that is trained at the next, the best by "
        "non-dominated order among the living and their children",
    )
    prune_median: bool = Field(
        False,
        description="end a training whose validation is below the median of the living that are no larger, at the "
        "same step",
    )
    prune_patience: int = Field(
        0,
        ge=0,
        le=1000,
        json_schema_extra={"zero_in_words": "never"},
        description="end a training that has not risen for so many validations and is below the best of the living "
        "that are no larger, at the same step; 0: never",
    )
    prune_after: Probability = Field(
        0.3, description="the part of a training's steps before which none is ended early; the seed's never is"
    )

    @field_validator("top_p", mode="before")
    @classmethod
    def _own_was_below_zero(cls, value: Any) -> Any:
        """Older runs and files say -1 for the model's own."""
        return 0.0 if value == -1 else value


class SearchSettings(Group):
    """The population and its selection."""

    initial_population: int = Field(
        0, ge=0, le=10_000, description="children made from the seed at the start; 0: as many as population"
    )
    generations: int = Field(10, ge=0, le=100_000, description="generations after the initial population")
    elites: int = Field(
        0, ge=0, le=1000, description="individuals kept by SPEA2 in each generation; 0: as many as it has slots"
    )
    attempts: int = Field(
        6,
        ge=1,
        le=100,
        description="proposals tried for one slot before a duplicate or a refusal is accepted as its end",
    )
    objectives: tuple[str, ...] = Field(
        (),
        description="metrics to optimise as name:max or name:min, e.g. accuracy:max,params:min,flops:min; "
        "empty: those of the task",
    )


class BoxSettings(Group):
    """What one genome may use while it is checked or trained, and how it is kept in."""

    processes: int = Field(64, ge=1, le=100_000, description="processes and threads at once")
    cpu_s: float = Field(
        0.0,
        ge=0,
        le=MONTH_S,
        description="seconds of processor time over all its processes; 0: the wall clock limit for each of its threads "
        "and one more",
    )
    open_files: int = Field(1024, ge=32, le=1 << 20, description="files open at once, in one process")
    file_mb: int = Field(128, ge=1, le=1 << 20, description="size of one file it writes, MiB")
    scratch_mb: int = Field(256, ge=1, le=1 << 20, description="all it writes to its folder, MiB of memory")
    scratch_files: int = Field(10_000, ge=16, le=1 << 24, description="files and folders in its folder")
    readable: str = Field(
        "",
        json_schema_extra={"default_in_words": "none"},
        description="folders it may read besides the interpreter's, with : between",
    )
    without: str = Field(
        "",
        json_schema_extra={"default_in_words": "none"},
        description="layers not to use, with commas between; for a system where one does harm",
    )
    look: bool = Field(
        True, description="refuse before it runs what could only fail in the box, such as the import of socket"
    )


class EvaluationSettings(Group):
    """How genomes are trained."""

    recipe: str = Field(
        "",
        json_schema_extra={"default_in_words": "the task's"},
        description="a recipe of the task; empty: its default",
    )
    rung: Literal["look", "short", "full"] = Field("short", description="how much training an evaluation gets")
    first_rung: Literal["", "look", "short"] = Field(
        "",
        json_schema_extra={"default_in_words": "none"},
        description="the rung at which children begin, where it is not `rung` itself: from each rung the best part "
        "(`promoted_part`) goes on to the next, and the others rank behind all that reach `rung`; empty: none",
    )
    front_seeds: int = Field(
        1,
        ge=1,
        le=100,
        description="trainings of each member of the front, with seeds of their own, before a generation closes; the "
        "ranking uses their mean",
    )
    idle_seeds: int = Field(
        0,
        ge=0,
        le=100,
        description="up to so many trainings of each member of the front, by slots that nothing else waits for; 0: "
        "none, for what they measure takes part in the ranking, and when it comes depends on the clock",
    )
    idle_gives_way: bool = Field(
        True,
        description="such a training is given up when a child needs its slot; without, the child waits for its end",
    )
    cache: bool = Field(
        False,
        description="keep results of trainings across runs, and take them where the same is to be trained again; they "
        "count against budgets as if they had been trained",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("auto", description="where to train")
    threads: int = Field(1, ge=1, le=256, description="CPU threads of one training")
    memory_mb: int = Field(
        4096, ge=64, le=1 << 24, description="memory one genome may use beyond what torch itself needs, MiB"
    )
    max_output_kb: int = Field(8192, ge=1, le=1 << 20, description="what one genome may print before it is ended, KiB")
    check_timeout_s: float = Field(
        60.0, gt=0, le=MONTH_S, description="wall clock limit of the checks before training, seconds"
    )
    train_timeout_s: float = Field(
        7200.0,
        gt=0,
        le=MONTH_S,
        description="wall clock limit of one training, seconds; only a guard, budgets are in steps",
    )
    fresh: bool = Field(
        sys.platform != "linux",
        json_schema_extra={"default_in_words": "false on Linux, true elsewhere"},
        description="start a new interpreter for every genome instead of forking a warm one",
    )
    verify: bool = Field(
        True,
        description="build each trained network anew from its weights, in a fresh box, refuse it where it answers "
        "otherwise, and measure its operations and latency without its code",
    )
    trust: bool = Field(
        False,
        description="run genomes even where this machine cannot keep them from your files and the network; "
        "--i-trust-this-code sets it",
    )
    box: BoxSettings = BoxSettings()


class OllamaSettings(Group):
    """How a language model is asked."""

    num_ctx: int = Field(
        0, ge=0, le=1 << 24, description="window in tokens; 0: from the longest prompt and the model's limit"
    )
    num_predict: int = Field(0, ge=0, le=1 << 20, description="longest answer in tokens; 0: from the size of the seed")
    top_k: int = Field(-1, ge=-1, le=1_000_000, description="only the k likeliest tokens; -1: the model's own")
    min_p: float = Field(
        -1.0, ge=-1, le=1, description="least part of the likeliest token's chance; -1: the model's own"
    )
    repeat_penalty: float = Field(
        -1.0, ge=-1, le=10, description="-1: the model's own; code repeats itself, so 1 is best"
    )
    think: Literal["auto", "off", "on", "low", "medium", "high"] = Field(
        "off", description="whether a model that can think first does so; thoughts are kept apart from the answer"
    )
    keep_alive: str = Field("30m", description="how long the model stays in memory after a call")
    residency: Literal["auto", "resident", "phased", "cpu"] = Field(
        "auto",
        description="one GPU for model and trainings: resident, both at once; phased, a generation is proposed, then "
        "the model is unloaded and its children are trained; cpu, the model runs off the GPU; auto: by what is free",
    )
    lanes: int = Field(
        1, ge=1, le=64, description="calls at once; the server's OLLAMA_NUM_PARALLEL sets what is useful"
    )
    whole_file: Probability = Field(0.1, description="part of mutations and crossovers that may change the whole file")
    edits: Probability = Field(0.0, description="part of calls that asks for search/replace edits, not a full rewrite")


class BudgetSettings(Group):
    """When a run ends, besides its generations; whichever comes first. 0: no such limit."""

    evaluations: int = Field(
        0,
        ge=0,
        le=1_000_000_000,
        description="trainings, the seed's included; at a lower rung than the run's, its part of the steps",
    )
    hours: float = Field(
        0.0, ge=0, le=1_000_000, description="wall clock hours, pauses and breaks between sessions not counted"
    )
    tokens: int = Field(0, ge=0, le=1_000_000_000_000, description="a language model's, of prompts and answers")


class Settings(Group):
    """The settings of one run."""

    task: str = Field("ExquisiteNetV2", description="a task's name, or the path of its folder")
    data: str = Field(
        "auto",
        description="digits, digits-plain, cifar10, folder:PATH or fake; auto: the task's first choice that is on disk",
    )
    llm: str = Field(
        "offline",
        description="where proposals come from; ollama:MODEL, or several with weights: ollama:MODEL=2,OTHER=1; "
        "offline: built-in operators, no LLM; replay:RUN: the answers on record in another run",
    )
    seed: int = Field(0, ge=0, lt=1 << 63, description="of every draw the run makes")
    search: SearchSettings = SearchSettings()
    evaluation: EvaluationSettings = EvaluationSettings()
    ollama: OllamaSettings = OllamaSettings()
    budget: BudgetSettings = BudgetSettings()
    controls: Controls = Controls()

    @model_validator(mode="before")
    @classmethod
    def _from_former_places(cls, tree: Any) -> Any:
        """Settings of an older run, with what has become a control among the controls."""
        for (group, name), (_, control) in MOVED.items() if isinstance(tree, dict) else ():
            if isinstance(tree.get(group), dict) and name in tree[group]:
                value = tree[group][name]
                tree = {
                    **tree,
                    group: {key: other for key, other in tree[group].items() if key != name},
                    "controls": {control: value, **tree.get("controls", {})},
                }
        return tree
