import { connectorClass, unscoped, type ConnectorKind } from './connector-names.ts';
import { sinkTemplate, sinkTestTemplate } from './sink-template.ts';
import { sourceTemplate, sourceTestTemplate } from './source-template.ts';

export interface ConnectorFilesOptions {
  /** Of the npm package. */
  readonly name: string;
  readonly kind: ConnectorKind;
  /** Version of the Millrace packages to depend on. */
  readonly millraceVersion: string;
}

/** The files of a new connector, by path inside its folder. It works and passes its tests as it is. */
export function connectorFiles(options: ConnectorFilesOptions): Readonly<Record<string, string>> {
  const kinds = kindsOf(options.kind);
  const files: Record<string, string> = {
    'package.json': packageJson(options),
    'tsconfig.json': TSCONFIG,
    'README.md': readme(options),
    'src/index.ts': kinds.map((kind) => `export { ${kind} } from './${kind}.ts';\n`).join(''),
  };
  for (const kind of kinds) {
    const className = connectorClass(unscoped(options.name), kind);
    files[`src/${kind}.ts`] = kind === 'source' ? sourceTemplate(className) : sinkTemplate(className);
    files[`test/${kind}.test.ts`] = kind === 'source' ? sourceTestTemplate() : sinkTestTemplate();
  }
  return files;
}

export function kindsOf(kind: ConnectorKind): readonly ('source' | 'sink')[] {
  return kind === 'both' ? ['source', 'sink'] : [kind];
}

function packageJson({ name, millraceVersion }: ConnectorFilesOptions): string {
  const content = {
    name,
    version: '0.1.0',
    type: 'module',
    keywords: ['kafka-connect-plugin-js'],
    engines: { node: '>=22.18' },
    files: ['dist', 'connect-plugin.json'],
    exports: { './package.json': './package.json', '.': './dist/index.js' },
    connect: {
      entry: './dist/index.js',
      source: './src/index.ts',
      manifest: './connect-plugin.json',
      api: '^1',
    },
    scripts: {
      build: 'tsc -p tsconfig.json && connect-plugin-manifest',
      test: 'node --test "test/*.test.ts"',
    },
    dependencies: { '@millrace/connect-api': `^${millraceVersion}` },
    devDependencies: {
      '@millrace/connect-testkit': `^${millraceVersion}`,
      '@types/node': '>=22',
      typescript: '>=5.8',
    },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2024",
    "lib": ["es2024", "esnext.disposable"],
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "skipLibCheck": true,
    "verbatimModuleSyntax": true,
    "erasableSyntaxOnly": true,
    "rewriteRelativeImportExtensions": true,
    "declaration": true,
    "rootDir": "src",
    "outDir": "dist"
  },
  "include": ["src"]
}
`;

const SAMPLE_SETTINGS = {
  source: { path: '/var/log/app.log', topic: 'app-log' },
  sink: { topics: 'app-log', directory: '/var/data' },
} as const;

const GUARANTEE = {
  source:
    'The offset is the byte after the last line that was handed over: with `exactly.once.support=required` each line is in Kafka exactly once, otherwise at least once.',
  sink: 'Exactly once: each line holds its offset, and a task goes on after the last whole line of its files.',
} as const;

function readme(options: ConnectorFilesOptions): string {
  const sections = kindsOf(options.kind).map((kind) => {
    const className = connectorClass(unscoped(options.name), kind);
    const sample = { name: `my-${kind}`, config: { 'connector.class': className, ...SAMPLE_SETTINGS[kind] } };
    return `## ${className}

\`\`\`json
${JSON.stringify(sample, null, 2)}
\`\`\`

${GUARANTEE[kind]}

<!-- settings of ${className} -->
<!-- end of settings -->
`;
  });
  return `# ${options.name}

A connector for Millrace Connect. \`npm test\` runs the acceptance suite; \`npm run build\` makes \`dist\`, the manifest and the tables below.

${sections.join('\n')}`;
}
