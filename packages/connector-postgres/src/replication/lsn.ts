/**
 * Places in Postgres's log. A number: 2^53 bytes are nine petabytes of log, and offsets that other connectors stored are numbers too.
 */
export type Lsn = number;

const HALF = 2 ** 32;

/** Of text such as `16/B374D848`; throws on anything else. */
export function parseLsn(text: string): Lsn {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (match === null) throw new TypeError(`not a log sequence number: ${text}`);
  return Number.parseInt(match[1] ?? '', 16) * HALF + Number.parseInt(match[2] ?? '', 16);
}

export function formatLsn(lsn: Lsn): string {
  const high = Math.floor(lsn / HALF);
  return `${high.toString(16).toUpperCase()}/${(lsn - high * HALF).toString(16).toUpperCase()}`;
}

export function readLsn(bytes: Buffer, at: number): Lsn {
  return bytes.readUInt32BE(at) * HALF + bytes.readUInt32BE(at + 4);
}

export function writeLsn(bytes: Buffer, lsn: Lsn, at: number): void {
  const high = Math.floor(lsn / HALF);
  bytes.writeUInt32BE(high, at);
  bytes.writeUInt32BE(lsn - high * HALF, at + 4);
}
