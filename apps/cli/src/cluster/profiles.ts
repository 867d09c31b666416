/** Profiles: named clusters in a file of the user's, so that a command line needs no more than `--profile`. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf, MillraceError, nearestName } from '@millrace/base';

export interface AuthProfile {
  readonly mechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer';
  readonly username?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
}

export interface TlsProfile {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly insecure?: boolean;
}

export interface Profile {
  readonly brokers?: readonly string[];
  readonly clientId?: string;
  readonly tls?: boolean | TlsProfile;
  readonly auth?: AuthProfile;
  /** Relative paths in it start here. */
  readonly folder: string;
}

export interface LoadProfileOptions {
  /** As given by `--profile`. */
  readonly name: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether the environment's or the file's default may be taken when no name is given. */
  readonly useDefault: boolean;
}

const FILE_NAMES = ['profiles.yaml', 'profiles.yml', 'profiles.json'];
const AUTH_KEYS = ['mechanism', 'username', 'password', 'passwordFile', 'tokenFile'];
const TLS_KEYS = ['ca', 'cert', 'key', 'serverName', 'insecure'];
const PROFILE_KEYS = ['brokers', 'clientId', 'tls', 'auth'];
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'];

/** The profile that is asked for, or an empty one when none is. */
export async function loadProfile({ name, environment, useDefault }: LoadProfileOptions): Promise<Profile> {
  const file = await readProfiles(environment);
  const wanted = name ?? (useDefault ? (environment['MILLRACE_PROFILE'] ?? file?.defaultName) : undefined);
  if (wanted === undefined || wanted === '') return { folder: '.' };
  if (file === undefined) {
    const paths = pathsOf(environment).join(', ');
    throw invalid(`there is no profile "${wanted}": no profiles file was found (looked for ${paths})`);
  }
  const found = file.profiles[wanted];
  if (found === undefined) {
    const nearest = nearestName(wanted, Object.keys(file.profiles));
    const known = Object.keys(file.profiles).join(', ');
    const hint = nearest === undefined ? `it has ${known === '' ? 'none' : known}` : `did you mean "${nearest}"?`;
    throw invalid(`${file.path} has no profile "${wanted}": ${hint}`);
  }
  return profileOf(found, `${file.path}: profile "${wanted}"`, dirname(file.path));
}

/** Names of all profiles, for completion; none when there is no readable file. */
export async function profileNames(environment: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  try {
    return Object.keys((await readProfiles(environment))?.profiles ?? {});
  } catch {
    return [];
  }
}

interface ProfilesFile {
  readonly path: string;
  readonly defaultName: string | undefined;
  readonly profiles: Readonly<Record<string, unknown>>;
}

function pathsOf(environment: Readonly<Record<string, string | undefined>>): string[] {
  const named = environment['MILLRACE_PROFILES_FILE'];
  if (named !== undefined && named !== '') return [named];
  const { XDG_CONFIG_HOME: configHome, APPDATA: appData } = environment;
  const base =
    configHome !== undefined && configHome !== ''
      ? configHome
      : process.platform === 'win32' && appData !== undefined
        ? appData
        : join(environment['HOME'] ?? homedir(), '.config');
  return FILE_NAMES.map((name) => join(base, 'millrace', name));
}

async function readProfiles(environment: LoadProfileOptions['environment']): Promise<ProfilesFile | undefined> {
  for (const path of pathsOf(environment)) {
    let content: string;
    try {
      content = await readFile(path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw invalid(`cannot read ${path}: ${messageOf(cause)}`, cause);
    }
    return fileOf(path, await parse(path, content));
  }
  return undefined;
}

async function parse(path: string, content: string): Promise<unknown> {
  try {
    if (path.endsWith('.json')) return JSON.parse(content);
    // Most runs have no profile, and start faster without it.
    const { parse: parseYaml } = await import('yaml');
    return parseYaml(content);
  } catch (cause) {
    throw invalid(`${path} cannot be understood: ${messageOf(cause)}`, cause);
  }
}

function fileOf(path: string, content: unknown): ProfilesFile {
  const { default: defaultName, profiles, ...others } = objectOf(content ?? {}, path);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(`${path} has "${unknown}", but knows only "default" and "profiles"`);
  if (defaultName !== undefined && typeof defaultName !== 'string') throw invalid(`${path}: "default" must be a name`);
  return { path, defaultName, profiles: objectOf(profiles ?? {}, `${path}: "profiles"`) };
}

function profileOf(content: unknown, where: string, folder: string): Profile {
  const { brokers, clientId, tls, auth } = withKeys(content, where, PROFILE_KEYS);
  const list = typeof brokers === 'string' ? brokers.split(',') : brokers;
  if (
    list !== undefined &&
    !(Array.isArray(list) && list.length > 0 && list.every((each) => typeof each === 'string'))
  ) {
    throw invalid(`${where}: "brokers" must be host:port, or a list of them`);
  }
  if (clientId !== undefined && typeof clientId !== 'string') throw invalid(`${where}: "clientId" must be text`);
  return {
    folder,
    ...(list === undefined ? {} : { brokers: list.map((each) => String(each).trim()) }),
    ...(clientId === undefined ? {} : { clientId }),
    ...(tls === undefined ? {} : { tls: tlsOf(tls, `${where}: tls`) }),
    ...(auth === undefined ? {} : { auth: authOf(auth, `${where}: auth`) }),
  };
}

function tlsOf(content: unknown, where: string): boolean | TlsProfile {
  if (typeof content === 'boolean') return content;
  const tls = withKeys(content, where, TLS_KEYS);
  for (const [key, value] of Object.entries(tls)) {
    const isRight = key === 'insecure' ? typeof value === 'boolean' : typeof value === 'string';
    if (!isRight) throw invalid(`${where}: "${key}" must be ${key === 'insecure' ? 'true or false' : 'text'}`);
  }
  return tls;
}

function authOf(content: unknown, where: string): AuthProfile {
  const auth = withKeys(content, where, AUTH_KEYS);
  for (const [key, value] of Object.entries(auth)) {
    if (typeof value !== 'string') throw invalid(`${where}: "${key}" must be text`);
  }
  if (auth['mechanism'] !== undefined && !MECHANISMS.includes(auth['mechanism'] as string)) {
    throw invalid(`${where}: "mechanism" must be one of ${MECHANISMS.join(', ')}`);
  }
  return auth;
}

function withKeys(content: unknown, where: string, known: readonly string[]): Record<string, unknown> {
  const object = objectOf(content, where);
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, known);
    const hint = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean "${nearest}"?`;
    throw invalid(`${where} has no "${unknown}": ${hint}`);
  }
  return object;
}

function objectOf(content: unknown, where: string): Record<string, unknown> {
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) {
    return content as Record<string, unknown>;
  }
  throw invalid(`${where} must hold names and values`);
}

function invalid(message: string, cause?: unknown): MillraceError {
  return new MillraceError('MILLRACE_CLIENT_INVALID_OPTION', message, cause === undefined ? {} : { cause });
}
