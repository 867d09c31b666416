import { advertisedEndpoints, checkSecurityProtocols, parseEndpoints } from './listener-endpoints.ts';

describe('listener endpoints', () => {
  it('reads names, hosts and ports', () => {
    expect(parseEndpoints('listeners', ['PLAINTEXT://127.0.0.1:9092', 'lan://:0', 'V6://[::1]:9094'])).toEqual([
      { name: 'PLAINTEXT', host: '127.0.0.1', port: 9092 },
      { name: 'LAN', host: '', port: 0 },
      { name: 'V6', host: '::1', port: 9094 },
    ]);
  });

  it.each([
    [['localhost:9092'], /expected NAME:\/\/host:port/],
    [['PLAINTEXT://h:99999'], /a port is 0 to 65535/],
    [['PLAINTEXT://h:1', 'plaintext://h:2'], /used twice/],
    [['A://h:1', 'B://h:1'], /port 1 is used twice/],
    [[], /name at least one/],
  ])('refuses %j', (entries, message) => {
    expect(() => parseEndpoints('listeners', entries)).toThrow(message);
  });

  it('refuses listeners that ask for TLS or SASL, by name or by map', () => {
    const endpoints = parseEndpoints('listeners', ['PLAINTEXT://h:1', 'WAN://h:2']);
    expect(() => checkSecurityProtocols(endpoints, [])).not.toThrow();
    expect(() => checkSecurityProtocols(endpoints, ['WAN:SASL_SSL'])).toThrow(/WAN asks for SASL_SSL/);
    expect(() => checkSecurityProtocols(parseEndpoints('listeners', ['SSL://h:1']), [])).toThrow(/SSL asks for SSL/);
  });

  it('advertises the bound address unless told otherwise', () => {
    const bound = parseEndpoints('listeners', ['PLAINTEXT://0.0.0.0:9092', 'LAN://10.0.0.1:9093']);
    expect(advertisedEndpoints(bound, null)).toEqual([
      { name: 'PLAINTEXT', host: 'localhost', port: 9092 },
      { name: 'LAN', host: '10.0.0.1', port: 9093 },
    ]);
    expect(advertisedEndpoints(bound, ['LAN://broker.lan:0'])).toEqual([
      { name: 'LAN', host: 'broker.lan', port: 9093 },
    ]);
    expect(() => advertisedEndpoints(bound, ['WAN://x:1'])).toThrow(/no listener of that name/);
    expect(() => advertisedEndpoints(bound, ['LAN://0.0.0.0:1'])).toThrow(/they can reach/);
  });
});
