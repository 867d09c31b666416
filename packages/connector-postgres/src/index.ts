export { postgresQuerySource } from './query/query-source.ts';
export { postgresSink } from './sink/sink-connector.ts';
export { postgresSource } from './source/postgres-source.ts';
