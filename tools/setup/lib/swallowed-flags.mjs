/**
 * Notices flags that npm kept for itself because `--` was forgotten, and refuses to go on without them.
 *
 * What npm leaves of them (npm 6 to 11):
 * - `--port 9093`: the lone word `9093` and `npm_config_port=true`; `--port=9093`: `npm_config_port=9093`, nothing else;
 *   `--no-records`: an empty `npm_config_records`; repeated flags: their values, an empty line between two;
 * - `-c a=b` is npm's `--call` (of several only the last one is left), `-p 6` its `--parseable`, `-d` its
 *   `--loglevel info`; any other letter is a setting of that name: `-r 3` is `npm_config_r=true` and the word `3`.
 *
 * Which word belonged to which flag is lost. A command line to try is only given when there is one possibility.
 * Long names count only when they are in the command's own list: a user's npmrc may hold anything.
 * Not seen: `--log.retention.ms=1`, since a POSIX shell drops variables whose names have dots before they reach us,
 * and settings that npm knows and finds faulty (`--loglevel debug`): it drops them.
 */

/**
 * Returns the lines to print, or undefined when nothing was swallowed.
 *
 * @param {{ name: string, command: import('./commands.mjs').Command, args: string[], env: NodeJS.ProcessEnv }} input
 */
export function explainSwallowedFlags({ name, command, args, env }) {
  const script = env.npm_lifecycle_event;
  if (script === undefined) return undefined;
  const npmCommand = ['start', 'test'].includes(script) ? `npm ${script}` : `npm run ${script}`;
  const long = command.flags.filter((flag) => env[variableOf(flag)] !== undefined);
  const short = swallowedLetters(command, args, env);
  if (long.length === 0 && short.length === 0) {
    if (command.takesWords !== false || args[0] === undefined || args[0].startsWith('-')) return undefined;
    return [
      `${name} takes no "${args[0]}" alone; if a flag stood before it, npm kept it: flags go after a lone --`,
      `try: ${npmCommand} -- ${allFlags(command)}`,
    ];
  }

  const names = [...long.map((flag) => `--${flag}`), ...short.map((letter) => `-${letter}`)];
  const certain = short.length === 0 ? reconstruct(command, long, args, env) : undefined;
  return [
    `npm kept ${names.join(', ')} for itself and ${name} never saw ${names.length === 1 ? 'it' : 'them'}: ` +
      'flags go after a lone --',
    `try: ${npmCommand} -- ${certain?.map(quote).join(' ') ?? allFlags(command)}`,
  ];
}

function allFlags(command) {
  return command.takesWords === false ? '<all flags>' : '<subcommand and all flags>';
}

function swallowedLetters(command, args, env) {
  const letters = Object.keys(env)
    .map((variable) => /^npm_config_([a-z])$/.exec(variable)?.[1])
    .filter((letter) => letter !== undefined);
  const has = (letter) => command.letters?.includes(letter) === true;
  if (has('c') && env.npm_config_call) letters.push('c');
  if (has('p') && env.npm_config_parseable === 'true') letters.push('p');
  // Somebody may want npm itself to say more; without any flag, though, these subcommands have nothing to do.
  const needsFlag = args[0] === 'log' || args[1] === 'alter';
  if (has('d') && env.npm_config_loglevel === 'info' && needsFlag && !args.some((arg) => arg.startsWith('-')))
    letters.push('d');
  return letters.sort();
}

/** The arguments as they were meant, or undefined when that is a guess. */
function reconstruct(command, flags, args, env) {
  const firstFlag = args.findIndex((arg) => arg.startsWith('-'));
  const words = firstFlag === -1 ? args : args.slice(0, firstFlag);
  const after = firstFlag === -1 ? [] : args.slice(firstFlag);
  const found = [];
  const lacking = [];
  for (const flag of flags) {
    for (const value of env[variableOf(flag)].split('\n\n')) {
      if (command.switches?.includes(flag)) {
        if (!['true', ''].includes(value)) return undefined;
        found.push(value === '' ? `--no-${flag}` : `--${flag}`);
      } else if (value === '') return undefined;
      else if (value === 'true') lacking.push(`--${flag}`);
      else found.push(`--${flag}`, value);
    }
  }
  if (command.takesWords !== false) return lacking.length === 0 ? [...words, ...found, ...after] : undefined;
  if (lacking.length !== words.length || lacking.length > 1) return undefined;
  return [...lacking, ...words, ...found, ...after];
}

function variableOf(flag) {
  return `npm_config_${flag.replaceAll('-', '_')}`;
}

function quote(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
