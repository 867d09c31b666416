/** What the demo asks of the worker's REST. */
import type { WorkerProcess } from '@millrace/connect-testkit';
import type { Settings } from './connectors.ts';

const CONFLICT = 409;
const PAUSE_MS = 100;
const STATUS_MS_MAX = 2_000;

interface RunStatus {
  readonly state: string;
  readonly trace?: string;
}

type Statuses = Readonly<Record<string, { readonly status: ConnectorStatus }>>;

interface ConnectorStatus {
  readonly name: string;
  readonly connector: RunStatus;
  readonly tasks: readonly RunStatus[];
}

/** Makes the connector; asked again while the worker takes its place in the group. */
export async function createConnector(worker: WorkerProcess, name: string, settings: Settings): Promise<void> {
  for (;;) {
    const { status, body } = await worker.ask('PUT', `connectors/${name}/config`, settings);
    if (status < 300) return;
    if (status !== CONFLICT) throw new Error(`connector ${name} is refused: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** What has failed, one text for each; nothing while the worker is away or busy. */
export async function failuresAt(worker: WorkerProcess): Promise<string[]> {
  const { status: code, body } = await worker
    .ask('GET', 'connectors?expand=status', undefined, STATUS_MS_MAX)
    .catch(() => ({ status: 0, body: undefined }));
  if (code !== 200) return [];
  return Object.values(body as Statuses).flatMap(({ status }) =>
    [status.connector, ...status.tasks]
      .filter(({ state }) => state === 'FAILED')
      .map(({ trace = '' }) => `${status.name} has failed: ${trace.split('\n')[0] ?? ''}`),
  );
}
