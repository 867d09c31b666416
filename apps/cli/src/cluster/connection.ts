/**
 * How to reach a cluster, from what a user gave: flags first, then the profile named by `--profile`, then `MILLRACE_BROKERS`,
 * then the profile named by `MILLRACE_PROFILE` or by the file's own `default`, then this machine.
 *
 * Invariant: secrets come from files or the profile, never from flags, which other users of a machine can see.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, MillraceError } from '@millrace/base';
import type { KafkaOptions, TlsOptions } from '@millrace/sdk';
import type { ClusterOptions } from './cluster-command.ts';
import { loadProfile, type AuthProfile, type Profile } from './profiles.ts';

const LOCAL_BROKER = '127.0.0.1:9092';
const CLIENT_ID = 'millrace-cli';

type Environment = Readonly<Record<string, string | undefined>>;

export async function resolveConnection(options: ClusterOptions, environment: Environment): Promise<KafkaOptions> {
  const fromEnvironment = listOf(environment['MILLRACE_BROKERS']);
  // Whoever names brokers means those, not what a default profile says of others.
  const isNamed = options.bootstrapServer !== undefined || fromEnvironment !== undefined;
  const profile = await loadProfile({ name: options.profile, environment, useDefault: !isNamed });
  const brokers =
    listOf(options.bootstrapServer) ??
    (options.profile === undefined ? (fromEnvironment ?? profile.brokers) : (profile.brokers ?? fromEnvironment));
  const tls = await resolveTls(options, profile);
  const auth = await authOf(options, profile);
  return {
    brokers: brokers ?? [LOCAL_BROKER],
    clientId: options.clientId ?? profile.clientId ?? CLIENT_ID,
    ...(tls === undefined ? {} : { tls }),
    ...(auth === undefined ? {} : { auth }),
  };
}

function listOf(text: string | undefined): readonly string[] | undefined {
  return text === undefined || text === '' ? undefined : text.split(',').map((each) => each.trim());
}

export type TlsFlags = Pick<ClusterOptions, 'tls' | 'tlsCa' | 'tlsCert' | 'tlsKey' | 'tlsServerName' | 'tlsInsecure'>;

/** What flags and then the profile say of TLS, with the files read; undefined when neither asks for it. */
export async function resolveTls(options: TlsFlags, { tls: told, folder }: Profile): Promise<TlsOptions | undefined> {
  const base = typeof told === 'object' ? told : {};
  const inProfile = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(folder, path);
  const ca = options.tlsCa ?? inProfile(base.ca);
  const cert = options.tlsCert ?? inProfile(base.cert);
  const key = options.tlsKey ?? inProfile(base.key);
  if ((cert === undefined) !== (key === undefined)) {
    throw usage('a certificate and its key belong together: give both --tls-cert and --tls-key');
  }
  const servername = options.tlsServerName ?? base.serverName;
  const isInsecure = options.tlsInsecure ?? base.insecure ?? false;
  const isAsked = options.tls ?? [ca, cert, key, servername].some((each) => each !== undefined);
  if (!isAsked && !isInsecure && told !== true && typeof told !== 'object') return undefined;
  return {
    ...(ca === undefined ? {} : { ca: await readSecret(ca, 'authorities') }),
    ...(cert === undefined ? {} : { cert: await readSecret(cert, 'certificate') }),
    ...(key === undefined ? {} : { key: await readSecret(key, 'key') }),
    ...(servername === undefined ? {} : { servername }),
    ...(isInsecure ? { rejectUnauthorized: false } : {}),
  };
}

async function authOf(options: ClusterOptions, { auth: told, folder }: Profile): Promise<KafkaOptions['auth']> {
  const flags: AuthProfile = {
    ...(options.sasl === undefined ? {} : { mechanism: options.sasl }),
    ...(options.user === undefined ? {} : { username: options.user }),
    ...(options.passwordFile === undefined ? {} : { passwordFile: resolve(options.passwordFile) }),
    ...(options.tokenFile === undefined ? {} : { tokenFile: resolve(options.tokenFile) }),
  };
  const auth: AuthProfile = { ...told, ...flags };
  if (Object.keys(auth).length === 0) return undefined;
  const { mechanism, username } = auth;
  if (mechanism === undefined) throw usage('to log in, give the mechanism: --sasl, or `mechanism` in the profile');
  if (mechanism === 'oauthbearer') {
    const { tokenFile } = auth;
    if (tokenFile === undefined) throw usage('oauthbearer needs --token-file, or `tokenFile` in the profile');
    return { mechanism, token: async () => (await readSecret(resolve(folder, tokenFile), 'token')).trim() };
  }
  const password =
    auth.passwordFile === undefined
      ? auth.password
      : (await readSecret(resolve(folder, auth.passwordFile), 'password')).replace(/\r?\n$/, '');
  if (username === undefined || password === undefined) {
    throw usage(`${mechanism} needs --user and --password-file, or \`username\` and \`password\` in the profile`);
  }
  return { mechanism, username, password };
}

async function readSecret(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new MillraceError('MILLRACE_CLIENT_INVALID_OPTION', `cannot read the ${what}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function usage(message: string): MillraceError {
  return new MillraceError('MILLRACE_CLIENT_INVALID_OPTION', message);
}
