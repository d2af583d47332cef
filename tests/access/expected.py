"""Who is let in where: written by hand, and by nobody who has read the policy table.

in        does what it is for
sign-in   must sign in first
no        signed in, and not for this person
key       wants the key of a machine or of a visitor
gone      there is nothing here: what is foreign and what is missing
-         is not tried
"""

from __future__ import annotations

from contactcenter.access.who import Place

STAFF_HOST = """
                 stranger nobody  visitor agent other-agent supervisor admin manager viewer
for-anybody      in       in      in      in    in          in         in    in      in
own-account      sign-in  in      sign-in in    in          in         in    in      in
letter           in       gone    in      gone  gone        gone       gone  gone    gone
desk             sign-in  no      sign-in in    in          in         no    no      no
floor            sign-in  no      sign-in no    no          in         in    no      no
admin            sign-in  no      sign-in no    no          no         in    no      no
records          sign-in  no      sign-in no    no          no         in    no      no
screen           in       in      in      in    in          in         in    in      in
scraper          gone     gone    gone    gone  gone        gone       gone  gone    gone
"""
# Staff and strangers to the company come with a session that says it was made here. The manager from elsewhere brings
# the one of their own company's host.
COMPANY_HOST = """
                 stranger nobody  visitor agent other-agent supervisor admin manager viewer other-manager from-elsewhere
for-anybody      in       in      in      in    in          in         in    in      in     -             -
own-account      sign-in  no      sign-in no    no          no         no    in      in     no            sign-in
letter           in       in      in      in    in          in         in    gone    gone   in            in
portal           sign-in  no      sign-in no    no          no         no    in      in     no            sign-in
managers-only    sign-in  no      sign-in no    no          no         no    in      no     no            sign-in
visitor          key      key     in      key   key         key        key   key     key    -             -
scraper          gone     gone    gone    gone  gone        gone       gone  gone    gone   gone          gone
machine          key      key     key     key   key         key        key   key     key    -             -
"""
KEYS = """
                 other-visitor old-visitor machine lacking-machine other-machine old-machine
visitor          key           key         -       -               -             -
machine          -             -           in      no              key           key
"""
# Sockets. Those of staff read the session, a screen's its key, a widget's the visitor's before it is accepted at all.
STAFF_SOCKETS = """
                 stranger nobody  visitor agent other-agent supervisor admin manager viewer screen dark-screen
/ws/desk/        sign-in  no      sign-in in    in          in         no    no      no     sign-in sign-in
/ws/floor/       sign-in  no      sign-in no    no          in         in    no      no     sign-in sign-in
/ws/wall/        no       no      no      no    no          no         no    no      no     in      no
/ws/widget/      refused  refused refused refused refused   refused refused refused refused refused refused
"""
COMPANY_SOCKETS = """
            stranger nobody  visitor agent   supervisor admin   manager viewer  other-manager other-visitor old-visitor
/ws/desk/   refused  refused refused refused refused    refused refused refused refused       refused       refused
/ws/floor/  refused  refused refused refused refused    refused refused refused refused       refused       refused
/ws/wall/   refused  refused refused refused refused    refused refused refused refused       refused       refused
/ws/widget/ refused  refused in      refused refused    refused refused refused refused       refused       refused
"""
Table = dict[str, dict[str, str]]  # kind of door → asker → answer


def read(text: str) -> Table:
    heads, *rows = [line.split() for line in text.strip().splitlines()]
    return {kind: dict(zip(heads, answers, strict=True)) for kind, *answers in rows}


def expected(place: Place) -> Table:
    if place is Place.SHARED:
        return read(STAFF_HOST)
    keys = read(KEYS)
    return {kind: {**answers, **keys.get(kind, {})} for kind, answers in read(COMPANY_HOST).items()}


def expected_sockets(place: Place) -> Table:
    """Address → asker → answer."""
    return read(STAFF_SOCKETS if place is Place.SHARED else COMPANY_SOCKETS)
