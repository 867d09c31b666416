/**
 * Profiles of a bundled program with the places that its source maps name: a bundle is one file, and says nothing of packages.
 */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapping } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

interface PlacedFrame {
  readonly url: string;
  /** From 0, as {@link columnNumber}. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** A profile of the inspector, CPU or heap, as JSON; frames of files without a map beside them stay as they are. */
export function withSources(profile: string, readMap: (path: string) => string | undefined = readIfThere): string {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (path: string): SourceMap | undefined => {
    if (!maps.has(path)) {
      const text = readMap(`${path}.map`);
      maps.set(
        path,
        text === undefined ? undefined : new SourceMap(JSON.parse(text) as ConstructorParameters<typeof SourceMap>[0]),
      );
    }
    return maps.get(path);
  };
  const named = (frame: PlacedFrame): PlacedFrame => {
    const path = pathOf(frame.url);
    const place = path === undefined ? undefined : mapOf(path)?.findEntry(frame.lineNumber, frame.columnNumber);
    if (path === undefined || place === undefined || !isMapping(place)) return frame;
    const source = resolve(dirname(path), place.originalSource);
    return {
      ...frame,
      url: pathToFileURL(source).href,
      lineNumber: place.originalLine,
      columnNumber: place.originalColumn,
    };
  };
  return JSON.stringify(
    JSON.parse(profile, (key, value: unknown) => (key === 'callFrame' ? named(value as PlacedFrame) : value)),
  );
}

function isMapping(place: object): place is SourceMapping {
  return 'originalSource' in place && typeof place.originalSource === 'string';
}

/** CommonJS is profiled by path, modules by URL. */
function pathOf(url: string): string | undefined {
  if (url.startsWith('file://')) return fileURLToPath(url);
  return url.startsWith('/') ? url : undefined;
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
