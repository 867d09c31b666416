import { connect } from './clients/connect.ts';
import { franzGo } from './clients/franz-go.ts';
import { java } from './clients/java.ts';
import { kafkaTools } from './clients/kafka-tools.ts';
import { kafkajs } from './clients/kafkajs.ts';
import { kcat } from './clients/kcat.ts';
import { librdkafka } from './clients/librdkafka.ts';
import { platformatic } from './clients/platformatic.ts';
import { sarama } from './clients/sarama.ts';
import { sdk } from './clients/sdk.ts';
import type { ClientName } from './options.ts';

/** How to start a client's program. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A client, of another project or our own, as the runner sees it. */
export interface Client {
  readonly name: ClientName;
  /** What it is called in prose. */
  readonly title: string;
  /** Fetches and builds what the program needs; throws `MissingToolchain` when this machine cannot. */
  prepare(): Promise<Launch>;
}

export const CLIENTS: Readonly<Record<ClientName, Client>> = {
  java,
  librdkafka,
  'franz-go': franzGo,
  sarama,
  kafkajs,
  platformatic,
  'kafka-tools': kafkaTools,
  connect,
  kcat,
  sdk,
};
