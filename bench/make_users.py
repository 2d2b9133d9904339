#!/usr/bin/env python3
"""Writes a realm export with many users, whose password hashes are given.

    bench/make_users.py COUNT FILE [REALM]

The realm is the customers realm of examples/ under another name and with ids of its own;
each user has ada's hash (the password is "lovelace"), two attributes, a role and a group."""

import json
import pathlib
import sys
import uuid

EXPORT = pathlib.Path(__file__).resolve().parents[1] / "examples" / "customers-realm.json"


def user(model, number, realm):
    name = f"user{number:07}"
    credential = dict(model["credentials"][0], id=str(uuid.uuid4()))
    return {"id": str(uuid.uuid4()), "username": name, "email": f"{name}@example.org",
            "firstName": "User", "lastName": str(number), "emailVerified": True, "enabled": True,
            "createdTimestamp": model["createdTimestamp"] + number, "totp": False,
            "attributes": {"department": [f"d{number % 100}"], "number": [str(number)]},
            "credentials": [credential], "requiredActions": [],
            "realmRoles": [f"default-roles-{realm}"], "groups": model["groups"], "notBefore": 0}


def main():
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    count, realm = int(sys.argv[1]), sys.argv[3] if len(sys.argv) == 4 else "many"
    text = EXPORT.read_text()
    export = json.loads(text)
    ada = next(u for u in export["users"] if u["username"] == "ada")
    # Ids are the store's keys: two realms cannot have the same.
    for old in sorted(set(_ids(export))):
        text = text.replace(old, str(uuid.uuid4()))
    fresh = json.loads(text.replace("default-roles-customers", f"default-roles-{realm}"))
    fresh.update(realm=realm, users=[])
    head = json.dumps(fresh)
    before, _, after = head.partition('"users": []')
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(before + '"users": [')
        for number in range(count):
            file.write((",\n" if number else "") + json.dumps(user(ada, number, realm)))
        file.write("]" + after)


def _ids(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("id", "_id") and isinstance(inner, str) and len(inner) == 36:
                yield inner
            yield from _ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner)


if __name__ == "__main__":
    main()
