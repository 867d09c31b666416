/** What holds of the settings of any connector. */
import { silentLogger, systemClock } from '@millrace/base';
import type {
  CheckContext,
  ConfigIssue,
  ConfigProperties,
  SinkConnector,
  SourceConnector,
} from '@millrace/connect-api';

import {
  casesAbout,
  offered,
  refuse,
  refuseSecrets,
  type AcceptanceCase,
  type WithoutSome,
} from './acceptance-case.ts';
import { readConfig } from '../run/task-setting.ts';

const CHECK_MS_MAX = 10_000;

export interface DefinitionWorld extends AsyncDisposable {
  /** Settings that work. */
  readonly config: ConfigProperties;
  /** Settings that are well formed and cannot work, such as a wrong password: `check` has to say so. */
  readonly brokenConfigs?: readonly ConfigProperties[];
}

interface DefinitionDriver<C> extends WithoutSome {
  readonly plugin: SourceConnector<C> | SinkConnector<C>;
  readonly open: () => Promise<DefinitionWorld>;
}

export function definitionCases<C>(driver: DefinitionDriver<C>): readonly AcceptanceCase[] {
  const { plugin } = driver;
  return [
    {
      name: 'documents every setting',
      run: async () => {
        const bare = plugin.config.definitions.filter(({ documentation }) => documentation.trim() === '');
        if (bare.length > 0) refuse(`without documentation: ${bare.map(({ name }) => name).join(', ')}`);
      },
    },
    {
      name: 'says which setting is missing',
      run: async () => {
        await using world = await driver.open();
        readConfig(plugin.config, world.config);
        for (const { name, required } of plugin.config.definitions) {
          if (!required || world.config[name] === undefined) continue;
          const { [name]: _left, ...rest } = world.config;
          const { issues } = plugin.config.read(rest);
          if (!issues.some(({ key }) => key === name))
            refuse(`nothing is said when ${name} is missing, though it is required`);
        }
      },
    },
    {
      name: 'keeps secrets when settings are wrong',
      run: async () => {
        await using world = await driver.open();
        const marker = 'a-secret-that-is-shown';
        for (const key of plugin.config.secretKeys) {
          const alone = plugin.config.read({ [key]: marker });
          const beside = plugin.config.read({ ...world.config, [key]: marker });
          refuseSecrets([marker], `the answer of validate, for ${key}`, [alone, beside]);
        }
        refuseSecrets(secretsIn(plugin, world.config), 'the answer of validate', plugin.config.read(world.config));
      },
    },
    {
      name: 'finds nothing wrong with settings that work',
      run: async () => {
        await using world = await driver.open();
        const issues = await checked(plugin, world.config);
        if (issues.length > 0) refuse(`check complains: ${issues.map(({ message }) => message).join('; ')}`);
      },
    },
    ...casesAbout('brokenConfigs', driver, [
      {
        name: 'finds out that settings cannot work, without showing secrets',
        run: async () => {
          await using world = await driver.open();
          for (const broken of offered(world, 'brokenConfigs')) {
            const issues = await checked(plugin, broken);
            if (issues.length === 0)
              refuse(`check finds nothing wrong with ${JSON.stringify(redacted(plugin, broken))}`);
            refuseSecrets(secretsIn(plugin, broken), 'what check says', issues);
          }
        },
      },
    ]),
  ];
}

/** The texts of secret settings. */
export function secretsIn<C>(
  { config }: DefinitionDriver<C>['plugin'],
  properties: ConfigProperties,
): readonly string[] {
  return [...config.secretKeys].flatMap((key) => properties[key] ?? []);
}

function redacted<C>({ config }: DefinitionDriver<C>['plugin'], properties: ConfigProperties): ConfigProperties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, config.secretKeys.has(key) ? '[hidden]' : value]),
  );
}

async function checked<C>(
  plugin: DefinitionDriver<C>['plugin'],
  properties: ConfigProperties,
): Promise<readonly ConfigIssue[]> {
  const read = plugin.config.read(properties);
  if (read.config === undefined) return read.issues;
  return (await plugin.check?.(read.config, checkContext())) ?? [];
}

export function checkContext(): CheckContext {
  return { connector: 'test', log: silentLogger, clock: systemClock, signal: AbortSignal.timeout(CHECK_MS_MAX) };
}
