"""Help and usage errors of the console command in the user's language.

Belongs here: click classes that take every text from the catalogues. Not here: the commands (`cli.py`). A
command's texts are `command.<name>` (first line: the list) and `option.<name>`, those of a command in a group
`command.<group>_<name>`; a test asks each catalogue for all of them.
"""

from __future__ import annotations

import contextvars
import inspect

import click

from orchestration.texts import Texts, texts_of

ROOT = "rezerv"
current_texts: contextvars.ContextVar[Texts] = contextvars.ContextVar("current_texts")


def texts() -> Texts:
    """The catalogue of this invocation; English where none was chosen."""
    return current_texts.get(texts_of("en"))


class LocalCommand(click.Command):
    """A command whose help is in the user's language."""

    # Text name of the group that the command belongs to; empty directly below `rezerv`.
    group_name = ""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Usage with options shown as `[…]`, a word-free sign."""
        self.options_metavar = "[…]"
        return super().collect_usage_pieces(ctx)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        prefix = texts()("help.usage") + " "
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=prefix)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(inspect.cleandoc(texts()(f"command.{self.text_name}")))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Arguments and options, each with its text."""
        arguments = [
            (param.make_metavar(ctx), texts()(f"option.{param.name}"))
            for param in self.get_params(ctx)
            if isinstance(param, click.Argument)
        ]
        options = [
            (record[0], texts()(f"option.{param.name}"))
            for param in self.get_params(ctx)
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)) is not None
        ]
        for title, rows in (("help.arguments", arguments), ("help.options", options)):
            if rows:
                with formatter.section(texts()(title)):
                    formatter.write_dl(rows)

    def get_short_help_str(self, limit: int = 45) -> str:
        """First line of the command's text, for the list of commands."""
        return inspect.cleandoc(texts()(f"command.{self.text_name}")).splitlines()[0]

    @property
    def text_name(self) -> str:
        """Name of the command in keys of the catalogue."""
        own = (self.name or "").replace("-", "_")
        return f"{self.group_name}_{own}" if self.group_name else own


class LocalGroup(LocalCommand, click.Group):
    """A group of commands, listed in the order in which they were written."""

    command_class = LocalCommand

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command; below another group than `rezerv` its texts carry the group's name."""
        if isinstance(cmd, LocalCommand) and self.name != ROOT:
            cmd.group_name = self.text_name
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a season's work, not of the alphabet."""
        return list(self.commands)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Usage with the place of the command named in the user's language."""
        return ["[…]", texts()("help.command_place"), "[…]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then commands."""
        LocalCommand.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands."""
        with formatter.section(texts()("help.commands")):
            formatter.write_dl(
                [(name, command.get_short_help_str()) for name, command in self.commands.items()]
            )


def usage_error_text(error: click.ClickException) -> str:
    """What was wrong with the command line, in the user's language."""
    say = texts()
    if isinstance(error, click.NoSuchOption):
        return say("error.no_such_option", name=error.option_name)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return say("error.missing_parameter", name=error.param.human_readable_name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return say("error.bad_parameter", name=error.param.human_readable_name)
    if isinstance(error, click.NoSuchCommand):
        return say("error.no_such_command", name=error.command_name)
    if isinstance(error, click.UsageError):
        return say("error.usage", detail=error.format_message())
    return say("error.unexpected", detail=error.format_message())
