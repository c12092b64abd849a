"""What every command shows without a traceback."""


class Told(Exception):
    """An error whose text says what was wrong and what to do."""
