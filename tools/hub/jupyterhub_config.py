"""JupyterHub on one machine: accounts and passwords are the system's. See docs/hub.md."""

import sys
from pathlib import Path

PROGRAMS = Path(sys.executable).parent

c = get_config()  # noqa: F821 - JupyterHub puts it there

# For this machine alone. Before others come in, put a web server with TLS before it.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.authenticator_class = "pam"
c.LocalAuthenticator.allowed_groups = {"nets"}
# Each server runs with its own account's rights: nbgrader's exchange relies on that.
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [str(PROGRAMS / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.ConfigurableHTTPProxy.command = [str(PROGRAMS / "configurable-http-proxy")]
# Where secrets and the list of those who are logged in are kept.
c.JupyterHub.cookie_secret_file = "/srv/jupyterhub/cookie_secret"
c.JupyterHub.db_url = "sqlite:////srv/jupyterhub/jupyterhub.sqlite"
c.ConfigurableHTTPProxy.pid_file = "/srv/jupyterhub/proxy.pid"
