"""nbgrader for everybody on the hub, as /etc/jupyter/nbgrader_config.py: see docs/hub.md."""

c = get_config()  # noqa: F821 - nbgrader puts it there

c.CourseDirectory.course_id = "nets-by-hand"
c.Exchange.root = "/srv/nbgrader/exchange"
