/** Addresses of `listeners` and `admin.listeners`. */
import { MillraceError } from '@millrace/base';

export type Protocol = 'http' | 'https';

export interface Listener {
  readonly protocol: Protocol;
  /** Empty: every address. */
  readonly host: string;
  readonly port: number;
}

/** Throws MILLRACE_CONNECT_LISTEN. */
export function parseListener(text: string): Listener {
  const match = /^(?<protocol>\w+):\/\/(?<host>\[[^\]]*\]|[^:/]*):(?<port>\d+)\/?$/.exec(text.trim())?.groups;
  const { protocol = '', host = '', port = '' } = match ?? {};
  const known = (['http', 'https'] as const).find((each) => each === protocol.toLowerCase());
  if (known === undefined) throw listenError(`listeners has "${text}": write http://host:port or https://host:port`);
  return { protocol: known, host: host.replaceAll(/[[\]]/g, ''), port: Number(port) };
}

export function listenError(message: string, cause?: unknown): MillraceError {
  return new MillraceError('MILLRACE_CONNECT_LISTEN', message, { cause });
}
