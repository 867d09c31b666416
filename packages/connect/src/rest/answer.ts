/** What a request comes to. */
export interface Answer {
  readonly status: number;
  /** Undefined: empty. Text goes as it is, everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const noContent: Answer = { status: 204 };
export const accepted: Answer = { status: 202 };

export function errorAnswer(status: number, message: string): Answer {
  return { status, body: { error_code: status, message } };
}
