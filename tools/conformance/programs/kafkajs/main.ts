import { createRequire } from 'node:module';
import { runProgram, until, CaseContext } from '../harness.ts';
import { livesUntilKilled } from '../member-process.ts';
import { ADMIN_CASES } from './admin.ts';
import { readThroughChaos } from './chaos-reader.ts';
import { chaosClient, produceThroughChaos } from './chaos.ts';
import { assigned, joinGroup } from './client.ts';
import { beGroupMember } from './group-member.ts';
import { GROUP_CASES } from './groups.ts';
import { PRODUCE_CASES, registerCodecs } from './produce.ts';
import { RESTART_CASES } from './restart.ts';
import { TRANSACTION_CASES } from './transactions.ts';

const [, , mode, group, topic] = process.argv;

if (mode === 'member' && group !== undefined && topic !== undefined) {
  const context = new CaseContext('member', () => Promise.reject(new Error('a member restarts nothing')));
  const member = await joinGroup(context, [topic], { group, sessionTimeout: 6_000 });
  await until('an assignment', () => assigned(member, topic).length > 0);
  await livesUntilKilled();
}

const { version } = createRequire(import.meta.url)('kafkajs/package.json') as { version: string };
if (mode === 'groups') await beGroupMember(version);
if (mode === 'chaos') {
  const kafka = chaosClient(version);
  await (group === 'read' ? readThroughChaos(kafka) : produceThroughChaos(kafka));
  process.exit(0);
}
registerCodecs();
await runProgram(version, {
  ...PRODUCE_CASES,
  ...GROUP_CASES,
  ...RESTART_CASES,
  ...TRANSACTION_CASES,
  ...ADMIN_CASES,
});
