"""Errors become one line for people and an exit code for programs.

Exit codes: 0 done, 1 some records were rejected, 2 fix the input, 3 try again later, 4 a promise broke,
130 interrupted.
"""

from __future__ import annotations

from typing import Any

import click

from builder.errors import BrokenError, BuilderError

_INTERRUPTED = 130  # as shells say it


class Verbs(click.Group):
    """Show verbs in the order of the work, and turn our errors into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs in the order in which they were made."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb.

        Raises:
            SystemExit: it failed; the reason is told.
        """
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except BuilderError as error:
            raise _failed(str(error), error.exit_code) from error
        except OSError as error:
            what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise _failed(f"{what}; nothing was lost, run the same command again when it is mended", 3) from error
        except (KeyboardInterrupt, click.Abort) as error:
            raise _failed("stopped; running the same command again goes on from here", _INTERRUPTED) from error
        except Exception as error:  # Python itself would exit with 1, which says that records were rejected.
            from builder import console

            console.show_trace()
            raise SystemExit(BrokenError.exit_code) from error


def _failed(message: str, exit_code: int) -> SystemExit:
    from builder import console

    console.fail(message)
    return SystemExit(exit_code)
