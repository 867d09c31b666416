import { converterPair } from '../converter-pair.ts';
import { JsonConverter, jsonConverterConfig } from './json-converter.ts';

export const jsonConverters = converterPair({
  name: 'JsonConverter',
  aliases: ['org.apache.kafka.connect.json.JsonConverter'],
  config: jsonConverterConfig,
  create: (config) => new JsonConverter(config),
});
