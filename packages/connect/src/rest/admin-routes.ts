/** `/admin/loggers` (KIP-495, KIP-976). */
import type { Herder } from '../herder/herder.ts';
import { HerderError } from '../herder/herder-error.ts';
import { Loggers, type LoggerLevel } from '../worker/loggers.ts';
import { noContent, ok } from './answer.ts';
import { bad, objectBody } from './rest-request.ts';
import type { Route } from './route.ts';

export interface AdminRouteParts {
  readonly herder: Herder;
  readonly loggers: Loggers;
}

export function adminRoutes(parts: () => AdminRouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/admin/loggers',
      handle: async () => {
        const { loggers } = parts();
        return ok(
          Object.fromEntries(
            loggers.names().flatMap((name) => {
              const level = loggers.level(name);
              return level === undefined ? [] : [[name, levelBody(level)]];
            }),
          ),
        );
      },
    },
    {
      method: 'GET',
      path: '/admin/loggers/:logger',
      handle: async (request) => {
        const name = request.params['logger'] ?? '';
        const level = parts().loggers.level(name);
        if (level === undefined) throw new HerderError('MILLRACE_CONNECT_NOT_FOUND', `Logger ${name} not found.`);
        return ok(levelBody(level));
      },
    },
    {
      method: 'PUT',
      path: '/admin/loggers/:logger',
      handle: async (request) => {
        const name = request.params['logger'] ?? '';
        const { level } = objectBody(request);
        if (typeof level !== 'string') throw bad("Desired 'level' parameter was not specified in request.");
        if (!Loggers.isLevel(level)) {
          throw new HerderError(
            'MILLRACE_CONNECT_NOT_FOUND',
            `invalid log level '${level}': use TRACE, DEBUG, INFO, WARN, ERROR or OFF`,
          );
        }
        const scope = (request.query.get('scope') ?? 'worker').toLowerCase();
        const { loggers, herder } = parts();
        const touched = loggers.set(name, level);
        if (scope !== 'cluster') return ok(touched);
        await herder.setClusterLoggerLevel(name, level.toUpperCase());
        return noContent;
      },
    },
  ];
}

function levelBody({ level, lastModifiedMs }: LoggerLevel): object {
  return { level, last_modified: lastModifiedMs ?? null };
}
