// The AWS SDK for JavaScript calls operations, pages through lists, and waits for what it created.
// Prints the number of calls that it made.

const assert = require("node:assert/strict");
const iam = require("@aws-sdk/client-iam");

const client = new iam.IAMClient({});
const ARN = "arn:aws:iam::123456789012:";
const USER = { UserName: "bob" };
const ROLE = { RoleName: "webserver" };
const PROFILE = { InstanceProfileName: "web" };
const POLICY = { PolicyArn: `${ARN}policy/read` };
const document = (rest) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...rest }] });
const READ = document({ Action: "s3:Get*", Resource: "arn:aws:s3:::a+b/%20/<é>&/*" });
const TRUST = document({ Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } });

let calls = 0;
const call = (operation, input) => {
  calls += 1;
  return client.send(new iam[`${operation}Command`](input));
};

// The error must be of the class that the SDK has for the code, and have a request ID.
const refused = async (name, operation, input) => {
  const error = await call(operation, input).then(() => null, (caught) => caught);
  assert.equal(error?.name, name, operation);
  assert.ok(error.$metadata.requestId, `${operation}: no request ID`);
};

const all = async (paginate, input, key) => {
  const pages = [];
  for await (const page of paginate({ client, pageSize: 2 }, input)) pages.push(page[key]);
  calls += pages.length;
  return pages;
};

const waited = async (wait, input) => {
  calls += 1;
  assert.equal((await wait({ client, maxWaitTime: 10 }, input)).state, "SUCCESS");
};

const main = async () => {
  const created = await call("CreateUser", { ...USER, Path: "/team/", Tags: [{ Key: "a", Value: "é" }] });
  assert.equal(created.User.Arn, `${ARN}user/team/bob`);
  assert.ok(created.$metadata.requestId);
  assert.ok(Math.abs(created.User.CreateDate - Date.now()) < 60000);
  await waited(iam.waitUntilUserExists, USER);
  assert.deepEqual((await call("GetUser", USER)).User.Tags, [{ Key: "a", Value: "é" }]);
  await refused("EntityAlreadyExistsException", "CreateUser", USER);
  await refused("NoSuchEntityException", "GetUser", { UserName: "nobody" });

  await call("PutUserPolicy", { ...USER, PolicyName: "read", PolicyDocument: READ });
  const policy = await call("GetUserPolicy", { ...USER, PolicyName: "read" });
  assert.equal(decodeURIComponent(policy.PolicyDocument), READ);
  const bad = { ...USER, PolicyName: "bad", PolicyDocument: "{" };
  await refused("MalformedPolicyDocumentException", "PutUserPolicy", bad);

  const keys = [await call("CreateAccessKey", USER), await call("CreateAccessKey", USER)];
  await refused("LimitExceededException", "CreateAccessKey", USER);
  const key = { ...USER, AccessKeyId: keys[0].AccessKey.AccessKeyId };
  await call("UpdateAccessKey", { ...key, Status: "Inactive" });
  const [listed] = await all(iam.paginateListAccessKeys, USER, "AccessKeyMetadata");
  assert.deepEqual(listed.map((each) => each.Status), ["Inactive", "Active"]);
  assert.equal((await call("GetAccessKeyLastUsed", key)).UserName, "bob");

  await call("UpdateAccountPasswordPolicy", { MinimumPasswordLength: 12 });
  await refused("PasswordPolicyViolationException", "CreateLoginProfile", { ...USER, Password: "short" });
  const password = { ...USER, Password: "long-Enough.1", PasswordResetRequired: true };
  assert.equal((await call("CreateLoginProfile", password)).LoginProfile.PasswordResetRequired, true);
  await call("DeleteAccountPasswordPolicy", {});
  await refused("NoSuchEntityException", "GetAccountPasswordPolicy", {});

  const device = (await call("CreateVirtualMFADevice", { VirtualMFADeviceName: "phone" })).VirtualMFADevice;
  assert.match(Buffer.from(device.Base32StringSeed).toString(), /^[A-Z2-7]{64}$/);
  assert.equal(Buffer.from(device.QRCodePNG).toString("latin1", 1, 4), "PNG");

  for (const name of ["Admin", "dev", "Test"]) await call("CreateGroup", { GroupName: name });
  const groups = await all(iam.paginateListGroups, {}, "Groups");
  assert.deepEqual(groups.map((page) => page.map((each) => each.GroupName)), [["Admin", "dev"], ["Test"]]);
  await call("AddUserToGroup", { ...USER, GroupName: "dev" });
  assert.equal((await call("GetGroup", { GroupName: "dev" })).Users[0].UserName, "bob");

  await call("CreateRole", { ...ROLE, AssumeRolePolicyDocument: TRUST, MaxSessionDuration: 7200 });
  await waited(iam.waitUntilRoleExists, ROLE);
  await call("CreateInstanceProfile", PROFILE);
  await waited(iam.waitUntilInstanceProfileExists, PROFILE);
  await call("AddRoleToInstanceProfile", { ...PROFILE, ...ROLE });
  const profile = (await call("GetInstanceProfile", PROFILE)).InstanceProfile;
  assert.equal(decodeURIComponent(profile.Roles[0].AssumeRolePolicyDocument), TRUST);

  await call("CreatePolicy", { PolicyName: "read", PolicyDocument: READ });
  await waited(iam.waitUntilPolicyExists, POLICY);
  await call("AttachRolePolicy", { ...ROLE, ...POLICY });
  assert.equal((await call("GetPolicy", POLICY)).Policy.AttachmentCount, 1);
  await refused("DeleteConflictException", "DeletePolicy", POLICY);
  await refused("DeleteConflictException", "DeleteUser", USER);
  await refused("DeleteConflictException", "DeleteRole", ROLE);

  const details = await call("GetAccountAuthorizationDetails", {});
  assert.equal(details.UserDetailList[0].GroupList[0], "dev");
  assert.equal(decodeURIComponent(details.UserDetailList[0].UserPolicyList[0].PolicyDocument), READ);
  const summary = (await call("GetAccountSummary", {})).SummaryMap;
  assert.deepEqual([summary.Users, summary.Groups, summary.Roles, summary.MFADevices], [1, 3, 1, 1]);
  console.log(`${calls} calls`);
};

main();
