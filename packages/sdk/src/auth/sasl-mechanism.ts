/** One way to prove who one is. The built-in ones are made from options; others (GSSAPI, cloud identities) may be passed in. */
export interface SaslMechanism {
  /** As the broker knows it, for example `SCRAM-SHA-512`. */
  readonly name: string;
  /** Begins a conversation: once for each connection, and again when its session is about to end (KIP-368). */
  begin(context: SaslContext): SaslConversation;
}

export interface SaslContext {
  /** The broker's host name, as it was connected to. */
  readonly host: string;
  readonly port: number;
}

export interface SaslConversation {
  /** What the client says first. */
  first(): Uint8Array | Promise<Uint8Array>;
  /**
   * What the client says next, or undefined when all is said and the broker has proved what it had to. Throws when the
   * broker's words are not to be trusted.
   */
  next(challenge: Buffer): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** What the broker said about why it refuses, when the mechanism has words for that. */
  refusal?(): string | undefined;
}
