"""The demo hub, and an example to copy: on your own hub, the two lines with `enable` are enough."""

from jupyterhub_responsibility import enable

c = get_config()

enable(c, "responsibilities.yaml")

# The rest sets up a hub to look at: accounts with the password "demo".
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.default_url = "/hub/home"
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "demo"
c.Authenticator.allowed_users = {"rita", "hanna", "uwe"}
c.Authenticator.admin_users = {"root"}
