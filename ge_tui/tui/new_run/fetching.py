"""The form's part in fetching: data and models that are not on this machine, when the user asks for them."""

from __future__ import annotations

from textual import on, work
from textual.screen import Screen

from ge_tui.tui.new_run import lists, models
from ge_tui.tui.new_run.draft import Draft
from ge_tui.tui.new_run.errands import DataFetch, ModelFetch
from ge_tui.tui.new_run.form import Form
from ge_tui.tui.new_run.look import Offer
from ge_tui.tui.new_run.models import Shelf
from ge_tui.tui.new_run.server import look_at_server
from ge_tui.tui.screens.dialogs import Choice


class Fetching(Screen[None]):
    """Needs the screen's form and draft, and what it shows of them anew."""

    draft: Draft
    form: Form
    _offer: Offer
    _shelf: Shelf

    def __init__(self) -> None:
        super().__init__()
        self._data = DataFetch(self, self._on_data_news)
        self._model = ModelFetch(self, self._on_model_news)

    def change(self, draft: Draft) -> None:
        """Take another draft."""
        raise NotImplementedError

    def look_again(self) -> None:
        """Look at the machine anew, for what there is to choose from too."""
        raise NotImplementedError

    def show_found(self) -> None:
        """Show what was found out."""
        raise NotImplementedError

    def show_lists(self) -> None:
        """Show what there is to choose from, and how far what is fetched is."""
        raise NotImplementedError

    def show_hint(self) -> None:
        """Show what there is to say of the field in focus."""
        raise NotImplementedError

    def tell(self, words: str, title: str) -> None:
        """Of something that went wrong."""
        raise NotImplementedError

    # -- data --------------------------------------------------------------------------------------------

    async def pick_data(self, name: str) -> None:
        """Take a data set; one that is being fetched is no longer, one that is not here is asked about."""
        if self._data.runs and self._data.name == name:
            self._data.stop()
            return
        if name == lists.FOLDER and self.draft.text("data").startswith(lists.FOLDER):
            await self.form.go_to("data")
            return
        self.change(self.draft.with_text("data", name))
        if name == lists.FOLDER:
            await self.form.go_to("data")
        info = next((info for info in self._offer.data if info.name == name), None)
        if info is not None and info.download_bytes and not self._data.runs:
            self.ask_to_fetch(name, info.download_bytes)

    @work(exclusive=True, group="ask", exit_on_error=True)
    async def ask_to_fetch(self, name: str, size: int) -> None:
        """Nothing is downloaded that was not asked for."""
        answers = [("now", f"fetch it now ({size / 1e6:.0f} MB)"), ("", "later: the start asks again")]
        if await self.app.push_screen_wait(Choice(f"{name} is not on this machine.", answers)):
            self._data.begin(name, self.look_again)

    def _on_data_news(self) -> None:
        if self._data.problem:
            self.tell(self._data.problem, "The data")
        elif not self._data.runs and self._data.words.startswith("stopped"):
            self.notify(f"{self._data.words}; the next try goes on from there", markup=False)
        self.show_lists()

    # -- models ------------------------------------------------------------------------------------------

    @work(exclusive=True, group="models", exit_on_error=True)
    async def look_for_models(self) -> None:
        """Ask the server what it has."""
        await self.look_at_shelf()

    async def look_at_shelf(self) -> None:
        """The same, for who needs to know before going on."""
        self._shelf = await look_at_server()
        self.show_found()

    @on(Form.PullAsked)
    def _on_pull(self, event: Form.PullAsked) -> None:
        if self._model.runs:
            self._model.stop()
        elif event.name:
            self._model.begin(event.name, self._on_model_there)
        else:
            self.form.note_pull("", "write its name, as in qwen2.5-coder:7b")

    def _on_model_news(self) -> None:
        self.form.note_pull(self._model.words, self._model.problem)
        self.show_hint()

    async def _on_model_there(self, name: str) -> None:
        await self.look_at_shelf()
        llm = self.draft.text("llm")
        if name not in models.chosen(llm):
            self.change(self.draft.with_text("llm", models.toggled(llm, name)))
