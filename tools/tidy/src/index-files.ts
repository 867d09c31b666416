import ts from 'typescript';
import type { Check, Finding } from './repository.ts';

/** `src/index.ts` and `src/internal.ts` are lists of public names: re-exports by name, nothing else. */
export const indexFiles: Check = {
  name: 'index-files',
  summary: 'index.ts only re-exports, by name',
  run(repository) {
    return repository.paths
      .filter((path) => /^packages\/[^/]+\/src\/(?:index|internal)\.ts$/.test(path))
      .flatMap((path) => {
        const source = ts.createSourceFile(path, repository.read(path), ts.ScriptTarget.Latest, false);
        return source.statements.flatMap((statement): Finding[] => {
          const message = judge(statement);
          const { line } = source.getLineAndCharacterOfPosition(statement.getStart(source));
          return message === undefined ? [] : [{ path: `${path}:${line + 1}`, message }];
        });
      });
  },
};

function judge(statement: ts.Statement): string | undefined {
  if (!ts.isExportDeclaration(statement)) return 'only re-exports belong here; move the code to a file named for it';
  if (statement.exportClause === undefined) return 'export * hides what is public; list the names';
  if (!ts.isNamedExports(statement.exportClause)) return 'a namespace re-export hides what is public; list the names';
  // `export {}` marks a module that has nothing to offer yet.
  if (statement.moduleSpecifier === undefined && statement.exportClause.elements.length > 0) {
    return 'only re-exports belong here; move the code to a file named for it';
  }
  return undefined;
}
