/** Asks a worker what {@link STEPS} say, and brings its answers into a form that can be compared. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STEPS, type Step, type Wait } from './steps.ts';

export interface Exchange {
  readonly id: string;
  readonly request: string;
  readonly status: number;
  readonly location?: string;
  /** JSON where it is; undefined: empty. */
  readonly body?: unknown;
}

const WAIT_MS_MAX = 60_000;

/** @param dir where the connectors' files are; the input file is `in.txt` */
export async function askAll(url: string, dir: string, onExchange?: (exchange: Exchange) => void): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  for (const step of STEPS) {
    if (step.append !== undefined) await appendFile(join(dir, 'in.txt'), step.append);
    if (step.wait !== undefined) await waitFor(url, step, step.wait);
    if (step.until !== undefined) await waitForText(url, step, step.until);
    const exchange = await ask(url, dir, step);
    onExchange?.(exchange);
    exchanges.push(exchange);
  }
  return exchanges;
}

async function ask(url: string, dir: string, step: Step): Promise<Exchange> {
  const text = step.text ?? (step.body === undefined ? undefined : JSON.stringify(step.body));
  const response = await fetch(url + step.path, {
    method: step.method,
    headers: { 'content-type': step.contentType ?? 'application/json' },
    ...(text === undefined ? {} : { body: text.replaceAll('{dir}', dir) }),
  });
  const location = response.headers.get('location');
  const answer = await response.text();
  const clean = (each: string): string => each.replaceAll(url, '{url}').replaceAll(dir, '{dir}');
  return {
    id: step.id,
    request: `${step.method} ${step.path}`,
    status: response.status,
    ...(location === null ? {} : { location: clean(location) }),
    ...(answer === '' ? {} : { body: parsed(clean(answer), new URL(url).host) }),
  };
}

function parsed(text: string, workerId: string): unknown {
  try {
    return JSON.parse(text, (name, value: unknown) => {
      if (name === 'kafka_cluster_id' || name === 'commit' || name === 'trace') return `{${name}}`;
      if (name === 'last_modified' && value !== null) return '{time}';
      return value === workerId ? '{worker}' : value;
    }) as unknown;
  } catch {
    return { text };
  }
}

async function waitFor(url: string, step: Step, wait: Wait): Promise<void> {
  interface Status {
    readonly connector: { readonly state: string };
    readonly tasks: readonly { readonly state: string }[];
  }
  await poll(`${step.id}: ${wait.connector} is ${wait.state}`, async () => {
    const response = await fetch(`${url}/connectors/${wait.connector}/status`);
    if (!response.ok) return false;
    const { connector, tasks } = (await response.json()) as Status;
    return connector.state === wait.state && tasks.map(({ state }) => state).join() === wait.tasks.join();
  });
}

async function waitForText(url: string, step: Step, until: NonNullable<Step['until']>): Promise<void> {
  await poll(`${step.id}: ${until.path} has ${until.has}`, async () => {
    const response = await fetch(url + until.path);
    return (await response.text()).includes(until.has);
  });
}

async function poll(what: string, isDone: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WAIT_MS_MAX;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error(`waited ${WAIT_MS_MAX} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
