"""The policy table: who may use each address, socket, task and admin action. What does not stand here, nobody may.

Asked at one place for each kind: AccessMiddleware for pages, `may_open_socket` for sockets, `check_task` for tasks.
What may be seen *behind* an address (this conversation, that company) is for the records-level check of each face.
"""
