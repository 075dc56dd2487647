"""Errors that carry facts and read as one plain sentence."""


class SevenStepsError(Exception):
    """Base of every error that is shown to a person as a sentence."""


class InputError(SevenStepsError):
    """The input cannot be used: says what is wrong, where, and what to do."""

    def __init__(
        self,
        reason: str,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ):
        self.reason, self.file, self.row, self.column = reason, file, row, column
        places = [
            f"File '{file}'" if file else "",
            f"row {row}" if row is not None else "",
            f"column '{column}'" if column else "",
        ]
        where = ", ".join(place for place in places if place)
        super().__init__(f"{where}: {reason}" if where else reason)


class UndecidedColumns(InputError):
    """The columns could not be matched with certainty; `suggestion` is the --columns text.

    `choices` are the sheets or layers where it is one of them that has to be named.
    """

    def __init__(
        self,
        reason: str,
        suggestion: dict,
        file: str | None = None,
        choices: tuple[str, ...] = (),
    ):
        self.suggestion, self.choices = suggestion, choices
        super().__init__(reason, file=file)


class NotMeasurable(SevenStepsError):
    """The data at hand cannot answer the question; the text says why."""


class Refused(SevenStepsError):
    """The person may not do this."""


class WorkspaceError(SevenStepsError):
    """The workspace itself cannot be opened, read or restored."""


class WorkspaceBusy(WorkspaceError):
    """Another process holds the workspace."""


class JobCancelled(SevenStepsError):
    """The job was cancelled by a person."""
