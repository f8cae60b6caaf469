"""Run the commands that only read on a real account, and compare what they print with botocore.

Nothing is created or changed. The names, ARNs and IDs that a command prints, for up to twenty entities
of each kind, must be those in the response to the same operation of the client that botocore's
create_client makes. At most five requests are sent in a second. The table has no name, ARN or ID;
with DETAILS=1, each difference is printed in full.
"""  # noqa: E501

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from typing import Any

import botocore.session
import jmespath
from botocore.exceptions import BotoCoreError, ClientError
from check import BIN, environment, is_named

#: The time between two requests (seconds), and how many entities of each kind there are at most.
PAUSE, NUMBER = 0.2, 20
#: The command, the operation, and what the command prints of its result. Before it: the parameter
#: with the name of an entity, or + and the parameter for which this is the list.
CHECKS = """
+UserName iam-userlistbypath: list_users: Users[].Arn
UserName iam-usergetattributes -u: get_user: User.[Arn, UserId]
UserName iam-userlistgroups -u: list_groups_for_user: Groups[].Arn
UserName iam-userlistpolicies -u: list_user_policies: PolicyNames
UserName iam-userlistpolicies -a -u: list_attached_user_policies: AttachedPolicies[].PolicyArn
UserName iam-userlistkeys -u: list_access_keys: AccessKeyMetadata[].[AccessKeyId, Status][]
UserName iam-userlistcerts -u: list_signing_certificates: Certificates[].[CertificateId, Status][]
UserName iam-userlistmfadevices -u: list_mfa_devices: MFADevices[].SerialNumber
UserName iam-usergetloginprofile -u: get_login_profile: [LoginProfile.UserName]
+GroupName iam-grouplistbypath: list_groups: Groups[].Arn
GroupName iam-grouplistusers -g: get_group: [[Group.Arn], Users[].Arn][]
GroupName iam-grouplistpolicies -g: list_group_policies: PolicyNames
GroupName iam-grouplistpolicies -a -g: list_attached_group_policies: AttachedPolicies[].PolicyArn
+RoleName iam-rolelistbypath: list_roles: Roles[].Arn
RoleName iam-rolegetattributes -r: get_role: Role.[Arn, RoleId]
RoleName iam-rolelistpolicies -r: list_role_policies: PolicyNames
RoleName iam-rolelistpolicies -a -r: list_attached_role_policies: AttachedPolicies[].PolicyArn
RoleName iam-instanceprofilelistforrole -r: list_instance_profiles_for_role: InstanceProfiles[].Arn
+InstanceProfileName iam-instanceprofilelistbypath: list_instance_profiles: InstanceProfiles[].Arn
InstanceProfileName iam-instanceprofilegetattributes -s: get_instance_profile: InstanceProfile.[Arn, InstanceProfileId]
+ServerCertificateName iam-servercertlistbypath: list_server_certificates: ServerCertificateMetadataList[].Arn
ServerCertificateName iam-servercertgetattributes -s: get_server_certificate: *.ServerCertificateMetadata.[Arn, ServerCertificateId][]
+ iam-virtualmfadevicelist -t Any: list_virtual_mfa_devices: VirtualMFADevices[].SerialNumber
+ iam-accountaliaslist: list_account_aliases: AccountAliases
+ iam-accountgetsummary: get_account_summary: keys(SummaryMap)
+ iam-accountgetpasswordpolicy: get_account_password_policy: keys(PasswordPolicy)
"""  # noqa: E501


def answered(iam: Any, operation: str, lines: str, parameters: dict[str, str]) -> tuple[str, Any]:
    """Return the code of an error, or "", and ``lines`` of the result, from all its pages."""
    try:
        if iam.can_paginate(operation):
            result = iam.get_paginator(operation).paginate(**parameters).build_full_result()
        else:
            result = getattr(iam, operation)(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"], str(error)
    except BotoCoreError as error:
        return type(error).__name__, str(error)
    found = jmespath.search(lines, result) or []
    return "", sorted(found) if lines.startswith("keys(") else found


def printed(words: list[str], lines: str, env: dict[str, str]) -> tuple[str, Any]:
    """Return the same of what a command prints."""
    command = [str(BIN / words[0]), *words[1:]]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        return [*done.stderr.strip().split(": "), ""][1], done.stderr
    noise = ":.*" if lines.startswith("keys(") else "^(Alias: |Login Profile Exists for User )"
    found = [re.sub(noise, "", line.strip()) for line in done.stdout.splitlines()]
    document = 2 if lines.startswith("Role.") else None
    return "", [line for line in found if line not in ("IsTruncated: false", "users")][:document]


def main(session: Any, home: str) -> int:
    """Make all checks in an empty directory, print the table, and return the exit status."""
    iam, sent = session.create_client("iam", region_name="us-east-1"), []
    iam.meta.events.register("before-send.iam", lambda **_: sent.append(time.sleep(PAUSE)))
    env = environment(session, iam.meta.endpoint_url, home)
    names, total, columns = {}, Counter(), ("runs", "equal", "different", "not allowed")
    print(f"{'command':35}", *(f"{column:>12}" for column in columns))
    for command, operation, lines in (row.split(": ") for row in CHECKS.strip().splitlines()):
        (parameter, *words), numbers = command.split(), Counter()
        for name in [[]] if parameter[0] == "+" else names[f"+{parameter}"]:
            for _ in range(2):  # somebody may change the account in between
                sent.clear()
                wanted = answered(iam, operation, lines, {parameter: name[0]} if name else {})
                time.sleep(PAUSE * len(sent))  # the command sends as many requests
                found = printed([*words, *name], lines, env)
                if equal := wanted == found or wanted[0] == found[0] != "":
                    break
            if not equal and os.environ.get("DETAILS") == "1":
                print(f"$ {' '.join([*words, *name])}\nbotocore: {wanted}\nprinted:  {found}")
            denied = equal and wanted[0].startswith("AccessDenied")
            numbers.update(["runs", columns[3 if denied else 1 if equal else 2]])
            arns = [] if wanted[0] else wanted[1][:NUMBER]
            names.setdefault(parameter, [[arn.rpartition("/")[2]] for arn in arns])
        total += numbers
        print(f"{' '.join(words):35}", *(f"{numbers[column]:>12}" for column in columns))
    print(", ".join(f"{total[column]} {column}" for column in columns))
    return 1 if total["different"] or not total["equal"] else 0


if __name__ == "__main__":
    session = botocore.session.get_session()
    with tempfile.TemporaryDirectory() as home:
        sys.exit(main(session, home) if is_named(session.create_client) else 1)
