/** `/connector-plugins`: what is installed, its settings, and whether a configuration is right. */
import type { ConfigValidator } from '../herder/config-validator.ts';
import { HerderError } from '../herder/herder-error.ts';
import { BUILT_IN, type PluginRegistry, type RegisteredPlugin } from '../plugins/plugin-registry.ts';
import { isInRange } from '../plugins/version-range.ts';
import { ok } from './answer.ts';
import { definitionBody, validateBody } from './bodies.ts';
import { bad, configOf, jsonBody } from './rest-request.ts';
import type { Route } from './route.ts';

export interface PluginRouteParts {
  readonly plugins: PluginRegistry;
  readonly validator: ConfigValidator;
}

export function pluginRoutes(parts: () => PluginRouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/connector-plugins',
      handle: async (request) => {
        const isAll = request.query.get('connectorsOnly')?.toLowerCase() === 'false';
        const plugins = parts().plugins.list(isAll ? undefined : ['source', 'sink']);
        return ok(plugins.map(pluginBody));
      },
    },
    {
      method: 'GET',
      path: '/connector-plugins/:plugin/config',
      handle: async (request) => {
        const plugin = findPlugin(parts().plugins, request.params['plugin'] ?? '', request.query.get('version'));
        return ok(parts().validator.definitions(plugin).map(definitionBody));
      },
    },
    {
      method: 'PUT',
      path: '/connector-plugins/:plugin/config/validate',
      handle: async (request) => {
        const { plugins, validator } = parts();
        const name = request.params['plugin'] ?? '';
        const config = configOf(jsonBody(request), 'the body');
        const className = config['connector.class'];
        if (className !== undefined) {
          const asked = plugins.versionsOf(['source', 'sink'], name);
          const given = plugins.versionsOf(['source', 'sink'], className);
          if (given.length > 0 && asked.every((plugin) => !given.includes(plugin))) {
            throw bad(`Included connector type ${className} does not match request type ${name}`);
          }
        }
        return ok(validateBody(await validator.validate(config)));
      },
    },
  ];
}

function pluginBody({ className, description, location }: RegisteredPlugin): object {
  return {
    class: className,
    type: description.kind,
    version: description.version,
    // Where a plugin comes from, when it is not the worker's own.
    ...(location === BUILT_IN ? {} : { location }),
  };
}

function findPlugin(plugins: PluginRegistry, name: string, version: string | null): RegisteredPlugin {
  const versions = plugins.versionsOf(undefined, name);
  const found =
    version === null ? versions[0] : versions.find(({ description }) => isInRange(description.version, version));
  if (found === undefined) {
    const which = version === null ? name : `${name} in version ${version}`;
    throw new HerderError('MILLRACE_CONNECT_NOT_FOUND', `Unknown plugin ${which}.`);
  }
  return found;
}
