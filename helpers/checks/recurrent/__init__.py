"""The judge of free-form recurrent classifiers: what was written, against a trusted reference."""
