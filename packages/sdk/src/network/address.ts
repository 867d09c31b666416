import { KafkaError } from '../error.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Splits `host:port` or `[v6 address]:port`. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || !(port > 0 && port < 65_536)) {
    throw new KafkaError(
      'MILLRACE_CLIENT_INVALID_OPTION',
      `"${text}" is no broker address: write host:port, for example 127.0.0.1:9092`,
    );
  }
  return { host, port };
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${String(port)}` : `${host}:${String(port)}`;
}
