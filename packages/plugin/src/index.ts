export { connectorFiles, type ConnectorFilesOptions } from './connector/connector-files.ts';
export { connectorGenerator, type ConnectorGeneratorOptions } from './connector/connector-generator.ts';
export type { ConnectorKind } from './connector/connector-names.ts';
