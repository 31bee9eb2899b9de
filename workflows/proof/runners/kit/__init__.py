"""What is put beside a workspace: reporters that run in the project's own interpreter, as plain files.

They import nothing of Redfirst, and lie flat in one folder there.
"""
