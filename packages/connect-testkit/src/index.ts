export {
  PostgresServer,
  type PostgresAuthentication,
  type PostgresOptions,
  type PostgresStop,
} from './fixtures/postgres.ts';
