export { postgresSink } from './sink/sink-connector.ts';
export { postgresSource } from './source/postgres-source.ts';
