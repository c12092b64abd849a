"""What runs inside the sandbox, and nothing else of the autograder does.

`server` stays warm (torch loaded) and forks one child a submission; `walls` shuts the child in; `student`
runs the submission in it; `wire` is how plain values travel. No expected value, no other submission and no
mark is ever known here.
"""

# Time that passes is limited to this many times the CPU time that may be spent: waiting costs a class too.
WALL = 5
# Characters of output that are kept of a cell.
TEXT = 20_000
# Where a submission works. Not /tmp: a course may lie there, with the Python that runs all this.
HOME = "/home/student"
