"""The rooms: one module for each kind of thing that the commands act on."""

#: Module names of the rooms, in the order in which the commands are presented.
ROOMS = (
    "users",
    "groups",
    "roles",
    "instanceprofiles",
    "policies",
    "keys",
    "signingcerts",
    "servercerts",
    "mfa",
    "passwords",
    "account",
)
