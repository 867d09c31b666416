/** Who is measured. The order is the order of turns in every round. */
export const CONNECT_CONTENDERS = ['millrace', 'kafka'] as const;

export type ConnectContender = (typeof CONNECT_CONTENDERS)[number];

export const CONNECT_TITLES: Readonly<Record<ConnectContender, string>> = {
  millrace: 'millrace',
  kafka: 'Kafka Connect, Debezium',
};
