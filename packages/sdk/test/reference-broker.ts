/**
 * Apache Kafka itself, one KRaft node on loopback, for what only it can check: TLS, SASL, KIP-848.
 *
 * Owns: the broker process and its folder. Needs `java`, `mvn` and `openssl` on PATH; the jars come from Maven Central once
 *   and stay in ~/.cache/millrace-peers. Wrap suites in `describeWithReference`, which says so when they are missing.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createTempDir, findFreePorts } from '@millrace/testing';

const run = promisify(execFile);
/** The tests run from the package's folder. */
const SCRIPT = resolve('../../tools/conformance/reference/apache-kafka.sh');
const PORTS_TAKEN = 5;
const TOOLS = ['java', 'mvn', 'openssl'];

/** For `beforeAll`: the first start of all fetches the jars. */
export const REFERENCE_START_MS_MAX = 300_000;
/** Leaves time to stop what did not start. */
const SCRIPT_MS_MAX = REFERENCE_START_MS_MAX - 20_000;

export interface ReferenceBrokerOptions {
  /** Lines of server.properties in addition to the script's. */
  readonly settings?: readonly string[];
}

export interface ReferenceBroker extends AsyncDisposable {
  readonly version: string;
  /** `host:port` without TLS and SASL. */
  readonly plain: string;
  readonly sasl: string;
  readonly ssl: string;
  readonly saslSsl: string;
  /** PEM of the authority that signed the broker's certificate. */
  readonly ca: string;
  /** Knows PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512; OAUTHBEARER takes unsigned tokens. */
  readonly user: string;
  readonly password: string;
  /** Signs a certificate for a client with the broker's authority. */
  clientCertificate(commonName: string): Promise<{ readonly cert: string; readonly key: string }>;
  close(): Promise<void>;
}

/** A suite that is skipped, with the reason in its name, where Apache Kafka cannot run. */
export function describeWithReference(name: string, suite: () => void): void {
  const missing = TOOLS.filter((tool) => !isOnPath(tool));
  if (missing.length === 0) describe(name, suite);
  else describe.skip(`${name} (needs ${missing.join(', ')} on PATH)`, suite);
}

export async function startReferenceBroker(options: ReferenceBrokerOptions = {}): Promise<ReferenceBroker> {
  const dir = await createTempDir();
  const port = await findFreePorts(PORTS_TAKEN);
  const { stdout } = await run('bash', [SCRIPT, 'start', String(port), dir.path], {
    env: { ...process.env, KAFKA_EXTRA: (options.settings ?? []).join('\n') },
    timeout: SCRIPT_MS_MAX,
  }).catch(async (cause: unknown) => {
    if (existsSync(join(dir.path, 'pid'))) await run('bash', [SCRIPT, 'stop', dir.path]);
    throw new Error(`Apache Kafka did not start in ${dir.path}; see broker.log there`, { cause });
  });
  const said = new Map(stdout.split('\n').map((line) => line.split('=', 2) as [string, string]));
  const read = (key: string): string => {
    const value = said.get(key);
    if (value === undefined) throw new Error(`${SCRIPT} did not print ${key}`);
    return value;
  };
  // The script puts the broker into a session of its own: nothing else would end it with an interrupted run.
  const killNow = (): void => void execFileSync('kill', ['-9', read('KAFKA_PID')], { stdio: 'ignore' });
  process.once('exit', killNow);
  const close = async (): Promise<void> => {
    process.off('exit', killNow);
    await run('bash', [SCRIPT, 'stop', dir.path]);
    await dir[Symbol.asyncDispose]();
  };
  return {
    version: read('KAFKA_VERSION'),
    plain: read('BOOTSTRAP'),
    sasl: read('SASL'),
    ssl: read('SSL'),
    saslSsl: read('SASL_SSL'),
    ca: readFileSync(read('CA'), 'utf8'),
    user: read('SASL_USER'),
    password: read('SASL_PASSWORD'),
    clientCertificate: (commonName) => signClientCertificate(dir.path, commonName),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function signClientCertificate(dir: string, commonName: string): Promise<{ cert: string; key: string }> {
  const at = (name: string): string => join(dir, `client-${commonName}.${name}`);
  const request = [
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/CN=${commonName}`,
    '-keyout',
    at('key'),
    '-out',
    at('csr'),
  ];
  await run('openssl', ['req', ...request]);
  const authority = ['-CA', join(dir, 'ca.pem'), '-CAkey', join(dir, 'ca.key'), '-CAcreateserial'];
  await run('openssl', ['x509', '-req', '-in', at('csr'), ...authority, '-days', '30', '-out', at('crt')]);
  return { cert: readFileSync(at('crt'), 'utf8'), key: readFileSync(at('key'), 'utf8') };
}

function isOnPath(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, tool)));
}
