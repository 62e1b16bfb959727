from pathlib import Path

import pytest

from ge_tui import paths
from ge_tui.errors import UsageError
from ge_tui.evaluation.plan import Augmentation, Plateau
from ge_tui.evaluation.task import BrokenTask, Rungs, Task, all_tasks, find_task, load_task
from ge_tui.genome import cut

SHIPPED = paths.shipped_tasks() / "ExquisiteNetV2"
DATA = ("digits", "digits-plain", "cifar10", "fake", "fake:32", "folder:/some/where", "folder:/x?size=32")
RUNGS = tuple(Rungs.model_fields)

MINIMAL = """\
description = "tiny"
[genome]
network = "Net"
[[objectives]]
name = "accuracy"
direction = "max"
[recipes.fast]
description = "quick"
[recipes.fast.settings]
batch_size = 8
lr = 0.1
weight_decay = 0.0
warmup_steps = 0
schedule = "linear"
[recipes.fast.on.any]
rungs = { look = 1, short = 2, full = 3 }
"""
SEED = "class Net: pass\n\n\ndef get_optimizer(model, lr, weight_decay, nesterov): pass\n"


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """No task but the shipped one, and nothing in the working directory."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")


def write_task(base: Path, name: str = "Tiny", toml: str = MINIMAL, seed: str | bytes | None = SEED) -> Path:
    folder = base / name
    folder.mkdir(parents=True)
    (folder / "task.toml").write_text(toml, encoding="utf-8")
    if seed is not None:
        (folder / "network.py").write_bytes(seed if isinstance(seed, bytes) else seed.encode())
    return folder


def complaint(folder: Path) -> str:
    with pytest.raises(UsageError) as caught:
        load_task(folder)
    return str(caught.value)


def test_the_shipped_task_is_as_described():
    task = load_task(SHIPPED)
    assert task.name == "ExquisiteNetV2"
    assert [(o.name, o.direction) for o in task.file.objectives] == [("accuracy", "max"), ("params", "min")]
    assert task.file.objectives[0].tie_break == "loss"
    assert task.file.default_recipe == "fast"
    assert task.file.data.preferred == ("cifar10", "digits")
    assert (task.contract.network, task.contract.optimizer) == ("ExquisiteNetV2", "get_optimizer")


def test_the_reference_points_lie_on_the_seeds_worse_side():
    accuracy, params = load_task(SHIPPED).file.objectives
    assert accuracy.reference.of(0.9) == pytest.approx(0.85)
    assert params.reference.of(500_000) == 2_000_000


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("recipe", ["fast", "paper"])
@pytest.mark.parametrize("data", DATA)
def test_every_recipe_has_a_plan_for_every_data_set_and_rung(data, recipe, rung):
    plan = load_task(SHIPPED).plan(data, recipe, rung)
    assert (plan.recipe, plan.rung) == (recipe, rung)
    assert plan.steps > plan.warmup_steps


@pytest.mark.parametrize("recipe", ["fast", "paper"])
@pytest.mark.parametrize("data", DATA)
def test_a_higher_rung_is_more_training_and_nothing_else(data, recipe):
    plans = [load_task(SHIPPED).plan(data, recipe, rung) for rung in RUNGS]
    assert plans[0].steps < plans[1].steps < plans[2].steps
    assert len({plan.model_copy(update={"steps": 1, "rung": ""}) for plan in plans}) == 1


def test_the_default_is_the_short_rung_of_the_default_recipe():
    task = load_task(SHIPPED)
    assert task.plan("digits") == task.plan("digits", "fast", "short")


def test_the_paper_recipe_is_the_published_one():
    plan = load_task(SHIPPED).plan("cifar10", "paper", "full")
    assert (plan.image_size, plan.batch_size, plan.lr, plan.warmup_steps) == (224, 216, 0.1, 40)
    assert plan.plateau == Plateau(factor=0.7, patience=4, stop_lr=0.001)
    assert (plan.schedule, plan.nesterov, plan.normalise, plan.label_smoothing) == ("plateau", True, False, 0)
    assert plan.augment == (Augmentation.FLIP, Augmentation.JITTER, Augmentation.TRANSLATE)
    assert plan.steps == 1_000 * 186  # epochs of 40,000 images in batches of 216


def test_a_recipe_differs_by_data_set_where_the_task_says_so():
    task = load_task(SHIPPED)
    assert task.plan("cifar10").batch_size == 512
    assert task.plan("fake").batch_size == 64
    assert task.plan("folder:/x") == task.plan("fake")


@pytest.mark.parametrize("data", ["digits", "digits-plain"])
def test_digits_are_never_mirrored(data):
    assert load_task(SHIPPED).plan(data).augment == ()


def test_unknown_recipes_and_rungs_are_named_with_those_there_are():
    task = load_task(SHIPPED)
    with pytest.raises(UsageError, match="task ExquisiteNetV2 has no recipe 'slow'; it has: fast, paper"):
        task.plan("digits", "slow")
    with pytest.raises(UsageError, match="no rung 'medium'; the rungs are: look, short, full"):
        task.plan("digits", "fast", "medium")


def test_adding_a_task_is_adding_a_folder(tmp_path):
    write_task(tmp_path / "config" / "ge-tui" / "tasks", "Tiny", seed=SEED.replace("\n", "\r\n"))
    task = find_task("Tiny")
    assert [found.name for found in all_tasks()] == ["Tiny", "ExquisiteNetV2"]
    assert task.seed_source == SEED
    assert cut(task.seed_source).names == ("Net", "get_optimizer")
    plan = task.plan("digits", rung="full")
    assert (plan.steps, plan.batch_size) == (3, 8)


def test_a_seed_of_another_name_and_other_entry_points(tmp_path):
    toml = MINIMAL.replace('network = "Net"', 'file = "own/model.py"\nnetwork = "Mine"\noptimizer = "optimise"')
    folder = write_task(tmp_path, toml=toml, seed=None)
    (folder / "own").mkdir()
    (folder / "own" / "model.py").write_text("\ufefffrom x import Mine\noptimise = 1\n", encoding="utf-8")
    task = load_task(folder)
    assert (task.contract.network, task.contract.optimizer) == ("Mine", "optimise")
    assert task.seed_source.startswith("from x")


@pytest.mark.parametrize("name", ["ExquisiteNetV2", "exquisitenetv2", "EXQUISITENETV2"])
def test_a_task_is_found_by_its_name_whatever_the_case(name):
    assert find_task(name).folder == SHIPPED


def test_a_task_is_found_by_its_path(tmp_path, monkeypatch):
    folder = write_task(tmp_path / "elsewhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (str(folder), "Tiny", "./Tiny", "../elsewhere/Tiny/", "~/elsewhere/Tiny"):
        assert find_task(path).folder == folder.resolve()
    monkeypatch.chdir(folder)
    assert find_task(".").name == "Tiny"


@pytest.mark.parametrize(
    "name", ["Nothing", "", "./Nothing", "~nobody-of-this-name/x", "x" * 5000, "a\0b", "elsewhere"]
)
def test_what_is_no_task_is_told_with_those_there_are(name):
    with pytest.raises(UsageError) as caught:
        find_task(name)
    assert str(caught.value).startswith(f"no task '{name}'; there are: ExquisiteNetV2. A task is a folder")


@pytest.mark.parametrize("name", ["ExquisiteNetV2", "exquisiteNETv2"])
def test_a_task_of_the_users_own_stands_before_the_shipped_one(tmp_path, name):
    mine = write_task(paths.user_tasks(), name)
    assert find_task("ExquisiteNetV2").folder == mine
    assert [task.folder for task in all_tasks()] == [mine]


def test_a_broken_task_is_listed_beside_the_good_ones(tmp_path):
    tmp_path = tmp_path / "tasks"
    write_task(tmp_path, "A good one")
    write_task(tmp_path, "Broken", toml="x = \n")
    write_task(tmp_path, ".hidden")
    write_task(tmp_path, "__pycache__")
    (tmp_path / "Empty").mkdir()
    (tmp_path / "a file").touch()
    good, broken, empty = all_tasks([tmp_path / "missing", tmp_path])
    assert isinstance(good, Task)
    assert isinstance(broken, BrokenTask)
    assert (broken.name, broken.folder) == ("Broken", tmp_path / "Broken")
    assert broken.problem == f"{tmp_path / 'Broken' / 'task.toml'}: Invalid value (at line 1, column 5)"
    assert empty.problem == f"{tmp_path / 'Empty'} is not a task: it has no task.toml"


def test_asking_for_a_broken_task_says_what_is_wrong():
    write_task(paths.user_tasks(), "Broken", toml="description = 1\n")
    with pytest.raises(UsageError, match=r"Broken/task\.toml: description: Input should be a valid string, not 1"):
        find_task("broken")


OBJECTIVE = '[[objectives]]\nname = "accuracy"\ndirection = "max"\n'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('description = "tiny"\n', "", "description: Field required"),
        ('description = "tiny"\n', "description = \n", "Invalid value (at line 1, column 15)"),
        ('description = "tiny"', 'colour = "red"\ndescription = "tiny"', "colour: Extra inputs are not permitted"),
        ('description = "tiny"', f"description = {'[' * 2000}", "it is nested too deeply"),
        ('description = "tiny"', 'default_recipe = "slow"\ndescription = "tiny"',
         "default_recipe 'slow' is not among the recipes"),
        ('network = "Net"\n', "", "genome.network: Field required"),
        (OBJECTIVE, "", "objectives: Field required"),
        (OBJECTIVE, OBJECTIVE + OBJECTIVE, "an objective is named twice"),
        ('"max"', '"maximum"', "objectives.0.direction: Input should be 'max' or 'min', not 'maximum'"),
        ('"max"', '"max"\nscale = "log"', "objectives.0.scale: Input should be 'linear' or 'log10', not 'log'"),
        ('"max"', '"max"\nreference = { facto = 2 }',
         "objectives.0.reference.facto: Extra inputs are not permitted"),
        ('"max"', '"max"\nreference = { factor = -1 }',
         "objectives.0.reference.factor: Input should be greater than 0, not -1"),
        ('"max"', '"max"\nreference = { offset = nan }',
         "objectives.0.reference.offset: Input should be a finite number, not nan"),
        ('"max"', '"max"\nreference = { factor = 4 }',
         "objectives.0: the reference point must be no better than the seed, so lower it: offset < 0"),
        ('"max"', '"max"\nreference = { offset = 0.1 }',
         "objectives.0: the reference point must be no better than the seed, so lower it: offset < 0"),
        ('"max"', '"min"\nreference = { factor = 0.5 }',
         "objectives.0: the reference point must be no better than the seed, so raise it: factor > 1 or offset > 0"),
        ('"max"', '"max"\nreference = 4', "objectives.0.reference: Input should be a valid dictionary or "
         "instance of Reference, not 4"),
        ("[recipes.fast.on.any]", "[recipes.fast.on.digits]", "recipes.fast.on.any is missing"),
        ("rungs = { look = 1, short = 2, full = 3 }", "",
         "recipes.fast.on.any.rungs is missing: the steps of look, short, full"),
        ("look = 1, ", "", "recipes.fast.on.any: look: Field required"),
        ("look = 1, ", "look = 0, ", "recipes.fast.on.any: look: Input should be greater than 0, not 0"),
        ("full = 3 }", "full = 3 }\nsteps = 5",
         "recipes.fast.on.any: steps is not a setting of a recipe; steps are given by rungs"),
        ("full = 3 }", "full = 3 }\nlearning_rate = 5",
         "recipes.fast.on.any: learning_rate: Extra inputs are not permitted"),
        ("full = 3 }", "full = 3 }\n[recipes.fast.on.digits]\nlr = 0.1",
         "recipes.fast.on.digits.rungs is missing: the steps of look, short, full"),
        ('"linear"', '"cosine"',
         "recipes.fast.on.any: schedule: Input should be 'linear' or 'plateau', not 'cosine'"),
        ('"linear"', '"linear"\naugment = ["flop"]', "recipes.fast.on.any: augment.0: Input should be "
         "'flip', 'shift', 'jitter' or 'translate', not 'flop'"),
        ("lr = 0.1", "lr = inf", "recipes.fast.on.any: lr: Input should be a finite number, not inf"),
        ("batch_size = 8\n", "", "recipes.fast.on.any: batch_size: Field required"),
        ('description = "tiny"', 'limits = { params = 0 }\ndescription = "tiny"',
         "limits.params: Input should be greater than 0, not 0"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_task_file_is_named(tmp_path, old, new, message):
    assert old in MINIMAL
    folder = write_task(tmp_path, toml=MINIMAL.replace(old, new))
    assert complaint(folder) == f"{folder / 'task.toml'}: {message}"


def test_a_seed_that_is_not_there_is_named(tmp_path):
    folder = write_task(tmp_path, seed=None)
    assert complaint(folder) == (
        f"{folder / 'task.toml'}: the seed genome {folder / 'network.py'} cannot be read: No such file or directory"
    )


def test_a_seed_that_is_no_text_is_named(tmp_path):
    folder = write_task(tmp_path, seed=b"\xff\xfe")
    assert complaint(folder).startswith(f"{folder / 'task.toml'}: the seed genome {folder / 'network.py'} cannot be")


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ("def get_optimizer(): pass\n", "the file defines no Net at its top level"),
        ("class Net: pass\n", "the file defines no get_optimizer at its top level"),
        ("", "the file defines no Net and no get_optimizer at its top level"),
        ("class Net\n", "line 1: expected ':': class Net"),
    ],
)
def test_a_seed_that_cannot_be_one_is_named(tmp_path, seed, message):
    folder = write_task(tmp_path, seed=seed)
    assert complaint(folder) == f"{folder / 'network.py'}: {message}"
