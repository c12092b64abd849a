"""What the chapters import: data, plots, probes. No layer and no training loop lives here."""
