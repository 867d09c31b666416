import type { Converter } from './converter.ts';
import type { Position } from './position.ts';
import type { SinkConnector } from './sink.ts';
import type { SourceConnector } from './source.ts';
import type { Predicate, Transform } from './transform.ts';

/** Anything that a package offers to a worker. */
export type Plugin = SourceConnector | SinkConnector | Transform | Predicate | Converter;

export function defineSource<C, P extends Position, O extends Position>(
  definition: Omit<SourceConnector<C, P, O>, 'kind'>,
): SourceConnector<C, P, O> {
  return { kind: 'source', ...definition };
}

export function defineSink<C>(definition: Omit<SinkConnector<C>, 'kind'>): SinkConnector<C> {
  return { kind: 'sink', ...definition };
}

export function defineTransform<C>(definition: Omit<Transform<C>, 'kind'>): Transform<C> {
  return { kind: 'transformation', ...definition };
}

export function definePredicate<C>(definition: Omit<Predicate<C>, 'kind'>): Predicate<C> {
  return { kind: 'predicate', ...definition };
}

export function defineConverter<C>(
  definition: Omit<Converter<C>, 'kind'> & Partial<Pick<Converter, 'kind'>>,
): Converter<C> {
  return { kind: 'converter', ...definition };
}
