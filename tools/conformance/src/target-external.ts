import type { Target } from './target.ts';

/** A broker that somebody else runs; it is used as it is. */
export class ExternalTarget implements Target {
  readonly name: string;
  readonly restartable = false;

  constructor(bootstrap: string) {
    this.name = bootstrap;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  restart(): Promise<void> {
    return Promise.reject(new Error(`${this.name} is not ours to restart`));
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  bootstrap(): string {
    return this.name;
  }

  version(): string {
    return 'as found';
  }

  crashed(): undefined {
    return undefined;
  }
}
