"""What runs inside the sandbox, and nothing else of the autograder does.

`server` stays warm (torch loaded) and forks one child a submission; `walls` shuts the child in; `student`
runs the submission in it; `wire` is how plain values travel. No expected value, no other submission and no
mark is ever known here.
"""
