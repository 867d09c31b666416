/** The predicates that come with Kafka Connect: a transform with one applies only where it holds. */
import {
  c,
  config,
  definePredicate,
  type ConfigSpec,
  type Predicate,
  type PredicateFunction,
} from '@millrace/connect-api';

import { BUILT_IN_VERSION } from '../built-in-version.ts';
import { noSettings } from '../converters/no-settings.ts';

function predicate<C>(definition: {
  readonly name: string;
  readonly config: ConfigSpec<C>;
  readonly create: (config: C) => PredicateFunction;
}): Predicate<C> {
  return definePredicate<C>({
    ...definition,
    version: BUILT_IN_VERSION,
    aliases: [`org.apache.kafka.connect.transforms.predicates.${definition.name}`],
  });
}

export const predicates: readonly Predicate[] = [
  predicate({
    name: 'TopicNameMatches',
    config: config({ pattern: c.regex().doc('Regular expression that the whole name of the topic has to match.') }),
    create:
      ({ pattern }) =>
      ({ topic }) =>
        pattern.test(topic),
  }),
  predicate({
    name: 'HasHeaderKey',
    config: config({ name: c.string().nonEmpty().doc('Name of the header that a record must have.') }),
    create:
      ({ name }) =>
      ({ headers = [] }) =>
        headers.some(({ key }) => key === name),
  }),
  predicate({
    name: 'RecordIsTombstone',
    config: noSettings,
    create:
      () =>
      ({ value }) =>
        value === null || value === undefined,
  }),
];
