/** Listeners as the settings write them: `NAME://host:port`. */

export interface ListenerAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface ListenerConfig extends ListenerAddress {
  readonly securityProtocol: 'PLAINTEXT';
  /** What clients are told; port 0 means the port that was bound. Null = clients are not told of this listener. */
  readonly advertised: { readonly host: string; readonly port: number } | null;
}

export type ListenersResult =
  | { readonly listeners: readonly ListenerConfig[] }
  /** One sentence each, with the setting it belongs to. */
  | { readonly problems: readonly { readonly key: string; readonly problem: string }[] };

export interface ListenerSettings {
  readonly listeners: readonly string[];
  readonly advertised: readonly string[] | null;
  /** Entries of listener.security.protocol.map. */
  readonly protocols: readonly string[];
  readonly controllerNames: readonly string[];
  /** Advertised for a listener on every interface. */
  readonly hostName: string;
}

const EVERY_INTERFACE = new Set(['', '0.0.0.0', '::']);

export function resolveListeners(settings: ListenerSettings): ListenersResult {
  const problems: { key: string; problem: string }[] = [];
  const note = (key: string, problem: string): void => void problems.push({ key, problem });

  const bound = parseAddresses(settings.listeners, (problem) => note('listeners', problem));
  const open = bound.filter(({ name }) => !settings.controllerNames.includes(name));
  if (open.length === 0 && problems.length === 0) note('listeners', 'no listener is left for clients');
  for (const problem of conflicts(open)) note('listeners', problem);

  const advertised =
    settings.advertised === null
      ? undefined
      : parseAddresses(settings.advertised, (problem) => note('advertised.listeners', problem));
  for (const { name, host } of advertised ?? []) {
    if (EVERY_INTERFACE.has(host)) {
      note('advertised.listeners', `${name} needs an address that clients can reach, not "${host}"`);
    } else if (!open.some((listener) => listener.name === name)) {
      note('advertised.listeners', `${name} is not one of the listeners`);
    }
  }

  const protocols = new Map<string, string>();
  for (const entry of settings.protocols) {
    const [name, protocol, ...rest] = entry.split(':').map((part) => part.trim());
    if (!name || !protocol || rest.length > 0) {
      note('listener.security.protocol.map', `"${entry}" is not of the form NAME:PROTOCOL`);
    } else {
      protocols.set(name.toUpperCase(), protocol.toUpperCase());
    }
  }
  for (const { name } of open) {
    const protocol = protocols.get(name);
    if (protocol === undefined) {
      note('listener.security.protocol.map', `it has no protocol for listener ${name}`);
    } else if (protocol !== 'PLAINTEXT') {
      note('listeners', `${name} asks for ${protocol}; this release serves PLAINTEXT only`);
    }
  }
  if (problems.length > 0) return { problems };

  return {
    listeners: open.map(({ name, host, port }) => {
      const own = { host: EVERY_INTERFACE.has(host) ? settings.hostName : host, port };
      const told = advertised === undefined ? own : (advertised.find((each) => each.name === name) ?? null);
      return {
        name,
        host,
        port,
        securityProtocol: 'PLAINTEXT' as const,
        advertised: told === null ? null : { host: told.host, port: told.port },
      };
    }),
  };
}

/** Parses `NAME://host:port`; IPv6 hosts stand in brackets and lose them. */
export function parseAddress(text: string): ListenerAddress | undefined {
  const match = /^([A-Za-z][\w-]*):\/\/(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text.trim());
  if (match === null) return undefined;
  const [, name = '', ipv6, host = '', port = ''] = match;
  return Number(port) > 65_535 ? undefined : { name: name.toUpperCase(), host: ipv6 ?? host, port: Number(port) };
}

function parseAddresses(texts: readonly string[], note: (problem: string) => void): ListenerAddress[] {
  const addresses: ListenerAddress[] = [];
  if (texts.length === 0) note('at least one address is needed');
  for (const text of texts) {
    const address = parseAddress(text);
    if (address === undefined) note(`"${text}" is not of the form NAME://host:port with a port up to 65535`);
    else if (addresses.some(({ name }) => name === address.name)) note(`listener name ${address.name} stands twice`);
    else addresses.push(address);
  }
  return addresses;
}

function* conflicts(listeners: readonly ListenerAddress[]): Generator<string> {
  for (const [index, later] of listeners.entries()) {
    const twin = listeners
      .slice(0, index)
      .find(
        ({ host, port }) =>
          port !== 0 &&
          port === later.port &&
          (host === later.host || EVERY_INTERFACE.has(host) || EVERY_INTERFACE.has(later.host)),
      );
    if (twin !== undefined) yield `${twin.name} and ${later.name} share port ${later.port}`;
  }
}
