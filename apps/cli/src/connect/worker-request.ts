/** One request to a Connect worker, over HTTP or HTTPS, on a connection of its own. */
import type { IncomingMessage } from 'node:http';
import type { WorkerTls } from './worker-tls.ts';

export interface WorkerRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly tls: WorkerTls | undefined;
  readonly signal: AbortSignal;
}

export interface WorkerAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

/** Follows no redirects. Throws what Node throws when there is no answer, or the signal's reason. */
export async function askWorker(url: URL, { tls, body, signal, ...rest }: WorkerRequest): Promise<WorkerAnswer> {
  signal.throwIfAborted();
  const options = { ...rest, signal, agent: false };
  // Other commands start faster without them.
  const { request: open } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = open(url, {
      ...options,
      ...(tls && { secureContext: tls.secureContext, rejectUnauthorized: tls.rejectUnauthorized }),
    });
    request.once('response', resolve);
    request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    request.end(body);
  });
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (cause) {
    throw signal.aborted ? signal.reason : new Error('its answer ended in the middle', { cause });
  }
  return {
    status: response.statusCode ?? 0,
    location: response.headers.location,
    text: Buffer.concat(chunks).toString(),
  };
}
