/** Completion scripts for shells, made from the commands themselves, so that they cannot differ from what there is. */
import { Argument, Command } from 'commander';
import type { CliContext } from '../cli-context.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** One command with what may follow it. */
interface Node {
  /** `millrace topics list`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly { readonly flag: string; readonly short: string | undefined; readonly summary: string }[];
}

export function completionCommand(context: CliContext): Command {
  return new Command('completion')
    .summary('print a script that makes a shell complete commands and options')
    .description('Print a script that makes a shell complete commands and options.')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  source <(millrace completion bash)\n' +
        '  millrace completion zsh > ~/.zfunc/_millrace          # a folder of $fpath\n' +
        '  millrace completion fish > ~/.config/fish/completions/millrace.fish',
    )
    .action((shell: Shell, _options: unknown, command: Command) => {
      let root = command;
      while (root.parent !== null) root = root.parent;
      context.output.line(SCRIPTS[shell]([...nodesOf(root, root.name())]));
    });
}

function* nodesOf(command: Command, path: string): Iterable<Node> {
  yield {
    path,
    commands: command.commands.map((child) => ({ name: child.name(), summary: child.summary() })),
    options: command
      .createHelp()
      .visibleOptions(command)
      .flatMap(({ long, short, description }) =>
        long === undefined || long === null
          ? []
          : [{ flag: long, short: short ?? undefined, summary: firstWords(description) }],
      ),
  };
  for (const child of command.commands) yield* nodesOf(child, `${path} ${child.name()}`);
}

const SCRIPTS: Readonly<Record<Shell, (nodes: readonly Node[]) => string>> = { bash, zsh, fish };

/** Walks over the words before the cursor as far as they name commands. */
function shellWalk(nodes: readonly Node[]): string {
  const paths = nodes.slice(1).map(({ path }) => `"${path}"`);
  return `    case "$here $word" in\n      ${paths.join(' | ')}) here="$here $word" ;;\n    esac`;
}

function bash(nodes: readonly Node[]): string {
  const cases = nodes.map(({ path, commands, options }) => {
    const words = [...commands.map(({ name }) => name), ...options.map(({ flag }) => flag)];
    return `    "${path}") words="${words.join(' ')}" ;;`;
  });
  return `# bash completion of millrace: source <(millrace completion bash)
_millrace() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" here=millrace words= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${shellWalk(nodes)}
  done
  case "$here" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _millrace millrace`;
}

function zsh(nodes: readonly Node[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const cases = nodes.map(({ path, commands, options }) => {
    const entries = [
      ...commands.map(({ name, summary }) => `${name}:${summary.replaceAll(':', '\\:')}`),
      ...options.map(({ flag, summary }) => `${flag}:${summary.replaceAll(':', '\\:')}`),
    ];
    return `    "${path}") entries=(${entries.map(quote).join(' ')}) ;;`;
  });
  return `#compdef millrace
# zsh completion of millrace: put it as _millrace into a folder of $fpath
_millrace() {
  local here=millrace word
  local -a entries
  for word in "\${(@)words[2,CURRENT-1]}"; do
${shellWalk(nodes)}
  done
  case "$here" in
${cases.join('\n')}
  esac
  _describe millrace entries || _files
}
if [ "$funcstack[1]" = "_millrace" ]; then _millrace "$@"; else compdef _millrace millrace; fi`;
}

function fish(nodes: readonly Node[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = nodes.flatMap(({ path, commands, options }) => {
    const condition = `-n ${quote(`__millrace_at "${path}"`)}`;
    return [
      ...commands.map(({ name, summary }) => `complete -c millrace ${condition} -f -a ${name} -d ${quote(summary)}`),
      ...options.map(({ flag, short, summary }) => {
        const shortFlag = short === undefined ? '' : ` -s ${short.slice(1)}`;
        return `complete -c millrace ${condition} -l ${flag.slice(2)}${shortFlag} -d ${quote(summary)}`;
      }),
    ];
  });
  const paths = nodes.slice(1).map(({ path }) => quote(path));
  return `# fish completion of millrace: save it as ~/.config/fish/completions/millrace.fish
function __millrace_at
  set -l here millrace
  for word in (commandline -opc)[2..-1]
    if contains -- "$here $word" ${paths.join(' ')}
      set here "$here $word"
    end
  end
  test "$here" = "$argv[1]"
end
${lines.join('\n')}`;
}

function firstWords(text: string): string {
  return text.split('\n')[0] ?? '';
}
