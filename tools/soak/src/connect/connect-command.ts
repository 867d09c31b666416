/** `npm run soak -- connect`: the command line, and what is printed. */
import { parseArgs } from 'node:util';
import { UsageError } from '../options.ts';
import { CONNECTOR_NAMES, PROMISES, type ConnectorName } from './connectors.ts';
import { runConnectSoak, type ConnectorOutcome } from './connect-run.ts';

const MIB = 1024 * 1024;

export const CONNECT_USAGE = `usage: npm run soak -- connect [options]
  --kills N           kill -9 of the worker that runs it, for each connector (200)
  --connector NAME    counts the kills of these only, separated by commas; all run (${CONNECTOR_NAMES.join(', ')})
  --seed N            of the moments (1)`;

/** The command; returns the exit code. */
export async function connectCommand(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      connector: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(CONNECT_USAGE);
    return 0;
  }
  const seed = whole(values.seed, '--seed');
  const kills = whole(values.kills, '--kills');
  const wanted = values.connector === undefined ? CONNECTOR_NAMES : values.connector.split(',').map(connectorOf);
  console.log(`# seed ${seed}, Node ${process.version}`);
  const run = await runConnectSoak({ seed, kills, wanted, say: console.log });
  const { outcomes, workerKills, sent, rssBytes, seconds } = run;
  console.log(`# ${workerKills} workers killed in ${seconds.toFixed(0)} s, ${sent} records sent`);
  console.log(`# RSS of the workers in MiB: ${inMib(rssBytes.start)} at the start, ${inMib(rssBytes.end)} in the end`);
  for (const outcome of outcomes) console.log(lineOf(outcome));
  const failed = outcomes.filter(({ isRight }) => !isRight).length;
  console.log(`${outcomes.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

function lineOf({ name, kills, verdict, isRight, trouble }: ConnectorOutcome): string {
  const { arrived, missing, doubled, foreign, misplaced } = verdict;
  const found = `${arrived} arrived, ${missing} missing, ${doubled} doubled, ${foreign} foreign, ${misplaced} out of order`;
  const why = trouble === undefined ? '' : `; ${trouble}`;
  return `soak connect ${name.padEnd(18)} ${isRight ? 'pass' : 'FAIL'} ${PROMISES[name]}, ${kills} kills: ${found}${why}`;
}

function inMib(bytes: readonly number[]): string {
  return bytes.map((each) => (each / MIB).toFixed(0)).join(', ');
}

function connectorOf(text: string): ConnectorName {
  const found = CONNECTOR_NAMES.find((name) => name === text);
  if (found === undefined) throw new UsageError(`--connector knows no "${text}", only ${CONNECTOR_NAMES.join(', ')}`);
  return found;
}

function whole(text: string, flag: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${flag} takes a whole number from 1 on, not "${text}"`);
  return Number(text);
}
