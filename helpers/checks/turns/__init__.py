"""The turns of the chapters, one module each; `exercise` says what a module must hold."""
