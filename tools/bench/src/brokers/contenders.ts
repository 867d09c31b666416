/** Who is measured. The order is the order of turns in every round. */
export const CONTENDERS = ['os', 'fsync', 'kafka'] as const;

/** `os` and `fsync` are this broker in its two durabilities; `kafka` is Apache Kafka in its defaults, which never sync. */
export type Contender = (typeof CONTENDERS)[number];

export const TITLES: Readonly<Record<Contender, string>> = {
  os: 'millrace `os`',
  fsync: 'millrace `fsync`',
  kafka: 'Apache Kafka',
};
