/**
 * Notices flags that npm kept for itself because `--` was forgotten.
 *
 * `npm start --port 9093` reaches us as the lone word `9093` and `npm_config_port=true`; `--port=9093` as
 * `npm_config_port=9093` and nothing else. Without this check the broker would start on its default port and the user
 * would search for the reason. Only names in the command's own list count: a user's npmrc may hold anything.
 * Not seen: `--log.retention.ms=1`, since a POSIX shell drops variables whose names have dots before they reach us.
 */

/**
 * Returns the lines to print, or undefined when nothing was swallowed.
 *
 * @param {{ name: string, command: { flags: string[] }, args: string[], env: NodeJS.ProcessEnv }} input
 */
export function explainSwallowedFlags({ name, command, args, env }) {
  if (env.npm_lifecycle_event === undefined) return undefined;
  const swallowed = command.flags.filter((flag) => env[variableOf(flag)] !== undefined);
  if (swallowed.length === 0) return undefined;

  // `--flag value` leaves the value behind as a plain word, in the order of the flags; `--flag=value` does not.
  const words = args.filter((arg) => !arg.startsWith('-'));
  const parts = swallowed.map((flag) => {
    const value = env[variableOf(flag)];
    if (value !== 'true') return `--${flag} ${quote(value)}`;
    const word = words.shift();
    return word === undefined ? `--${flag}` : `--${flag} ${quote(word)}`;
  });
  const rest = args.filter((arg) => arg.startsWith('-') || words.includes(arg));
  const script = env.npm_lifecycle_event;
  const npmCommand = ['start', 'test'].includes(script) ? `npm ${script}` : `npm run ${script}`;
  const list = swallowed.map((flag) => `--${flag}`).join(', ');
  return [
    `npm kept ${list} for itself and ${name} never saw ${swallowed.length === 1 ? 'it' : 'them'}: flags go after a lone --`,
    `try: ${npmCommand} -- ${[...parts, ...rest].join(' ')}`,
  ];
}

function variableOf(flag) {
  return `npm_config_${flag.replaceAll('-', '_')}`;
}

function quote(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
