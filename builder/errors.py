"""What can go wrong, named by who recovers.

BuilderError
├ UsageError    fix your input           exit 2
├ Rejected      this record is unfit     a row in the reject table, the run goes on, exit 1 at the end
├ Unavailable   try again later          retried, then exit 3; running again resumes
└ BrokenError   our own promise broke    stop, exit 4
"""


class BuilderError(Exception):
    """Any error this package raises on purpose."""

    exit_code = 4


class UsageError(BuilderError):
    """The input, the command or the configuration must change; the message says how."""

    exit_code = 2


class Rejected(BuilderError):
    """One record is unfit; it becomes a reject row with this code, reason and place, and the run goes on."""

    exit_code = 1

    def __init__(self, reason: str, code: str = "E_INVALID", place: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.place = place


class Unavailable(BuilderError):
    """Something outside did not answer; running the same command again later resumes.

    `after` is how many seconds it asked to be left alone.
    """

    exit_code = 3

    def __init__(self, reason: str = "", *, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after


class BrokenError(BuilderError):
    """A promise of this package does not hold; please report it."""

    exit_code = 4
