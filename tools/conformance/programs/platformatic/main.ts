import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CaseContext, runProgram, until } from '../harness.ts';
import { livesUntilKilled } from '../member-process.ts';
import { ADMIN_CASES } from './admin.ts';
import { assigned, joinGroup } from './client.ts';
import { beGroupMember } from './group-member.ts';
import { GROUP_CASES } from './groups.ts';
import { PRODUCE_CASES } from './produce.ts';
import { RESTART_CASES } from './restart.ts';
import { TRANSACTION_CASES } from './transactions.ts';

const [, , mode, group, topic] = process.argv;

if (mode === 'member' && group !== undefined && topic !== undefined) {
  const context = new CaseContext('member', () => Promise.reject(new Error('a member restarts nothing')));
  const member = await joinGroup(context, [topic], { group, sessionTimeout: 6_000 });
  await until('an assignment', () => assigned(member, topic).length > 0);
  await livesUntilKilled();
}

// The package exports no package.json, so it is read beside the entry file.
const entry = new URL('../package.json', import.meta.resolve('@platformatic/kafka'));
const { version } = JSON.parse(readFileSync(fileURLToPath(entry), 'utf8')) as { version: string };
if (mode === 'groups') await beGroupMember(version);
await runProgram(version, {
  ...PRODUCE_CASES,
  ...GROUP_CASES,
  ...RESTART_CASES,
  ...TRANSACTION_CASES,
  ...ADMIN_CASES,
});
