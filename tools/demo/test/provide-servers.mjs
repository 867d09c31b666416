/** The servers of the demos, once per machine; says why a test will be skipped where one cannot be had. */
import { ensureValkey } from '../../setup/valkey.mjs';
import { ensureVersitygw } from '../../setup/versitygw.mjs';

export default async function provideServers() {
  await ensureVersitygw();
  await ensureValkey();
}
