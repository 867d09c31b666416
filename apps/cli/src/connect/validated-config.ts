/** What a worker says of the configuration of a connector, without creating it. */
import { messageOf } from '@millrace/base';
import type { CliContext } from '../cli-context.ts';
import type { ConnectClient, ValidatedConfig } from './connect-client.ts';

export function validateConfig(
  client: Pick<ConnectClient, 'call'>,
  className: string,
  config: Readonly<Record<string, string>>,
): Promise<ValidatedConfig> {
  return client.call('PUT', `/connector-plugins/${encodeURIComponent(className)}/config/validate`, config);
}

/**
 * Tells on standard error of what looks wrong in a configuration that the worker took. Never throws: the connector is there, and a failure
 * would say that it is not.
 */
export async function warnOf(
  { errorOutput }: Pick<CliContext, 'errorOutput'>,
  client: Pick<ConnectClient, 'call'>,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const className = config['connector.class'];
  if (className === undefined) return;
  try {
    const { warnings = [] } = await validateConfig(client, className, config);
    for (const warning of warnings) errorOutput.line(`warning: ${warning}`);
  } catch (error) {
    errorOutput.line(
      `warning: the worker took the configuration, and did not say what looks wrong: ${messageOf(error)}`,
    );
  }
}
