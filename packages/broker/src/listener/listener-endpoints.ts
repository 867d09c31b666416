/** Reading `listeners`, `advertised.listeners` and `listener.security.protocol.map`: where to bind and what to tell clients. */
import { MillraceError } from '@millrace/base';

export interface ListenerEndpoint {
  /** Upper-case name, `PLAINTEXT` unless several are given. */
  readonly name: string;
  /** Empty = every interface. */
  readonly host: string;
  readonly port: number;
}

export interface AdvertisedEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

const ENDPOINT = /^([A-Za-z0-9_.-]+):\/\/(\[[0-9A-Fa-f:.%]*\]|[^:/[\]]*):(-?\d+)$/;
const PORT_MAX = 65_535;
const SECURED_PROTOCOLS = ['SSL', 'SASL_PLAINTEXT', 'SASL_SSL'];

/**
 * Reads entries like `PLAINTEXT://127.0.0.1:9092` and `LAN://:9093`.
 *
 * @throws {MillraceError} MILLRACE_BROKER_BAD_LISTENERS naming the entry and the form expected
 */
export function parseEndpoints(key: string, entries: readonly string[]): ListenerEndpoint[] {
  const endpoints: ListenerEndpoint[] = [];
  for (const entry of entries) {
    const match = ENDPOINT.exec(entry);
    if (match === null) throw badListeners(key, entry, 'expected NAME://host:port');
    const [, name = '', host = '', portText = ''] = match;
    const port = Number(portText);
    if (port < 0 || port > PORT_MAX) throw badListeners(key, entry, `a port is 0 to ${PORT_MAX}`);
    const upperName = name.toUpperCase();
    if (endpoints.some((other) => other.name === upperName)) {
      throw badListeners(key, entry, `the name ${upperName} is used twice; give each listener its own`);
    }
    if (port !== 0 && endpoints.some((other) => other.port === port && key === 'listeners')) {
      throw badListeners(key, entry, `port ${port} is used twice`);
    }
    endpoints.push({ name: upperName, host: host.replace(/^\[|\]$/g, ''), port });
  }
  if (endpoints.length === 0) throw badListeners(key, '', 'name at least one, such as PLAINTEXT://127.0.0.1:9092');
  return endpoints;
}

/**
 * Refuses listeners whose security protocol this broker does not speak, instead of leaving them silently open.
 *
 * @param protocolMap entries of `listener.security.protocol.map`, such as `LAN:PLAINTEXT`
 */
export function checkSecurityProtocols(endpoints: readonly ListenerEndpoint[], protocolMap: readonly string[]): void {
  const protocols = new Map<string, string>();
  for (const pair of protocolMap) {
    const [name = '', protocol = ''] = pair.split(':').map((part) => part.trim().toUpperCase());
    protocols.set(name, protocol);
  }
  for (const { name } of endpoints) {
    const protocol = protocols.get(name) ?? (SECURED_PROTOCOLS.includes(name) ? name : 'PLAINTEXT');
    if (protocol === 'PLAINTEXT') continue;
    throw new MillraceError(
      'MILLRACE_BROKER_UNSUPPORTED_SECURITY',
      `listener ${name} asks for ${protocol}, which this broker does not offer yet: use PLAINTEXT on a private address, or put a TLS proxy in front`,
      { details: { listener: name, protocol } },
    );
  }
}

/**
 * What clients are told: `advertised.listeners` when it is set (a listener that it leaves out is shown to nobody), else
 * where each listener is bound.
 *
 * @param bound the listeners as they are bound, with their real ports
 * @param advertised entries of `advertised.listeners`. Port 0 stands for the bound one.
 */
export function advertisedEndpoints(
  bound: readonly ListenerEndpoint[],
  advertised: readonly string[] | null,
): AdvertisedEndpoint[] {
  if (advertised === null) {
    return bound.map(({ name, host, port }) => ({ name, host: isAnyAddress(host) ? 'localhost' : host, port }));
  }
  return parseEndpoints('advertised.listeners', advertised).map(({ name, host, port }) => {
    const listener = bound.find((candidate) => candidate.name === name);
    if (listener === undefined) {
      throw badListeners('advertised.listeners', name, 'no listener of that name is in listeners');
    }
    if (isAnyAddress(host)) {
      throw badListeners('advertised.listeners', `${name}://${host}`, 'clients need an address that they can reach');
    }
    return { name, host, port: port === 0 ? listener.port : port };
  });
}

function isAnyAddress(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::';
}

function badListeners(key: string, value: string, remedy: string): MillraceError {
  return new MillraceError('MILLRACE_BROKER_BAD_LISTENERS', `${key} holds "${value}": ${remedy}`, {
    details: { key, value },
  });
}
