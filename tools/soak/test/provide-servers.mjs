/**
 * The servers of the soak of Connect, once per machine. Their paths do not go into the variables of the tests, where brokers would refuse them:
 * the fixtures find what is in the cache. Where there is none the test fails, and says so.
 */
import { ensureValkey } from '../../setup/valkey.mjs';
import { ensureVersitygw } from '../../setup/versitygw.mjs';

export default async function provideServers() {
  const env = { ...process.env };
  const without = 'THE SOAK OF CONNECT WILL FAIL';
  await ensureVersitygw({ env, without });
  await ensureValkey({ env, without });
}
